"""What a machine costs in which state, cloud by cloud, and what a stretch of it comes to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

HOUR = Decimal(3600)
MONTH_HOURS = Decimal(720)
"""Prices of disks are told by the month, and charged by the hour of one of thirty days."""
ALIVE = frozenset({"pending", "booting", "running", "stopping", "stopped", "failed", "terminating"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Billing:
    """In which states of a machine (`providers.port.State`) a cloud counts what."""

    compute: frozenset[str] = frozenset({"running", "stopping"})
    disk: frozenset[str] = ALIVE
    hours_ahead: int = 0
    """So many hours are paid in any case, even if it never ran."""


USUAL = Billing()
BILLING: Mapping[str, Billing] = {
    "akash": Billing(compute=frozenset({"pending", "booting", "running"}), disk=frozenset()),
    "ionet": Billing(disk=frozenset(), hours_ahead=1),
    "lambda": Billing(disk=frozenset()),
    "runpod": Billing(disk=frozenset({"running", "stopping", "stopped", "failed"})),
}


@dataclass(frozen=True, slots=True)
class Span:
    """A price from a moment on; open while `until` is None."""

    kind: str
    price_hour: Decimal
    since: datetime
    until: datetime | None = None


def disk_hour(provider: str, price_gb_month: Decimal | None, disk_gb: float) -> Decimal:
    """Zero where the disk is in the price, or its price is not told."""
    if not BILLING.get(provider, USUAL).disk:
        return Decimal(0)
    return (price_gb_month or Decimal(0)) * Decimal(str(disk_gb)) / MONTH_HOURS


def due(provider: str, state: str | None, *, price_hour: Decimal, disk_hour: Decimal) -> dict[str, Decimal]:
    """What is to be counted of a machine in this state, by kind."""
    rule, state = BILLING.get(provider, USUAL), state or "booting"
    kinds = {"compute": price_hour} if state in rule.compute else {}
    return kinds | ({"disk": disk_hour} if state in rule.disk and disk_hour else {})


def paid_until(provider: str, since: datetime, until: datetime) -> datetime:
    """To which moment at least a machine is charged that has run since then. What was paid beyond its end is given
    back, but for the first hours."""
    return max(until, since + timedelta(hours=BILLING.get(provider, USUAL).hours_ahead))


def least(provider: str, price_hour: Decimal) -> Decimal:
    """What is paid in any case, however short a machine is used."""
    return price_hour * BILLING.get(provider, USUAL).hours_ahead


def amount(spans: Iterable[Span], now: datetime) -> Decimal:
    return sum((one(span, now) for span in spans), Decimal(0))


def one(span: Span, now: datetime) -> Decimal:
    seconds = Decimal(str(((span.until or now) - span.since).total_seconds()))
    return span.price_hour * max(seconds, Decimal(0)) / HOUR
