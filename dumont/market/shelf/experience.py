"""What is known of machines, by the number of the machine, so that a shelf joins it to its offers in one step."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, get_args

import numpy as np
import numpy.typing as npt

from dumont.market.shelf.columns import NEVER, moment
from dumont.market.shelf.vocabulary import Vocabulary
from dumont.market.trust import Status, Trust

FOR_EVER = np.iinfo(np.int64).max
STATUSES: tuple[Status, ...] = get_args(Status)
FIGURES = (
    *("success_rate", "reliability_score", "score_low", "boot_seconds", "interruption_rate_hour", "failure_rate"),
)


@dataclass(frozen=True, slots=True)
class Experience:
    """Arrays by the number of a machine; numbers beyond their end are machines of which nothing is known."""

    figures: npt.NDArray[np.float32] = field(default_factory=lambda: np.empty((0, len(FIGURES)), np.float32))
    status: npt.NDArray[np.int8] = field(default_factory=lambda: np.empty(0, np.int8))
    attempts: npt.NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    blocked_until: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    reasons: Mapping[int, str] = field(default_factory=dict)

    def learned(self, machines: Mapping[str, Trust], vocabulary: Vocabulary) -> "Experience":
        numbers = vocabulary.encode(list(machines))
        grown = self.grown(len(vocabulary))
        reasons = dict(self.reasons)
        for number, trust in zip(numbers.tolist(), machines.values(), strict=True):
            reasons[number] = trust.blacklist_reason or ""
            grown.figures[number] = [_figure(getattr(trust, name)) for name in FIGURES]
            grown.status[number] = STATUSES.index(trust.status)
            grown.attempts[number] = trust.total_attempts
            grown.blocked_until[number] = _until(trust.is_blacklisted, trust.blacklisted_until)
        return replace(grown, reasons={number: text for number, text in reasons.items() if text})

    def grown(self, count: int) -> "Experience":
        """A copy with room for as many machines."""
        more = max(count - len(self.status), 0)
        return Experience(
            figures=np.concatenate((self.figures, np.full((more, len(FIGURES)), np.nan, np.float32))),
            status=np.concatenate((self.status, np.full(more, STATUSES.index("unknown"), np.int8))),
            attempts=np.concatenate((self.attempts, np.zeros(more, np.int32))),
            blocked_until=np.concatenate((self.blocked_until, np.full(more, NEVER, np.int64))),
            reasons=self.reasons,
        )

    def figure(self, name: str) -> npt.NDArray[np.float32]:
        return self.figures[:, FIGURES.index(name)]

    @property
    def bytes(self) -> int:
        return self.figures.nbytes + self.status.nbytes + self.attempts.nbytes + self.blocked_until.nbytes

    def told(self, machine: int, now: datetime) -> dict[str, Any]:
        """As an offer shows it."""
        success, score = (float(self.figure(name)[machine]) for name in ("success_rate", "reliability_score"))
        blocked = bool(self.blocked_until[machine] > moment(now))
        return {
            "reliability_status": "blacklisted" if blocked else STATUSES[self.status[machine]],
            "success_rate": None if np.isnan(success) else round(100 * success, 2),
            "total_attempts": int(self.attempts[machine]),
            "reliability_score": None if np.isnan(score) else round(score, 2),
            "is_blacklisted": blocked,
            "blacklist_reason": self.reasons.get(machine) if blocked else None,
        }


def _figure(value: float | None) -> float:
    return np.nan if value is None else value


def _until(blacklisted: bool, until: datetime | None) -> int:
    if not blacklisted:
        return NEVER
    return FOR_EVER if until is None else moment(until)
