"""How busy an instance was: its minutes, added up to steps; what nobody has heard of is a gap and not a nought."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from dumont.basics.errors import Invalid
from dumont.fleet.instances import access
from dumont.fleet.store import minutes
from dumont.fleet.store.minutes import Step
from dumont.platform.work import Work

USUAL = timedelta(hours=6)
POINTS, POINTS_MAX = 360, 2000
STEPS = (60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)


@dataclass(frozen=True, slots=True)
class Series:
    since: datetime
    until: datetime
    step_seconds: int
    steps: list[Step | None] = field(default_factory=list)
    """One for each step of the window, the first begins at `since`; None where nothing was heard."""


async def series(
    work: Work, instance_id: UUID, since: datetime | None, until: datetime | None, step_seconds: int | None
) -> Series:
    instance = await access.instance(work, instance_id)
    last = until or work.now
    first = since or last - USUAL
    if last <= first:
        raise Invalid.field("from", "is not before `to`")
    step = step_seconds or _step(first, last)
    begin = _floor(first, step)
    count = -int((begin - last) // timedelta(seconds=step))
    if count > POINTS_MAX:
        raise Invalid.field("step", f"makes {count} steps, and {POINTS_MAX} are shown at most")
    found = await minutes.steps(work.tx, instance.id, (begin, last), step)
    return Series(begin, last, step, [found.get(place) for place in range(count)])


def _step(first: datetime, last: datetime) -> int:
    wanted = (last - first).total_seconds() / POINTS
    return next((step for step in STEPS if step >= wanted), STEPS[-1])


def _floor(at: datetime, step: int) -> datetime:
    return at - timedelta(seconds=at.timestamp() % step)
