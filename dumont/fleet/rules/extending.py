"""When more hours of a machine that is paid ahead are bought, and what proves that they were.

Hours are bought the smallest number at a time, `lead_seconds` before the end: so long the machine lives on if nobody
here can do anything, which is longer than its agent waits before it saves the work by itself. For one end they are
asked for once. Whether a call whose answer was lost has done something, the machine's end says: if it has not moved
`SETTLE_SECONDS` after the call was made, nothing was bought, and it may be asked for again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

LAST_SHARE = 1 / 3
"""Of the lead: a machine whose end is nearer is left, and its work saved before."""
SETTLE_SECONDS = 120.0
"""Twice as long as a call may take."""
LOOK_SECONDS, SOON_SECONDS = 300.0, 15.0
"""Between two looks at a machine that has time, and at one of which something is to be found out."""
Outcome = Literal["done", "not_done", "unknown"]


@dataclass(frozen=True, slots=True)
class Asked:
    """Hours that were asked for, written before the call."""

    end: datetime
    """As it was then."""
    hours: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Need:
    """Of whoever stands on the machine."""

    until: datetime | None = None
    """None is for as long as nobody says otherwise."""
    leaving: bool = False
    """It is to be given up, once its work is saved: it is kept for that, and for nothing else."""


@dataclass(frozen=True, slots=True)
class Plan:
    hours: int
    """To buy now; mostly none."""
    look_at: datetime


def last_seconds(lead_seconds: float) -> float:
    return lead_seconds * LAST_SHARE


def outcome(asked: Asked, end: datetime | None, looked_at: datetime) -> Outcome:
    """`end` is what the cloud said in a look that was begun at `looked_at`."""
    if end is not None and end - asked.end >= timedelta(hours=asked.hours) / 2:
        return "done"
    late = looked_at - asked.at >= timedelta(seconds=SETTLE_SECONDS)
    return "not_done" if end is not None and late else "unknown"


def plan(end: datetime | None, need: Need | None, now: datetime, *, lead_seconds: float, least_hours: int) -> Plan:
    """Nothing is bought for a machine that nobody needs (None), or no longer than it is paid for."""
    look_at = now + timedelta(seconds=LOOK_SECONDS)
    if end is None:
        return Plan(0, now + timedelta(seconds=SOON_SECONDS))
    if need is None or end <= now:
        return Plan(0, look_at)
    last = timedelta(seconds=last_seconds(lead_seconds))
    if need.until is not None and need.until <= end - last:
        return Plan(0, look_at)
    due = end - (last if need.leaving else timedelta(seconds=lead_seconds))
    if now < due:
        return Plan(0, min(look_at, due))
    return Plan(least_hours, now + timedelta(seconds=SOON_SECONDS))


def is_told(end: datetime, now: datetime, lead_seconds: float, *, firm: bool) -> bool:
    """A refusal at once; what may be over in a minute, only when it lasts."""
    return firm or now >= end - timedelta(seconds=lead_seconds) / 2
