"""One life: launched, put to sleep, woken, lost to a warm machine and to a small one, brought back, given up; in each
part of it the worker is struck."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypedDict, Unpack
from unittest.mock import patch

from dumont.fleet.agents import beating
from dumont.simulators import server
from tests.conftest import DatabaseMaker
from tests.fleet.killed import freezing, judge, machines
from tests.fleet.killed.clouds_door import CloudsDoor
from tests.fleet.killed.database_door import DatabaseDoor
from tests.fleet.killed.forks import forking
from tests.fleet.killed.house import House, Stuck, house
from tests.fleet.killed.place import Place, make_world, serving
from tests.fleet.killed.points import Points, Witness

PARTS = ("launch", "hibernate", "wake", "failover", "switch", "recovery", "destroy")
"""A failover to a warm machine ends with it; one to a small machine switches over, and then a new machine is raced for
while the work is done on the small one."""
GOAL = {"hibernate": "hibernated", "destroy": "destroyed"}
"""All others are to run in the end."""
Left = Callable[[], Awaitable[list[str]]]


@dataclass
class Lived:
    """`points` are those that each part had, `deaths` where the worker was struck."""

    points: dict[str, list[str]] = field(default_factory=dict)
    deaths: dict[str, list[str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def struck(self) -> list[str]:
        return [each for names in self.deaths.values() for each in names]

    def told(self) -> str:
        said = [f"{part} struck after {len(self.points[part])} points: {names}" for part, names in self.deaths.items()]
        return "; ".join([*said, *self.faults])


class Wished(TypedDict, total=False):
    """How a house is to be."""

    lease_seconds: float
    racers: int


@asynccontextmanager
async def at_place(folder: Path, postgres_url: str) -> AsyncIterator[Place]:
    (folder / "home").mkdir(parents=True)
    machines.workspace(folder / "workspace")
    world, witness = make_world(), Witness()
    door = CloudsDoor(server.all_in_one({"vast": world}), witness)
    async with AsyncExitStack() as stack:
        forks = await stack.enter_async_context(forking(folder / "forks"))
        database = await stack.enter_async_context(DatabaseDoor(postgres_url, witness, folder).opened())
        url = await stack.enter_async_context(serving(door))
        stack.enter_context(patch.object(beating, "GATHER_SECONDS", 0.0))  # one agent calls at a time
        yield Place(folder, forks, witness, database, door, world, url)


async def live(
    place: Place,
    maker: DatabaseMaker,
    strikes: Mapping[str, Points],
    *,
    plant: str = "nothing",
    last: str = "destroy",
    **wished: Unpack[Wished],
) -> Lived:
    """It ends after the part `last`."""
    url, lived = await maker.make(), Lived()
    try:
        async with house(place, url, plant=plant, **wished) as one:
            await Life(one, strikes, lived).live(last)
    except Stuck as stuck:
        lived.faults.append(str(stuck))
    finally:
        await maker.forget(url)
    return lived


class Life:
    def __init__(self, one: House, strikes: Mapping[str, Points], lived: Lived) -> None:
        self._one, self._lived = one, lived
        self._strikes = {part: strikes.get(part) or Points() for part in PARTS}

    async def live(self, last: str) -> None:
        for part in PARTS:
            await self._one.look_at_market()
            await self._before(part)
            await self._part(part)
            if part == last or self._lived.faults:
                return
        self._lived.faults += [f"machine {each.label} outlives it" for each in self._one.world.live()]

    async def _before(self, part: str) -> None:
        """What belongs to no part."""
        one = self._one
        if part in ("failover", "switch"):
            await one.stand_by("gpu" if part == "failover" else "cpu")
            await one.until(there=partial(judge.not_in_step, one))
            await one.look_at_market()

    async def _part(self, part: str) -> None:
        one, points, there = self._one, self._strikes[part], self._there(part)
        await self._deed(part)
        one.place.witness.points = points
        try:
            await one.until(there=there)
        finally:
            one.place.witness.points = None
            self._lived.points[part] = points.met
            self._lived.deaths[part] = points.struck
        if one.frozen is not None:
            self._lived.faults += await freezing.thaw(one)
            await one.until(there=there)
        if part != "switch":  # it is in the midst of it
            self._lived.faults += [f"after the {part}, {each}" for each in await judge.faults(one)]

    async def _deed(self, part: str) -> None:
        one = self._one
        deeds = {"launch": one.launch, "hibernate": one.hibernate, "wake": one.wake, "destroy": one.destroy}
        deeds |= {"failover": one.lose_primary, "switch": one.lose_primary}
        if part in deeds:
            await deeds[part]()

    def _there(self, part: str) -> Left:
        one = self._one
        if part == "switch":
            return partial(judge.not_serving, one)
        if part in ("failover", "recovery"):
            return partial(judge.not_failed_over, one, 1 if part == "failover" else 2)
        return partial(judge.on_the_way, one, GOAL.get(part, "running"))
