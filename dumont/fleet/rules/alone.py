"""When a machine saved its work by itself, by our clock: its own may be anywhere."""

from dataclasses import dataclass
from datetime import datetime, timedelta

NEAR = timedelta(seconds=30)
"""A call and its newest sample are not of one moment: a clock that is no further off is held to be right."""


@dataclass(frozen=True, slots=True)
class Known:
    """`after` and `before` are ours: no earlier and no later can it have been."""

    after: datetime
    before: datetime
    heard_at: datetime | None = None
    """Its last call by our clock, and by its own."""
    said_at: datetime | None = None

    def ours(self, theirs: datetime) -> datetime:
        """What its clock was off by at its last call it was off by when it saved."""
        if self.heard_at is not None and self.said_at is not None and abs(self.heard_at - self.said_at) > NEAR:
            theirs += self.heard_at - self.said_at
        return min(self.before, max(self.after, theirs))
