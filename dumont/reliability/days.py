"""Takes in what was seen of machines, and lets go of days that are older than the window."""

from collections.abc import Sequence

from dumont.platform.work import Work
from dumont.reliability.events import Interrupted
from dumont.reliability.rules.day import Day
from dumont.reliability.rules.interval import HALF_LIFE_DAYS
from dumont.reliability.rules.score import first_day
from dumont.reliability.store import days as store
from dumont.reliability.store.days import Fading

BATCH = 5_000
"""Days that go into one statement: some tens of milliseconds, so that its time limit is never near."""


async def add(work: Work, days: Sequence[Day]) -> None:
    """To what is stored of the same machines and days. Who interrupted a rental is scored again at once."""
    whole = _merged(days)
    for place in range(0, len(whole), BATCH):
        await store.add(work.tx, whole[place : place + BATCH], work.now)
    interrupted = sorted({str(day.machine) for day in whole if day.interruptions})
    if interrupted:
        await work.publish(Interrupted(machines=interrupted))


async def forget(work: Work, limit: int) -> int:
    return await store.forget(work.tx, Fading(first_day(work.now), HALF_LIFE_DAYS), limit)


def _merged(days: Sequence[Day]) -> list[Day]:
    """One of each machine and day, in the order of machines."""
    found: dict[object, Day] = {}
    for day in sorted(days, key=lambda day: (day.machine, day.day)):
        known = found.setdefault((day.machine, day.day), day)
        if known is not day:
            known.add(day)
    return list(found.values())
