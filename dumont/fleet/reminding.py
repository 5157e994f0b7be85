"""Calls once more for what has been due for a second: a word may be lost, and whoever was at it may have died.

So that all others who look for what is due may sleep until they are called, this one look a second stands for theirs.
"""

from datetime import timedelta

from dumont.fleet.means import Means
from dumont.fleet.store import reminding

LOOK_SECONDS = 1.0
LATE = timedelta(seconds=0.5)
"""What is due for less is on its way."""


async def turn(means: Means) -> float:
    async with means.db.looking() as tx:
        await reminding.call(tx, means.clock.now() - LATE, often=means.settings.fleet_watch_seconds)
    return LOOK_SECONDS
