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
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any, Protocol, cast
from unittest.mock import patch

from dumont.fleet import schedules, thinking
from dumont.fleet.agents import attending, beating, dozing, finding, lending, listening, telling
from dumont.fleet.agents.beating import Beats
from dumont.fleet.means import Means
from dumont.fleet.money import budgets
from dumont.fleet.reminding import Reminding
from dumont.fleet.rentals import acting, extending, leasing, watching
from dumont.fleet.rules import sleeping
from dumont.fleet.rules.seen import Limits
from dumont.fleet.store import reminding as reminding_sql
from dumont.platform import waking
from dumont.platform.db import Db
from dumont.platform.settings import Settings
from dumont.simulators.rentals import Rental
from dumont.simulators.world import World
from dumont.snapshots import dropping, verifying
from tests.fakes.clock import START, FakeClock
from tests.fleet.deaths import Deaths, Killed
from tests.simulation import agents as agents_of
from tests.simulation import due
from tests.simulation.agents import Agents
from tests.simulation.calls import WOKEN_BY, Calls
from tests.simulation.fate import BEAT_SECONDS, Fate
from tests.simulation.keeping import prune
from tests.simulation.one_by_one import OneByOne
from tests.simulation.plan import Plan
from tests.simulation.prepaid import Prepaid
from tests.simulation.setting_up import clouds_of, means_of
from tests.simulation.store import Asked, Store
from tests.simulation.troubles import BreakingDb, Meanwhile
from tests.simulation.users import Users

REST_SECONDS, TELL_SECONDS, PRUNE_SECONDS = 300.0, 300.0, 400.0
"""At a pace of 1."""
POLL_SECONDS, LOOK_SECONDS = 120.0, 180.0
LEAST_SECONDS, MOST_SECONDS = 20.0, 60.0
ASKED_SECONDS = 5.0
"""Until an agent calls for which there is something to do."""
RESTARTS = 0.3
"""Of the broken connections, so many are a database that restarts."""
MEET = 30
"""Agents call at most, while a turn is not over."""
TIDY_SECONDS = 600.0
"""In a crowd, the database is vacuumed and counted anew so often."""
TURNS_MAX = 400
"""At one moment, and some for each instance: more is a loop without an end."""


AT_ONCE = SimpleNamespace(TaskGroup=OneByOne, timeout=asyncio.timeout)


class Server(Protocol):
    async def forget(self) -> None:
        """All connections."""

    async def tidy(self) -> None:
        """Nobody does so here by himself: what was thousands of rows ago would be taken for what is."""


class Restless(AssertionError):
    """It does not come to rest."""


async def _never(*_given: object) -> None:
    await asyncio.Event().wait()


async def _nobody_hears(*_given: object) -> None:
    """Nothing here waits to be called: what is due is asked of the database."""


class Simulation:
    def __init__(self, db: Db, settings: Settings, seed: int, plan: Plan, *, server: Server) -> None:
        self.seed, self.plan, self.random = seed, plan, Random(f"simulation:{seed}")
        self.server = server
        self.clouds, self.jobs = clouds_of(seed, plan), Asked()
        self.means = means_of(db, settings, self.clouds, self.jobs, (seed, plan))
        self.clock = cast(FakeClock, self.means.clock)
        self.second = replace(self.means, random=Random(f"second:{seed}"))
        """Of another process."""
        self.store = Store(self.means, Random(f"store:{seed}"), self.jobs, (plan.away, plan.loses))
        lazy = replace(plan.agents, works_seconds=plan.agents.works_seconds * plan.pace)
        self.agents = Agents(Random(f"agents:{seed}"), lazy, self.store)
        self.users = Users(self.means, Random(f"users:{seed}"), plan)
        self.fate = Fate(Random(f"fate:{seed}"), plan, self.clouds, self.agents)
        self.calls = Calls(Random(f"calls:{seed}"))
        self.called = self.calls.random.random() < plan.called
        self._again: set[str] = set()
        """Whose turn broke: they are turned again."""
        self.began = START
        self.kind = False
        self.turns = self.deaths = self.cuts = self.restarts = self.meetings = self.hangs = 0
        self._beats = Beats(db, self.clock, self.means.settings)
        self._reminding = Reminding()
        self._asked: set[str] = set()
        """Rentals whose agents are to do something."""
        self._beat_at = self._tend_at = self._tell_at = self._prune_at = self._tidy_at = START

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
            end = self.clock.now() + timedelta(seconds=self.plan.quiet_seconds)
            while left := await at_rest():
                if self.clock.now() > end:
                    raise Restless(f"not at rest after {self.plan.quiet_seconds / 3600:g} h: {left[:5]}")
                await self.users.react()
                for _ in range(3):
                    await self.step()

    @contextmanager
    def _one_by_one(self) -> Iterator[None]:
        """What would happen at once happens in an order that the seed says."""
        with (
            patch.object(waking, "wake", self.calls.wake if self.called else _nobody_hears),  # some words are lost
            patch.object(reminding_sql, "call", self.calls.remind),  # it is heard at once
            patch.object(verifying, "look", self.store.look),  # the store is simulated
            patch.multiple(dropping, **self.store.drops_doors()),  # the same
            patch.object(finding, "AGAIN", timedelta(seconds=POLL_SECONDS)),  # rests are as long as the pace says
            patch.object(thinking, "limits_of", self._limits),  # rests are as long as the pace says
            patch.object(sleeping, "ENDING_LOOK", 3 * POLL_SECONDS),  # the same
            patch.object(leasing, "time", SimpleNamespace(monotonic=self._seconds)),  # the simulated time goes on alone
            patch.object(leasing, "_renew", _never),  # it goes by real time
            patch.object(beating, "GATHER_SECONDS", 0.0),  # nobody else calls meanwhile
            patch.object(
                attending, "attend", self.agents.attend
            ),  # tasks at once end in no order that a seed could say
            patch.object(acting, "asyncio", AT_ONCE),  # tasks at once end in no order that a seed could say
            patch.object(watching, "asyncio", AT_ONCE),  # the same
            patch.object(extending, "asyncio", AT_ONCE),  # the same
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
        rest = REST_SECONDS * self.plan.pace
        return Limits(silent_seconds=silent, poll_seconds=POLL_SECONDS, look_seconds=LOOK_SECONDS, rest_seconds=rest)

    async def step(self) -> None:
        now = self.clock.now()
        if not self.kind and self.plan.interruptions:
            self.fate.goes_on(now)
        for machine in self.agents.dying(now):
            self._world_of(machine).end(machine, "ended itself")
        for cloud in self.clouds.values():
            for machine in cloud.world.live():
                self.agents.appear(machine, now)
        if not self.kind and self.users.next_at is not None and self.users.next_at <= now:
            for _ in range(self.plan.crowd):
                await self.users.act(now)
        if self.plan.crowd > 1 and now >= self._tidy_at:
            self._tidy_at = now + timedelta(seconds=TIDY_SECONDS * self.plan.pace)
            await self.server.tidy()
        all_beat = now >= self._beat_at
        if all_beat:
            self._beat_at = now + timedelta(seconds=BEAT_SECONDS * self.plan.pace)
        await self.agents.beat(self._part, now, all_beat=all_beat, asked=self._asked)
        await self.store.turn()
        self._goes_on(await self._turns(now))

    def _world_of(self, machine: Rental) -> World:
        return next(cloud.world for cloud in self.clouds.values() if machine.id in cloud.world.rentals)

    async def _turns(self, now: datetime) -> datetime:
        """When the next is due."""
        if now >= self._tend_at:
            self._tend_at = now + timedelta(seconds=BEAT_SECONDS * self.plan.pace)
            for tend in (listening.turn, dozing.turn, budgets.turn, self._lend):
                await self._turn(tend)
        if now >= self._tell_at:
            self._tell_at = now + timedelta(seconds=TELL_SECONDS * self.plan.pace)
            await self._turn(telling.turn)
        if self.plan.rules and now >= self._prune_at:
            self._prune_at = now + timedelta(seconds=PRUNE_SECONDS * self.plan.pace)
            await self._turn(self.prune)
        if self.called:
            await self._until_nobody_is_called()
        for _ in range(self._turns_max):
            *wanted, asked, at = await due.ask(self.means)
            self._asked = {str(rental) for rental in asked or ()}
            duties = self._duties()
            names = [name for name, wants in zip(duties, wanted, strict=False) if wants]
            if self.called:
                names = [name for name in names if name not in WOKEN_BY]
            for name in names:
                await self._turn(duties[name])
            if not names:
                return self._next(at)
        raise Restless(f"the turns find no end at {now}")

    async def _until_nobody_is_called(self) -> None:
        await self._turn(self._reminding.turn)
        for _ in range(self._turns_max):
            heard = self.calls.take()
            names = [name for name, words in WOKEN_BY.items() if words & heard or name in self._again]
            self._again = set()
            for name in names:
                if await self._turn(self._duties()[name]) <= 0:
                    self._again.add(name)
            if not names:
                return
        raise Restless(f"the calls find no end at {self.clock.now()}")

    @property
    def _turns_max(self) -> int:
        return TURNS_MAX + 20 * self.plan.instances

    def _duties(self) -> dict[str, Callable[[Means], Awaitable[float]]]:
        """In the order of what `due.ask` answers. Many things that have happened need but one thought."""
        duties: dict[str, Callable[[Means], Awaitable[float]]] = {
            "act": self._act,
            "watch": watching.turn,
            "think": thinking.turn,
            "schedules": schedules.turn,
            "find": self._find,
        }
        return duties | ({"extend": extending.turn} if self.plan.prepaid else {})

    async def prune(self, means: Means) -> float:
        return await prune(means, self.store, self.users.caller.me)

    async def sweep(self) -> None:
        """What rules take of what is left, and then, when nothing of it can be had back, its manifests."""
        with self._one_by_one():
            await self.prune(self.means)
            self._passes(self.means.settings.snapshots_undo_hours * 3600 + 1)
            await self.prune(self.means)

    async def _lend(self, means: Means) -> float:
        return await lending.turn(means, cast(Any, self.store))

    async def _find(self, means: Means) -> float:
        return await finding.turn(means, cast(Any, self.store))

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
            self.hangs += 1
            self._passes(self.random.uniform(0, self.plan.hangs_seconds))
        if self.random.random() < 0.5:
            await self.agents.beat(self._part, self.clock.now(), all_beat=True, most=MEET)
        if self.random.random() < 0.3:
            await self.users.act(self.clock.now())
        for duty in self.random.sample(list(self._duties().values()), self.random.randint(1, 3)):
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
        breaking = self._breaking()
        try:
            return await duty(replace(self.means, db=cast(Db, breaking)))
        except Exception:  # as the duties' own loop has it: it is turned again
            self.cuts += 1
            self.restarts += breaking.restarts
            await self.server.forget()  # when a connection is seen to be closed, no seed could say
            return 0.0

    def _breaking(self) -> BreakingDb:
        restarts = self.random.random() < RESTARTS
        return BreakingDb(self.means.db, self.random.randint(1, 4), restarts=restarts)

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
            if isinstance(cloud, Prepaid):
                cloud.ends()

    def _part(self, kind: type[Any]) -> Any:
        means = self.means
        known = {type(each): each for each in (means.db, means.random, means.settings, means.vault, self._beats)}
        if kind in known:
            return known[kind]
        names = {"Clock": means.clock, "Publisher": means.publisher, "Clouds": means.clouds, "Market": means.market}
        return names.get(kind.__name__, means.jobs)
