"""What proves that a machine is not there: lists that began late enough, two in a row, and none of them doubtful."""

from datetime import datetime, timedelta
from typing import Protocol

from dumont.fleet.rules.states import Wanted

ABSENCES = 2
LIST_LAG_SECONDS = 20.0
"""A machine that is there may be missing so long in the lists of its cloud; no adapter tells it, and the slowest that
was seen took some seconds."""
CREATE_SECONDS_MAX = 180.0
"""No create call lasts longer: the slowest cloud holds an auction first."""


class Signs(Protocol):
    """Of a rental's life."""

    @property
    def wanted(self) -> Wanted: ...
    @property
    def settle_at(self) -> datetime | None: ...
    @property
    def accepted_at(self) -> datetime | None: ...
    @property
    def seen_at(self) -> datetime | None: ...
    @property
    def beat_at(self) -> datetime | None: ...
    @property
    def end_asked_at(self) -> datetime | None: ...


def settle_at(now: datetime, *, answered: bool = False) -> datetime:
    """From when on a list would hold the machine of a create call: one that begins now, or whose doubtful answer came
    now."""
    return now + timedelta(seconds=LIST_LAG_SECONDS + (0 if answered else CREATE_SECONDS_MAX))


def counts_from(rental: Signs) -> datetime | None:
    """The last sign of life: only a list begun after it says anything by not holding the machine.

    A heartbeat is one as long as nobody wants the machine gone; later it would only say who has the token.
    """
    if rental.accepted_at is None:
        return rental.settle_at
    known = rental.seen_at or rental.accepted_at + timedelta(seconds=LIST_LAG_SECONDS)
    others = [rental.end_asked_at, None if rental.wanted == "gone" else rental.beat_at]
    return max([known, *[moment for moment in others if moment is not None]])


def needs_witness(rental: Signs, *, listed: int) -> bool:
    """Whether the cloud has to be asked for this one machine, and say that it is no more: where nobody has asked for
    its end, or where the list holds nothing at all."""
    return rental.accepted_at is not None and (rental.end_asked_at is None or listed == 0)
