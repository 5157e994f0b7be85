"""When a failure blocks a machine, for how long, and which of two entries stands.

The database decides by the same law in the statement that counts the attempt, so that of many who record at once none
decides by figures that are old; a test holds the two together.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from dumont.reliability.rules.limits import Limits
from dumont.reliability.rules.outcomes import SAYS_NOTHING, Reason

Kind = Literal["temporary", "automatic", "manual"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""From the weakest to the strongest."""
Ending = Literal["expired", "replaced", "removed"]


@dataclass(frozen=True, slots=True)
class Decision:
    kind: Kind
    until: datetime


@dataclass(frozen=True, slots=True)
class Counted:
    """A machine's figures with the attempt in question among them."""

    total: int
    succeeded: int
    failures_in_row: int


def decide(counted: Counted, failed_for: Reason | None, at: datetime, limits: Limits) -> Decision | None:
    """What follows from one attempt. A success blocks nobody, however low the rate still is."""
    if failed_for is None or failed_for in SAYS_NOTHING:
        return None
    if counted.failures_in_row >= limits.failures_in_row or _too_rarely(counted, limits):
        return Decision("automatic", at + limits.automatic)
    if failed_for in limits.critical:
        return Decision("temporary", at + limits.temporary)
    return None


def stronger(kind: Kind, other: Kind) -> bool:
    return KINDS.index(kind) > KINDS.index(other)


def active(expires_at: datetime | None, now: datetime, *, ended: bool = False) -> bool:
    """At its last moment an entry no longer counts."""
    return not ended and (expires_at is None or now < expires_at)


def _too_rarely(counted: Counted, limits: Limits) -> bool:
    return counted.total >= limits.attempts_min and counted.succeeded / counted.total < limits.poor_rate
