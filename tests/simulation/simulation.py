"""Drives every duty of the fleet turn by turn on one clock, with clouds, agents, users and a store that are simulated.

Only what the fleet does is real: its use cases, its turns, and PostgreSQL. A process may die at any commit and at any
call of a cloud, its connection may break before a commit, and others may act between two of its steps; then other
processes go on.

Everything goes at a pace: at 10, an agent calls every ten minutes and its user does something every forty. What happens
is the same, and ten times as many hours go by meanwhile.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from random import Random
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch

import orjson
from sqlalchemy import text

from dumont.fleet import schedules, thinking
from dumont.fleet.agents import beating, dozing, listening, telling
from dumont.fleet.agents.beating import Beats
from dumont.fleet.means import Means
from dumont.fleet.money import budgets
from dumont.fleet.rentals import acting, leasing, watching
from dumont.fleet.rules import sleeping
from dumont.fleet.rules.seen import Limits
from dumont.market.following import Market, View
from dumont.platform.db import Db
from dumont.platform.secrets import Vault, new_key
from dumont.platform.settings import Settings
from dumont.simulators.rentals import Rental
from dumont.snapshots import verifying
from tests.build.offers import Stall
from tests.fakes.clock import START, FakeClock
from tests.fakes.publisher import FakePublisher
from tests.fleet.deaths import Deaths, Killed
from tests.simulation import agents as agents_of
from tests.simulation.agents import Agents
from tests.simulation.clouds import Cloud, Odds, SimClouds, make_cloud
from tests.simulation.store import Asked, Store
from tests.simulation.troubles import BreakingDb, Meanwhile
from tests.simulation.users import Users

KEYS = {"vast": {"api_key": "k"}, "runpod": {"api_key": "k"}}
BEAT_SECONDS, LIST_SECONDS, REST_SECONDS, TELL_SECONDS = 60.0, 90.0, 300.0, 300.0
"""At a pace of 1."""
WATCH_SECONDS, POLL_SECONDS = 20.0, 20.0
LEAST_SECONDS, MOST_SECONDS = 2.0, 60.0
HANGS_SECONDS_MAX = 20.0
"""Of a call, while others act."""
TROUBLED_SECONDS = 1800.0
"""Between two machines that their cloud takes away."""
ASKED_SECONDS = 5.0
"""Until an agent calls for which there is something to do."""
RESTARTS = 0.3
"""Of the broken connections, so many are a database that restarts."""
TURNS_MAX = 400
"""At one moment: more is a loop without an end."""
QUIET_SECONDS_MAX = 6 * 3600.0


class Restless(AssertionError):
    """It does not come to rest."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What one seed is made of."""

    hours: float = 1.0
    instances: int = 3
    pace: float = 1.0
    machines: int = 12
    """Of each cloud."""
    odds: Odds = field(default_factory=Odds)
    agents: agents_of.Odds = field(default_factory=agents_of.Odds)
    deaths: float = 0.06
    """Of a turn."""
    cuts: float = 0.02
    meetings: float = 0.15
    """Of a turn: another process acts in its midst."""
    interruptions: bool = True
    loses: float = 0.04
    """Of the snapshots, so many are not in the store, whatever their agents say."""
    standbys: bool = True
    blacklisted: bool = False
    """Every machine, from the beginning."""


class SimMarket(Market):
    """Whose clouds have told of their machines just now."""

    def __init__(self, stall: Stall, clock: FakeClock, clouds: dict[str, Cloud]) -> None:
        super().__init__(stall, clock)
        self._stall, self._now, self._clouds = stall, clock, clouds

    async def view(self, *, wait_seconds: float = 0) -> View:
        for cloud in self._clouds.values():
            if rows := cloud.rows():
                self._stall.put(*rows, seen_at=self._now.now())
        return await super().view(wait_seconds=wait_seconds)


class _Keys:
    def get_secret_value(self) -> str:
        return orjson.dumps(KEYS).decode()


async def _never(*_given: object) -> None:
    await asyncio.Event().wait()


class Simulation:
    def __init__(self, db: Db, settings: Settings, seed: int, plan: Plan) -> None:
        self.seed, self.plan, self.random = seed, plan, Random(f"simulation:{seed}")
        self.clock = FakeClock()
        self.clouds = {name: make_cloud(name, seed, plan.machines, plan.odds) for name in KEYS}
        given = {
            "fleet_house_accounts": "everyone",
            "provider_keys": _Keys(),
            "fleet_beat_seconds": BEAT_SECONDS * plan.pace,
            "fleet_list_seconds": LIST_SECONDS * plan.pace,
            "fleet_watch_seconds": WATCH_SECONDS,
            "fleet_standby_provider": "runpod",
            "fleet_standby_type": "",
        }
        self.jobs = Asked()
        self.means = Means(
            db,
            self.clock,
            Random(f"means:{seed}"),
            FakePublisher(),
            settings.model_copy(update=given),
            Vault([new_key()]),
            cast(Any, SimClouds(self.clouds)),
            SimMarket(Stall(), self.clock, self.clouds),
            cast(Any, self.jobs),
        )
        self.second = replace(self.means, random=Random(f"second:{seed}"))
        """Of another process."""
        self.store = Store(self.means, Random(f"store:{seed}"), self.jobs, plan.loses)
        lazy = replace(plan.agents, works_seconds=plan.agents.works_seconds * plan.pace)
        self.agents = Agents(Random(f"agents:{seed}"), lazy, self.store)
        self.users = Users(self.means, Random(f"users:{seed}"), plan.instances, plan.pace, plan.standbys)
        self.began = START
        self.kind = False
        self.turns = self.deaths = self.cuts = self.meetings = 0
        self._beats = Beats(db, self.clock, self.means.settings)
        self._asked: set[str] = set()
        """Rentals whose agents are to do something."""
        self._beat_at = self._tend_at = self._tell_at = self._troubled_at = START

    async def lives(self) -> None:
        """Through all its troubles, until nothing is on the way any more."""
        with self._one_by_one():
            await self.users.begin()
            if self.plan.blacklisted:
                await self.users.block([f"m{1000 + number}" for number in range(self.plan.machines)])
            end = START + timedelta(hours=self.plan.hours)
            while self.clock.now() < end:
                await self.step()

    async def rests(self, at_rest: Callable[[], Awaitable[list[str]]]) -> None:
        """From here on all are kind, and nobody wants anything new."""
        self._be_kind()
        with self._one_by_one():
            end = self.clock.now() + timedelta(seconds=QUIET_SECONDS_MAX)
            while left := await at_rest():
                if self.clock.now() > end:
                    raise Restless(f"not at rest after {QUIET_SECONDS_MAX / 3600:g} h: {left[:5]}")
                for _ in range(5):
                    await self.step()

    @contextmanager
    def _one_by_one(self) -> Iterator[None]:
        """What would happen at once happens in an order that the seed says."""
        with (
            patch.object(verifying, "look", self.store.look),  # the store is simulated
            patch.object(thinking, "limits_of", self._limits),  # rests are as long as the pace says
            patch.object(sleeping, "ENDING_LOOK", POLL_SECONDS),  # the same
            patch.object(leasing, "time", SimpleNamespace(monotonic=self._seconds)),  # the simulated time goes on alone
            patch.object(leasing, "_renew", _never),  # it goes by real time
            patch.object(beating, "GATHER_SECONDS", 0.0),  # one agent calls at a time
            patch.object(acting, "BATCH", 1),  # tasks at once end in no order that a seed could say
            patch.object(watching, "ACCOUNTS", 1),  # the same
        ):
            yield

    def _be_kind(self) -> None:
        self.kind = True
        self.store.away = self.store.loses = 0.0
        self.agents.odds = agents_of.Odds(slow=0, fails=0, dies=0, mute=0)
        for cloud in self.clouds.values():
            cloud.kind()

    def _seconds(self) -> float:
        return self.clock.now().timestamp()

    def _limits(self, settings: Settings) -> Limits:
        silent = settings.fleet_missed_beats * settings.fleet_beat_seconds
        return Limits(silent_seconds=silent, poll_seconds=POLL_SECONDS, rest_seconds=REST_SECONDS * self.plan.pace)

    async def step(self) -> None:
        now = self.clock.now()
        self._trouble(now)
        for cloud in self.clouds.values():
            for machine in cloud.world.live():
                self.agents.appear(machine, now)
        if not self.kind and self.users.next_at is not None and self.users.next_at <= now:
            await self.users.act(now)
        all_beat = now >= self._beat_at
        if all_beat:
            self._beat_at = now + timedelta(seconds=BEAT_SECONDS * self.plan.pace)
        await self.agents.beat(self._part, now, all_beat=all_beat, asked=self._asked)
        await self.store.turn()
        self._goes_on(await self._turns(now))

    def _trouble(self, now: datetime) -> None:
        """A machine is taken away from time to time: stopped, or ended, with notice or without."""
        if self.kind or not self.plan.interruptions or now < self._troubled_at:
            return
        pause = self.random.expovariate(1 / (TROUBLED_SECONDS * self.plan.pace))
        first, self._troubled_at = self._troubled_at == START, now + timedelta(seconds=pause)
        running = [(c, m) for c in self.clouds.values() for m in c.world.live() if m.state == "running"]
        if first or not running:
            return
        cloud, machine = self.random.choice(running)
        machine.extra["struck"] = True
        how = self.random.choice(("stopped", "ended", "noticed"))
        if how == "stopped":
            cloud.world.stop(machine, "outbid")
            return
        seconds = self.agents.give_notice(machine, now) if how == "noticed" else 0.0
        cloud.world.after(seconds, partial(cloud.world.end, machine, "interrupted"))

    async def _turns(self, now: datetime) -> datetime:
        """When the next is due."""
        if now >= self._tend_at:
            self._tend_at = now + timedelta(seconds=BEAT_SECONDS * self.plan.pace)
            for tend in (listening.turn, dozing.turn, schedules.turn, budgets.turn):
                await self._turn(tend)
        if now >= self._tell_at:
            self._tell_at = now + timedelta(seconds=TELL_SECONDS * self.plan.pace)
            await self._turn(telling.turn)
        for _ in range(TURNS_MAX):
            *due, asked, at = await self._due()
            self._asked = {str(rental) for rental in asked or ()}
            for duty, is_due in zip(self._duties(), due, strict=True):
                if is_due:
                    await self._turn(duty)
            if not any(due):
                return self._next(at)
        raise Restless(f"the turns find no end at {now}")

    def _duties(self) -> tuple[Callable[[Means], Awaitable[float]], ...]:
        return thinking.turn, self._act, watching.turn

    async def _act(self, means: Means) -> float:
        return await acting.turn(means, knock=self._knock)

    async def _knock(self, host: str, _port: int) -> bool:
        found = [cloud.world.rentals.get(host) for cloud in self.clouds.values()]
        return any(each is not None and each.state == "running" for each in found)

    async def _turn(self, duty: Callable[[Means], Awaitable[float]]) -> float:
        self.turns += 1
        draw = 1.0 if self.kind else self.random.random()
        if draw < self.plan.deaths:
            return await self._dies(duty)
        if draw < self.plan.deaths + self.plan.cuts:
            return await self._breaks(duty)
        if draw < self.plan.deaths + self.plan.cuts + self.plan.meetings:
            meeting = Meanwhile(self.random.randint(1, 6), self._others)
            return await duty(meeting.wrap(self.means))
        return await duty(self.means)

    async def _others(self) -> None:
        """Another process acts, and agents call; sometimes only after a while, in which the first one hung."""
        self.meetings += 1
        if self.random.random() < 0.5:
            self._passes(self.random.uniform(0, HANGS_SECONDS_MAX))
        if self.random.random() < 0.5:
            await self.agents.beat(self._part, self.clock.now(), all_beat=True)
        if self.random.random() < 0.3:
            await self.users.act(self.clock.now())
        for duty in self.random.sample(self._duties(), self.random.randint(1, 3)):
            await duty(self.second)

    async def _dies(self, duty: Callable[[Means], Awaitable[float]]) -> float:
        deaths = Deaths(self.random.randint(1, 6))
        try:
            return await duty(deaths.wrap(self.means))
        except (Killed, BaseExceptionGroup):
            if not deaths.dead:
                raise
            self.deaths += 1
            return 0.0

    async def _breaks(self, duty: Callable[[Means], Awaitable[float]]) -> float:
        broken = replace(self.means, db=cast(Db, self._breaking()))
        try:
            return await duty(broken)
        except Exception:  # as the duties' own loop has it: it is turned again
            self.cuts += 1
            return 0.0

    def _breaking(self) -> BreakingDb:
        restarts = self.random.random() < RESTARTS
        return BreakingDb(self.means.db, self.random.randint(1, 4), restarts=restarts)

    async def _due(self) -> list[Any]:
        """Whether there is anything to think about, to act on, to list (a turn for nothing would only take time), and
        when there will be."""
        async with self.means.db.looking() as tx:
            given = {"now": self.clock.now(), "often": timedelta(seconds=self.means.settings.fleet_watch_seconds)}
            return list((await tx.execute(_DUE, given)).one())

    def _next(self, found: datetime) -> datetime:
        """When the next thing may be due."""
        moments: list[datetime | None] = [found, self.agents.next_at(), None if self.kind else self.users.next_at]
        if any(agent.due(self.clock.now()) for agent in self.agents.by_machine.values()):
            moments.append(self._beat_at)
        if self.agents.waits_for(self._asked, self.clock.now()):
            moments.append(self.clock.now() + timedelta(seconds=ASKED_SECONDS))
        for cloud in self.clouds.values():
            moments += [self._comes(machine) for machine in cloud.world.live()]
        return min(moment for moment in moments if moment is not None)

    def _comes(self, machine: Rental) -> datetime | None:
        """When its agent will."""
        if machine.state == "booting":
            return machine.boots_at
        first = machine.state == "running" and machine.id not in self.agents.by_machine
        return machine.since + timedelta(seconds=agents_of.STARTS_SECONDS) if first else None

    def _goes_on(self, until: datetime) -> None:
        seconds = (until - self.clock.now()).total_seconds()
        self._passes(min(MOST_SECONDS * self.plan.pace, max(LEAST_SECONDS, seconds)))

    def _passes(self, seconds: float) -> None:
        self.clock.advance(seconds=seconds)
        for cloud in self.clouds.values():
            cloud.world.advance(seconds)

    def _part(self, kind: type[Any]) -> Any:
        means = self.means
        known = {type(each): each for each in (means.db, means.random, means.settings, means.vault, self._beats)}
        if kind in known:
            return known[kind]
        names = {"Clock": means.clock, "Publisher": means.publisher, "Clouds": means.clouds, "Market": means.market}
        return names.get(kind.__name__, means.jobs)


_MOVING = """
    EXISTS (
        SELECT FROM fleet_rentals r WHERE (stage IN ('creating', 'booting', 'running', 'ending') OR absences > 0
            OR (wanted = 'stopped' AND stage = 'ready')) AND r.account_id = a.id
    )
"""
_DUE = text(f"""
    SELECT
        EXISTS (SELECT FROM fleet_instances WHERE state <> 'destroyed' AND look_at <= :now),
        EXISTS (
            SELECT FROM fleet_rentals WHERE stage <> 'ended' AND look_at <= :now
                AND (claimed_until IS NULL OR claimed_until <= :now)
        ),
        EXISTS (
            SELECT FROM fleet_accounts a WHERE (claimed_until IS NULL OR claimed_until <= :now) AND (
                list_at <= :now OR (failures = 0 AND listed_at + :often <= :now AND {_MOVING})
            )
        ),
        (SELECT array_agg(DISTINCT rental_id) FROM fleet_commands WHERE state = 'queued'),
        least(
            (SELECT min(look_at) FROM fleet_instances WHERE state <> 'destroyed'),
            (SELECT min(greatest(look_at, claimed_until)) FROM fleet_rentals WHERE stage <> 'ended'),
            (SELECT min(greatest(list_at, claimed_until)) FROM fleet_accounts),
            (SELECT min(next_at) FROM fleet_schedules),
            (
                SELECT min(greatest(listed_at + :often, claimed_until)) FROM fleet_accounts a
                WHERE failures = 0 AND {_MOVING}
            ),
            CAST(:now AS timestamptz) + interval '1 day'
        )
""")
