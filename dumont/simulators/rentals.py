"""A rented machine on paper, and its bill by the second."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

State = Literal["pending", "booting", "running", "stopping", "stopped", "failed", "gone"]

HOUR = Decimal(3600)
MONTH_HOURS = Decimal(720)


@dataclass(frozen=True, slots=True, kw_only=True)
class Billing:
    """In which states a cloud counts what; `prepaid` clouds charge once, by `Rental.charge`."""

    compute: frozenset[State] = frozenset({"running"})
    disk: frozenset[State] = frozenset({"pending", "booting", "running", "stopping", "stopped", "failed"})


@dataclass(slots=True)
class Line:
    """One item of a bill: open while `until` is None."""

    kind: str
    price_hour: Decimal
    since: datetime
    until: datetime | None = None
    once: Decimal = Decimal(0)

    def amount(self, now: datetime) -> Decimal:
        seconds = Decimal(str(((self.until or now) - self.since).total_seconds()))
        return self.once + self.price_hour * seconds / HOUR


@dataclass(slots=True, kw_only=True)
class Rental:
    id: str
    account: str
    machine: int
    """`SimMachine.number`."""
    slots: tuple[int, ...]
    """Which GPUs of the machine."""
    label: str
    price_hour: Decimal
    """Compute only, all GPUs together."""
    disk_hour: Decimal = Decimal(0)
    disk_gb: float = 0
    spot: bool = False
    image: str = ""
    created_at: datetime
    billing: Billing = Billing()
    state: State = "pending"
    since: datetime
    """When the state began."""
    boots_at: datetime | None = None
    """None for never."""
    why: str | None = None
    wants: Literal["running", "stopped"] = "running"
    extra: dict[str, Any] = field(default_factory=dict)
    """What only one cloud knows of a rental."""
    lines: list[Line] = field(default_factory=list)

    def become(self, state: State, now: datetime, why: str | None = None) -> None:
        self.state, self.since, self.why = state, now, why
        self.count(now)

    def reprice(self, price_hour: Decimal, now: datetime) -> None:
        self.price_hour = price_hour
        self.count(now)

    def charge(self, amount: Decimal, kind: str, now: datetime) -> None:
        """An amount that is due at once."""
        self.lines.append(Line(kind, Decimal(0), now, now, once=amount))

    def count(self, now: datetime) -> None:
        """Ends the open lines and opens those of the present state."""
        for line in self.lines:
            line.until = line.until or now
        if self.state in self.billing.compute:
            self.lines.append(Line("gpu", self.price_hour, now))
        if self.state in self.billing.disk and self.disk_hour:
            self.lines.append(Line("disk", self.disk_hour, now))

    def cost(self, now: datetime) -> Decimal:
        return sum((line.amount(now) for line in self.lines), Decimal(0))

    def bill(self, now: datetime) -> Mapping[str, str]:
        kinds: dict[str, Decimal] = {}
        for line in self.lines:
            kinds[line.kind] = kinds.get(line.kind, Decimal(0)) + line.amount(now)
        return {kind: str(amount) for kind, amount in kinds.items()} | {"total": str(self.cost(now))}
