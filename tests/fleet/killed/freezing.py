"""A worker is stopped in the midst of something for longer than its lease, and goes on when another has its work."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from tests.conftest import DatabaseMaker
from tests.fleet.killed import judge
from tests.fleet.killed.house import House, Place, Stuck, house
from tests.fleet.killed.points import Points

LEASE_SECONDS = 1.5
"""Real ones: it is by the monotonic clock that a process finds out that it has slept."""


@dataclass
class Thawed:
    where: str = "nowhere"
    met: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


async def thaw(
    place: Place, maker: DatabaseMaker, at: int, *, plant: str = "nothing", only: Callable[[str], bool] | None = None
) -> Thawed:
    """Of a launch and a sleep; frozen at the point with this number, of one of them or the other."""
    url, points = await maker.make(), Points(at, signal.SIGSTOP, only=only)
    thawed = Thawed()
    try:
        async with house(place, url, plant=plant, lease_seconds=LEASE_SECONDS, racers=1) as one:
            await _lives(one, points, thawed)
    except Stuck as stuck:
        thawed.faults.append(str(stuck))
    finally:
        await maker.forget(url)
    thawed.where, thawed.met = points.name, points.met
    return thawed


async def _lives(one: House, points: Points, thawed: Thawed) -> None:
    one.place.witness.points = points
    for deed, goal in ((one.launch, "running"), (one.hibernate, "hibernated")):
        await deed()
        await one.until(there=partial(judge.on_the_way, one, goal))
        if one.frozen is not None:
            one.place.witness.points = None
            await asyncio.sleep(max(0.0, one.frozen.since + LEASE_SECONDS - time.monotonic()))  # the lease itself
            thawed.faults += await _go_on(one)
            await one.until(there=partial(judge.on_the_way, one, goal))
            thawed.faults += await judge.faults(one)
            return


async def _go_on(one: House) -> list[str]:
    frozen = one.frozen
    assert frozen is not None
    os.kill(frozen.worker.pid, signal.SIGCONT)
    await frozen.answer
    late = one.place.clouds.calls_of(frozen.worker.name) - frozen.calls
    frozen.worker.kill()
    one.frozen = None
    return [f"it made {late} calls after its sleep"] if late else []
