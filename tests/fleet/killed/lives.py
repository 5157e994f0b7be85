"""One life: launched, put to sleep, woken, lost and recovered, given up; with a death in each part of it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from unittest.mock import patch

from dumont.fleet.agents import beating
from dumont.simulators import server
from tests.conftest import DatabaseMaker
from tests.fleet.killed import judge, machines
from tests.fleet.killed.clouds_door import CloudsDoor
from tests.fleet.killed.database_door import DatabaseDoor
from tests.fleet.killed.forks import forking
from tests.fleet.killed.house import House, Place, Stuck, house, make_world, serving
from tests.fleet.killed.points import Points, Witness

PARTS = ("launch", "hibernate", "wake", "failover")
GOAL = {"launch": "running", "hibernate": "hibernated", "wake": "running", "failover": "running"}


@dataclass
class Lived:
    """`points` are those that each part had, `deaths` where the worker was struck."""

    points: dict[str, list[str]] = field(default_factory=dict)
    deaths: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def told(self) -> str:
        return "; ".join([f"{part} struck {where}" for part, where in self.deaths.items()] + self.faults)


@asynccontextmanager
async def at_place(folder: Path, postgres_url: str) -> AsyncIterator[Place]:
    (folder / "home").mkdir(parents=True)
    machines.workspace(folder / "workspace")
    world, witness = make_world(), Witness()
    door = CloudsDoor(server.all_in_one({"vast": world}), witness)
    async with AsyncExitStack() as stack:
        forks = await stack.enter_async_context(forking(folder / "forks"))
        database = await stack.enter_async_context(DatabaseDoor(postgres_url, witness).opened())
        url = await stack.enter_async_context(serving(door))
        stack.enter_context(patch.object(beating, "GATHER_SECONDS", 0.0))  # one agent calls at a time
        yield Place(folder, forks, witness, database, door, world, url)


async def live(
    place: Place,
    maker: DatabaseMaker,
    strikes: Mapping[str, int],
    *,
    plant: str = "nothing",
    last: str = "destroy",
    only: Callable[[str], bool] | None = None,
) -> Lived:
    """A death at the point of each part with the number that `strikes` says, among those that `only` lets count; it
    ends after the part `last`."""
    url, lived = await maker.make(), Lived()
    try:
        async with house(place, url, plant=plant) as one:
            strikers = {part: Points(strikes.get(part, 0), only=only) for part in PARTS}
            await _live(one, strikers, lived, last)
    finally:
        await maker.forget(url)
    return lived


async def _live(one: House, strikers: Mapping[str, Points], lived: Lived, last: str) -> None:
    deeds: dict[str, Callable[[], Awaitable[None]]] = {
        "launch": one.launch,
        "hibernate": one.hibernate,
        "wake": one.wake,
        "failover": one.lose_primary,
    }
    try:
        for part in PARTS:
            await one.look_at_market()
            if part == "failover":
                await one.stand_by()
                await one.until(there=partial(judge.not_in_step, one))
                await one.look_at_market()
            await _part(one, part, deeds[part], strikers[part], lived)
            if part == last or lived.faults:
                return
        await one.destroy()
        await one.until(there=partial(judge.on_the_way, one, "destroyed"))
        lived.faults += [f"after all, {each}" for each in await judge.faults(one)]
        lived.faults += [f"machine {each.label} outlives it" for each in one.world.live()]
    except Stuck as stuck:
        lived.faults.append(str(stuck))


async def _part(one: House, part: str, deed: Callable[[], Awaitable[None]], points: Points, lived: Lived) -> None:
    await deed()
    one.place.witness.points = points
    try:
        await one.until(
            there=partial(judge.not_failed_over if part == "failover" else judge.on_the_way, one, GOAL[part])
        )
    finally:
        one.place.witness.points = None
        lived.points[part] = points.met
        if points.at:
            lived.deaths[part] = points.name
    lived.faults += [f"after the {part}, {each}" for each in await judge.faults(one)]
