"""When a budget is near its end, and when it is over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal
from uuid import UUID

WARNS_AT = Decimal("0.8")
MONTH_HOURS = Decimal(24 * 32)
"""No budget lasts longer."""
Limit = Literal["hour", "day", "month"]
Level = Literal["fine", "near", "over"]
SPANS: tuple[Limit, ...] = ("day", "month")
"""That can be used up. Of an hour it is what is spent at one moment, which may be all of it, and no more."""


@dataclass(frozen=True, slots=True)
class Limits:
    """In dollars; None is no limit."""

    hour: Decimal | None = None
    """Of all machines together, at any moment."""
    day: Decimal | None = None
    month: Decimal | None = None

    def of(self, limit: Limit) -> Decimal | None:
        return {"hour": self.hour, "day": self.day, "month": self.month}[limit]


@dataclass(frozen=True, slots=True)
class Spent:
    hour: Decimal
    """What all machines cost an hour, now."""
    day: Decimal
    month: Decimal

    def of(self, limit: Limit) -> Decimal:
        return {"hour": self.hour, "day": self.day, "month": self.month}[limit]


def level(spent: Decimal, limit: Decimal | None) -> Level:
    if limit is None:
        return "fine"
    if spent >= limit:
        return "over"
    return "near" if spent >= limit * WARNS_AT else "fine"


def level_now(hour: Decimal, limit: Decimal | None) -> Level:
    found = level(hour, limit)
    return "near" if found == "over" and hour == limit else found


def too_dear(hours: Mapping[UUID, Decimal], limit: Decimal) -> list[UUID]:
    """Who has to go so that the others stay within it: the dearest first, as then the fewest do."""
    left, gone = sum(hours.values(), Decimal(0)), []
    for instance_id in sorted(hours, key=lambda each: (-hours[each], each)):
        if left <= limit:
            break
        left -= hours[instance_id]
        gone.append(instance_id)
    return gone


def lasts_until(spent: Spent, limits: Limits, now: datetime) -> datetime | None:
    """When a limit is reached if everything costs what it does now; None where none is before it begins anew."""
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    anew = {"day": day + timedelta(days=1), "month": (day.replace(day=1) + timedelta(days=32)).replace(day=1)}
    found = []
    for span in SPANS:
        limit = limits.of(span)
        if limit is not None and spent.hour > 0:
            hours = min(max(limit - spent.of(span), Decimal(0)) / spent.hour, MONTH_HOURS)
            reached = now + timedelta(hours=float(hours))
            found += [reached] if reached < anew[span] else []
    return min(found, default=None)


def affordable(price_hour: Decimal, spent: Spent, limits: Limits) -> Limit | None:
    """Which limit stands against another machine at this price; None where none does."""
    if limits.hour is not None and spent.hour + price_hour > limits.hour:
        return "hour"
    return next((span for span in SPANS if level(spent.of(span), limits.of(span)) == "over"), None)
