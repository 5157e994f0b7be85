"""Everything around a worker that may be killed: a database, a cloud, agents, a user, and one clock for them all."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any, Literal, cast
from uuid import UUID

from sqlalchemy import text

from dumont.accounts.tables import User
from dumont.basics.clock import Clock
from dumont.fleet.instances import changing, wishing
from dumont.fleet.launching import launch
from dumont.fleet.means import Means
from dumont.fleet.rules.wanted import HibernationWish, RaceWish, StandbyWish, Wanted
from dumont.fleet.tables import FleetInstance
from dumont.main.contexts import contexts
from dumont.main.wiring import assemble
from dumont.market import means as market_means
from dumont.market import sync
from dumont.market.following import Market
from dumont.platform.db.engine import make_db, make_engine
from dumont.platform.db.glance import GlancePool
from dumont.platform.parts import Parts
from dumont.platform.secrets import Vault
from dumont.platform.settings import load
from dumont.platform.work import Caller, Work
from dumont.providers import registry
from dumont.providers.opening import Clouds
from dumont.reliability.wishes import NONE, Wishes
from dumont.simulators.world import World
from tests.fakes.clock import START
from tests.fleet.killed import due, machines
from tests.fleet.killed.agents import Agents
from tests.fleet.killed.clock import HouseClock
from tests.fleet.killed.forks import Died, ForkedWorker
from tests.fleet.killed.place import BEAT_SECONDS, Place, environment

TEND_SECONDS = 60.0
LEAST_SECONDS, MOST_SECONDS = 2.0, 30.0
LEASE_SECONDS = 30.0
NOBODY = UUID(int=0)
STEPS_MAX = 150
TURNS_MAX = 60
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl a"
THINK, ACT, WATCH = (
    ("fleet.think.0",),
    ("fleet.act.create.0", "fleet.act.end.2", "fleet.act.tend.4"),
    ("fleet.watch.0",),
)
TEND = ("fleet.listen", "fleet.idle", "fleet.schedules", "fleet.budgets")
JOBS = "jobs"
RIGHTS = frozenset({"fleet:read", "fleet:write", "machines:manage"})


class NoWishes:
    """Of machines and hosts."""

    async def of(self, _user_id: UUID) -> Wishes:
        return NONE


class Stuck(AssertionError):
    """It does not come to where it was to come."""


@dataclass
class Frozen:
    """A worker in the midst of a turn."""

    worker: ForkedWorker
    answer: asyncio.Task[dict[str, Any]]
    since: float = field(default_factory=time.monotonic)


@dataclass
class House:
    place: Place
    database_url: str
    parts: Parts
    means: Means
    clock: HouseClock
    plant: str = "nothing"
    lease_seconds: float = LEASE_SECONDS
    instance: UUID = NOBODY
    worker: ForkedWorker | None = None
    workers: int = 0
    frozen: Frozen | None = None
    racers: int = 2
    errors: list[str] = field(default_factory=list)
    caller: Caller = field(default_factory=lambda: Caller(role="operator", user_id=UUID(int=7), permissions=RIGHTS))

    def __post_init__(self) -> None:
        self.store = machines.RealStore(self.parts, self.means, self.place.folder / "workspace")
        self.agents = Agents(self.store, self.world)
        self._beat_at = self._tend_at = START
        self._freezes = asyncio.Event()

    @property
    def world(self) -> World:
        return self.place.world

    async def does(self, deed: Callable[[Work], Awaitable[Any]]) -> Any:
        async with self.means.db.begin() as tx:
            return await deed(self.means.work(tx, self.caller))

    async def begin(self) -> None:
        async def join(work: Work) -> None:
            given = {"email": "ada@example.com", "name": "Ada", "role": "operator", "password_hash": ""}
            work.tx.add(User(id=self.caller.me, created_at=work.now, **given))

        await self.does(join)
        await self.look_at_market()

    async def look_at_market(self) -> None:
        """As another worker's job does all the time."""
        found = await sync.sync(market_means.Means.of(self.parts.get), registry.kind("vast"), early=True)
        assert found is not None
        assert found.error_code is None, found

    async def launch(self) -> None:
        async def deed(work: Work) -> FleetInstance:
            wanted = Wanted(ssh_keys=(KEY,), onstart="true", race=RaceWish(machines=self.racers, rounds=3), disk_gb=20)
            doors = launch.Means(self.parts.get(Market), self.parts.get(Vault), cast(Any, NoWishes()))
            rule = HibernationWish(enabled=False)
            return await launch.launch(work, doors, launch.Wish(wanted=wanted, env={}, hibernation=rule))

        self.instance = (await self.does(deed)).id

    async def hibernate(self) -> None:
        await self.does(partial(wishing.hibernate, instance_id=self.instance))

    async def wake(self) -> None:
        async def deed(work: Work) -> None:
            instance = await work.tx.get(FleetInstance, self.instance, with_for_update=True, populate_existing=True)
            assert instance is not None
            await wishing.wake_up(work, instance, wishing.ASKED)

        await self.does(deed)

    async def stand_by(self, kind: Literal["cpu", "gpu"]) -> None:
        wish = StandbyWish(enabled=True, kind=kind, provider="vast", machine_type="", sync_seconds=120)
        await self.does(lambda work: changing.change(work, self.instance, {"standby": wish}))

    async def lose_primary(self) -> None:
        found = await self.rows(_PRIMARY, instance=self.instance)
        rental = self.world.rentals[found[0]["provider_machine_id"]]
        self.world.end(rental, "vanished")

    async def destroy(self) -> None:
        await self.does(partial(wishing.destroy, instance_id=self.instance, keep_snapshot=True))

    async def until(self, *, there: Callable[[], Awaitable[list[str]]]) -> None:
        """What is left to be done is asked again and again."""
        left: list[str] = []
        for _ in range(STEPS_MAX):
            left = await there()
            if not left:
                return
            await self.step()
        raise Stuck(f"after {STEPS_MAX} steps: {left}; {self.errors[-3:]}")

    async def step(self) -> None:
        now = self.clock.now()
        await self._beat(now)
        tending = now >= self._tend_at
        if tending:
            self._tend_at = now + timedelta(seconds=TEND_SECONDS)
            await self._turn(*TEND)
        found: list[bool] = []
        for _ in range(TURNS_MAX):
            found = await self._due()
            for names, is_due in zip((THINK, ACT, WATCH, (JOBS,)), found, strict=True):
                if is_due:
                    await self._turn(*names)
            if not any(found[:3]):
                break
        else:
            raise Stuck(f"the turns find no end: due are {found}; {self.errors[-3:]}")
        await self._goes_on()

    async def _beat(self, now: datetime) -> None:
        for machine in self.world.live():
            self.agents.appear(machine, now)
        done = self.agents.next_at()
        if now >= self._beat_at or (done is not None and done <= now):
            self._beat_at = now + timedelta(seconds=BEAT_SECONDS)
            await self.agents.beat(self.parts.get, now)
            await self._note_complete()

    async def _note_complete(self) -> None:
        found = await self.rows("SELECT id FROM snapshots WHERE state = 'complete'")
        self.store.completed |= {row["id"] for row in found}

    async def _turn(self, *names: str) -> None:
        for name in names:
            try:
                worker = await self._at_work()
                answer = await self._answer(worker, name)
            except Died:
                self.bury()
                return
            if answer is None:
                return
            if "error" in answer:
                self.errors.append(f"{name}: {answer['error']}")

    async def _answer(self, worker: ForkedWorker, name: str) -> dict[str, Any] | None:
        """None if it freezes in its turn: then it is put aside as it is."""
        turn = asyncio.create_task(worker.turn(name))
        freezes = asyncio.create_task(self._freezes.wait())
        await asyncio.wait({turn, freezes}, return_when=asyncio.FIRST_COMPLETED)
        freezes.cancel()
        if not self._freezes.is_set():
            return await turn
        self._freezes.clear()
        self.frozen, self.worker = Frozen(worker, turn), None
        return None

    def fell(self) -> None:
        """Struck it is dead, and the kernel closes what it held open; or it is frozen, and others need its locks."""
        points = self.place.witness.points
        if points is not None and points.blow == signal.SIGSTOP:
            self.place.database.end_transactions()
            self._freezes.set()
        else:
            self.place.database.cut()

    async def _at_work(self) -> ForkedWorker:
        if self.worker is None:
            self.workers += 1
            name = f"w{self.workers}"
            url = self.place.database.url_of(self.database_url)
            env = environment(self.place, f"{self.place.url}/{name}", self.lease_seconds)
            told = {"url": url, "env": env, "clock": str(self.place.told), "plant": self.plant}
            self.worker = await self.place.forks.worker({**told, "seed": self.workers})
            self.worker.name = name
            self.place.witness.watch(self.worker.pid)
        return self.worker

    def bury(self) -> None:
        """Another comes as soon as there is something to do."""
        if self.worker is not None:
            self.worker.kill()
            self.worker = None

    async def _due(self) -> list[bool]:
        given = {"now": self.clock.now(), "often": timedelta(seconds=self.means.settings.fleet_watch_seconds)}
        async with self.means.db.looking() as tx:
            return list((await tx.execute(due.DUE, given)).one())

    async def _goes_on(self) -> None:
        async with self.means.db.looking() as tx:
            found: datetime = (await tx.execute(due.NEXT, {"now": self.clock.now()})).scalar_one()
        moments = [found, self.agents.next_at(), self._beat_at, *[when for when, _, _ in self.world._due[:1]]]
        seconds = (min(each for each in moments if each is not None) - self.clock.now()).total_seconds()
        self.pass_by(min(MOST_SECONDS, max(LEAST_SECONDS, seconds)))

    def pass_by(self, seconds: float) -> None:
        self.clock.advance(seconds=seconds)
        self.world.advance(seconds)

    async def rows(self, query: str, **given: Any) -> list[dict[str, Any]]:
        async with self.means.db.looking() as tx:
            return [dict(row) for row in (await tx.execute(text(query), given)).mappings()]


@asynccontextmanager
async def house(
    place: Place, database_url: str, *, plant: str = "nothing", lease_seconds: float = LEASE_SECONDS, racers: int = 2
) -> AsyncIterator[House]:
    """A life of its own: an empty database, a world in which nothing is rented."""
    place.world.reset()
    place.clouds.calls.clear()
    place.witness.points = None
    loaded, clock = load(environment(place, place.url, lease_seconds)), HouseClock(place.told)
    engine = make_engine(database_url, loaded.settings, name="house")
    glance = GlancePool(database_url, loaded.settings, name="house")
    parts = assemble(loaded, database_url, contexts(), db=make_db(engine), glance=glance, clock=cast(Clock, clock))
    parts.put(Random, Random(11))
    one = House(place, database_url, parts, Means.of(parts.get), clock, plant, lease_seconds, racers=racers)
    place.witness.fell = one.fell
    try:
        await one.begin()
        yield one
    finally:
        place.witness.points = None
        for worker in (one.worker, one.frozen.worker if one.frozen else None):
            if worker is not None:
                worker.kill()
        if one.frozen is not None:
            one.frozen.answer.cancel()
        place.database.cut()
        await parts.get(Clouds).close()
        await engine.dispose()


_PRIMARY = """
    SELECT r.provider_machine_id FROM fleet_instances i JOIN fleet_rentals r ON r.id = i.primary_rental_id
    WHERE i.id = :instance
"""
