"""What reliability tells the contexts above it, and the pages that are open."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from dumont.platform.events import Event
from dumont.reliability.rules.blacklist import Kind
from dumont.reliability.rules.outcomes import AttemptType, Reason

MACHINES = "machines"


class AttemptRecorded(Event):
    kind: ClassVar[str] = "reliability.attempt_recorded"

    provider: str
    machine_id: str
    type: AttemptType
    reason: Reason | None
    """Why it failed; null for a success."""

    def topics(self) -> tuple[str, ...]:
        return (MACHINES,)


class _OfEntry(Event):
    id: UUID
    provider: str
    machine_id: str
    entry_kind: Kind
    user_id: UUID | None = None
    """For whom it counts; None is for everyone."""

    def topics(self) -> tuple[str, ...]:
        """What somebody keeps away from alone is nobody else's business."""
        return (MACHINES,) if self.user_id is None else (f"user:{self.user_id}",)


class Blacklisted(_OfEntry):
    """A machine is blocked, or for longer than it was."""

    kind: ClassVar[str] = "reliability.blacklisted"

    reason: str
    expires_at: datetime | None


class Cleared(_OfEntry):
    """Its entry has run out or was removed."""

    kind: ClassVar[str] = "reliability.cleared"

    why: str


class Interrupted(Event):
    """Machines, or their clouds, have ended rentals that were not theirs to end."""

    kind: ClassVar[str] = "reliability.interrupted"

    machines: list[str]
    """Written `provider:machine_id`."""


class Rated(Event):
    """By one more, or by the same one anew."""

    kind: ClassVar[str] = "reliability.rated"

    provider: str
    machine_id: str
    average_rating: float
    ratings: int

    def topics(self) -> tuple[str, ...]:
        return (MACHINES,)


class PreferencesChanged(Event):
    kind: ClassVar[str] = "reliability.preferences_changed"

    user_id: UUID

    def topics(self) -> tuple[str, ...]:
        return (f"user:{self.user_id}",)
