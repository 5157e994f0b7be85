"""What the database does with attempts, said again in Python by the rules: the two are held together by drawn pasts."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from dumont.reliability.rules.blacklist import Counted, Kind, active, decide, stronger
from dumont.reliability.rules.boot import BUCKETS, bucket_of
from dumont.reliability.rules.limits import Limits
from dumont.reliability.rules.outcomes import SAYS_NOTHING, Reason


@dataclass
class Entry:
    kind: Kind
    until: datetime | None
    why: str | None = None
    """Why it has ended; None while it stands in the list as one that counts, or is not tidied up."""


@dataclass
class Machine:
    limits: Limits
    succeeded: int = 0
    failed: int = 0
    in_row: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    histogram: list[int] = field(default_factory=list)
    last_attempt_at: datetime | None = None
    entries: list[Entry] = field(default_factory=list)

    def tried(self, at: datetime, failed_for: Reason | None, boot_seconds: float | None = None) -> None:
        self.last_attempt_at = at
        if failed_for is None:
            self.succeeded += 1
            self.in_row = 0
        elif failed_for not in SAYS_NOTHING:
            self.failed += 1
            self.in_row += 1
            self.reasons[failed_for] += 1
        if boot_seconds is not None:
            self.histogram = self.histogram or [0] * BUCKETS
            self.histogram[bucket_of(boot_seconds)] += 1
        counted = Counted(self.succeeded + self.failed, self.succeeded, self.in_row)
        if decision := decide(counted, failed_for, at, self.limits):
            self.block(decision.kind, decision.until, at)

    def block(self, kind: Kind, until: datetime | None, at: datetime) -> None:
        old = next((entry for entry in self.entries if entry.why is None), None)
        if old is not None and not active(old.until, at):
            old.why, old = "expired", None
        if old is None:
            self.entries.append(Entry(kind, until))
        elif old.kind == kind:
            old.until = max(old.until, until) if old.until and until else None
        elif stronger(kind, old.kind):
            old.why = "replaced"
            self.entries.append(Entry(kind, until))
