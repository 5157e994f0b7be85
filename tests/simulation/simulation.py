"""Drives every duty of the fleet turn by turn on one clock, with clouds, agents, users and a store that are simulated.

Only what the fleet does is real: its use cases, its turns, and PostgreSQL. A process may die at any commit and at any
call of a cloud, and a connection may break before a commit; then other processes go on.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, cast
from unittest.mock import patch

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from dumont.fleet import schedules, thinking
from dumont.fleet.agents import beating, dozing, listening
from dumont.fleet.agents.beating import Beats
from dumont.fleet.means import Means
from dumont.fleet.money import budgets
from dumont.fleet.rentals import acting, watching
from dumont.market.following import Market, View
from dumont.platform.db import Db
from dumont.platform.secrets import Vault, new_key
from dumont.platform.settings import Settings
from dumont.snapshots import verifying
from tests.build.offers import Stall
from tests.fakes.clock import START, FakeClock
from tests.fakes.publisher import FakePublisher
from tests.fleet.deaths import Deaths, Killed
from tests.simulation import agents as agents_of
from tests.simulation.agents import Agents
from tests.simulation.clouds import Cloud, Odds, SimClouds, make_cloud
from tests.simulation.store import Asked, Store
from tests.simulation.users import Users

KEYS = {"vast": {"api_key": "k"}, "runpod": {"api_key": "k"}}
BEAT_SECONDS = 60.0
LEAST_SECONDS, MOST_SECONDS = 2.0, 60.0
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
    machines: int = 12
    """Of each cloud."""
    odds: Odds = field(default_factory=Odds)
    agents: agents_of.Odds = field(default_factory=agents_of.Odds)
    deaths: float = 0.06
    """Of a turn."""
    cuts: float = 0.02
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


class _BreakingDb:
    """Its server closes the connection just before one of the commits."""

    def __init__(self, db: Db, at: int) -> None:
        self._db, self._left = db, at

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        async with self._db.begin() as tx:
            yield tx
            self._left -= 1
            if self._left == 0:
                await tx.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    def looking(self) -> Any:
        return self._db.looking()


class Simulation:
    def __init__(self, db: Db, settings: Settings, seed: int, plan: Plan) -> None:
        self.seed, self.plan, self.random = seed, plan, Random(f"simulation:{seed}")
        self.clock = FakeClock()
        self.clouds = {name: make_cloud(name, seed, plan.machines, plan.odds) for name in KEYS}
        given = {
            "fleet_house_accounts": "everyone",
            "provider_keys": _Keys(),
            "fleet_beat_seconds": BEAT_SECONDS,
            "fleet_list_seconds": 90.0,
            "fleet_watch_seconds": 8.0,
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
        self.store = Store(self.means, Random(f"store:{seed}"), self.jobs)
        self.agents = Agents(Random(f"agents:{seed}"), plan.agents, self.store)
        self.users = Users(self.means, Random(f"users:{seed}"), plan.instances, plan.standbys)
        self.began = START
        self.kind = False
        self.turns = self.deaths = self.cuts = 0
        self._beats = Beats(db, self.clock, self.means.settings)
        self._beat_at = START
        self._tend_at = START

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

    async def step(self) -> None:
        now = self.clock.now()
        for cloud in self.clouds.values():
            for machine in cloud.world.live():
                self.agents.appear(machine, now)
        if not self.kind and self.users.next_at is not None and self.users.next_at <= now:
            await self.users.act(now)
        done = self.agents.next_at()
        if now >= self._beat_at or (done is not None and done <= now):
            self._beat_at = now + timedelta(seconds=BEAT_SECONDS)
            await self.agents.beat(self._part, now)
        await self.store.turn()
        await self._turns(now)
        self._goes_on(await self._next())

    async def _turns(self, now: datetime) -> None:
        tending = now >= self._tend_at
        if tending:
            self._tend_at = now + timedelta(seconds=BEAT_SECONDS)
            for duty in (listening.turn, dozing.turn, schedules.turn, budgets.turn):
                await self._turn(duty)
        for _ in range(TURNS_MAX):
            due = await self._due()
            for duty, is_due in zip((thinking.turn, self._act, watching.turn), due, strict=True):
                if is_due:
                    await self._turn(duty)
            if not any(due):
                return
        raise Restless(f"the turns find no end at {now}")

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
        return await duty(self.means)

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
        broken = replace(self.means, db=cast(Db, _BreakingDb(self.means.db, self.random.randint(1, 4))))
        try:
            return await duty(broken)
        except Exception:  # as the duties' own loop has it: it is turned again
            self.cuts += 1
            return 0.0

    async def _due(self) -> list[bool]:
        """Whether there is anything to think about, to act on, to list: a turn for nothing would only take time."""
        async with self.means.db.looking() as tx:
            given = {"now": self.clock.now(), "often": timedelta(seconds=self.means.settings.fleet_watch_seconds)}
            return list((await tx.execute(_DUE, given)).one())

    async def _next(self) -> datetime:
        """When the next thing may be due."""
        async with self.means.db.looking() as tx:
            found: datetime = (await tx.execute(_NEXT, {"now": self.clock.now()})).scalar_one()
        moments: list[datetime | None] = [found, self.agents.next_at(), None if self.kind else self.users.next_at]
        if any(agent.due(self.clock.now()) for agent in self.agents.by_machine.values()):
            moments.append(self._beat_at)
        moments += [cloud.world._due[0][0] for cloud in self.clouds.values() if cloud.world._due]
        if any(machine.id not in self.agents.by_machine for c in self.clouds.values() for machine in c.world.live()):
            moments.append(self.clock.now() + timedelta(seconds=5))
        return min(moment for moment in moments if moment is not None)

    def _goes_on(self, until: datetime) -> None:
        seconds = (until - self.clock.now()).total_seconds()
        seconds = min(MOST_SECONDS, max(LEAST_SECONDS, seconds))
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
        )
""")

_NEXT = text("""
    SELECT least(
        (SELECT min(look_at) FROM fleet_instances WHERE state <> 'destroyed'),
        (SELECT min(greatest(look_at, claimed_until)) FROM fleet_rentals WHERE stage <> 'ended'),
        (SELECT min(greatest(list_at, claimed_until)) FROM fleet_accounts),
        (SELECT min(next_at) FROM fleet_schedules),
        CASE WHEN EXISTS (
            SELECT FROM fleet_rentals WHERE stage IN ('creating', 'booting', 'running', 'ending') OR absences > 0
                OR (wanted = 'stopped' AND stage = 'ready')
        ) THEN CAST(:now AS timestamptz) + interval '8 seconds' END,
        CAST(:now AS timestamptz) + interval '60 seconds'
    )
""")
