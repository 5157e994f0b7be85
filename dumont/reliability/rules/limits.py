"""The thresholds by which machines are judged; which numbers they are is a matter of settings."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from dumont.reliability.rules.outcomes import SAYS_NOTHING, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """A rate is a share, 0 to 1. A machine at a threshold has reached it."""

    excellent_rate: float = 0.9
    good_rate: float = 0.7
    fair_rate: float = 0.5
    poor_rate: float = 0.3
    """Below it, a failure blocks the machine."""
    attempts_min: int = 3
    """Fewer say nothing yet."""
    failures_in_row: int = 3
    automatic: timedelta = timedelta(days=7)
    temporary: timedelta = timedelta(hours=24)
    critical: frozenset[Reason] = frozenset({"hardware_error", "boot_timeout"})
    """One failure for such a reason is enough for a temporary entry."""

    def written(self) -> dict[str, Any]:
        """As the function of the database takes them; the two kinds of entries in seconds."""
        return {
            "poor_rate": self.poor_rate,
            "attempts_min": self.attempts_min,
            "failures_in_row": self.failures_in_row,
            "automatic": self.automatic.total_seconds(),
            "temporary": self.temporary.total_seconds(),
            "critical": sorted(self.critical),
            "says_nothing": sorted(SAYS_NOTHING),
        }
