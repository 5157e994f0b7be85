"""What is known about machines from experience, as the market takes it in; who learns it stands beside the market."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

Status = Literal["excellent", "good", "fair", "poor", "blacklisted", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Of one machine. None is "not known", which is never taken for good or bad."""

    status: Status = "unknown"
    success_rate: float | None = None
    """0 to 1, of the attempts that say something about the machine."""
    total_attempts: int = 0
    reliability_score: float | None = None
    """0 to 100."""
    score_low: float | None = None
    """The lower end of the score's interval: what ranks."""
    is_blacklisted: bool = False
    blacklist_reason: str | None = None
    blacklisted_until: datetime | None = None
    """The moment from which the entry no longer counts; None for an entry without end."""
    boot_seconds: float | None = None
    interruption_rate_hour: float | None = None
    """How often an hour of use is interrupted by the machine or its cloud."""
    failure_rate: float | None = None
    """0 to 1: how often a rental never becomes useful."""


@dataclass(frozen=True, slots=True)
class TrustChanges:
    """What has changed since a cursor; the next question carries `cursor`."""

    machines: Mapping[str, Trust] = field(default_factory=dict)
    """By `provider:machine_id`. A machine that is nothing special any more comes as `Trust()`."""
    cursor: str | None = None
    newest: int = 0
    """Grows with what is told: two who have heard of the same one know the same. 0 where nothing is told."""


class MachineTrust(Protocol):
    """Whoever knows machines. May raise `Unavailable`; the market then goes on with what it knew."""

    async def changes(self, since: str | None) -> TrustChanges:
        """All that is known where `since` is None."""
        ...


class NothingKnown:
    """Until somebody learns."""

    async def changes(self, since: str | None) -> TrustChanges:
        return TrustChanges(cursor=since)
