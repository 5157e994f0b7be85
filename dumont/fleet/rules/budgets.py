"""When a budget is near its end, and when it is over."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

WARNS_AT = Decimal("0.8")
Limit = Literal["hour", "day", "month"]
Level = Literal["fine", "near", "over"]


@dataclass(frozen=True, slots=True)
class Limits:
    """In dollars; None is no limit."""

    hour: Decimal | None = None
    """Of all machines together, at any moment."""
    day: Decimal | None = None
    month: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    hour: Decimal
    """What all machines cost an hour, now."""
    day: Decimal
    month: Decimal


def level(spent: Decimal, limit: Decimal | None) -> Level:
    if limit is None:
        return "fine"
    if spent >= limit:
        return "over"
    return "near" if spent >= limit * WARNS_AT else "fine"


def levels(spent: Spent, limits: Limits) -> dict[Limit, Level]:
    """An hourly limit refuses launches and ends nothing: of it, `over` means that it is exceeded, not reached."""
    hour: Level = "fine"
    if limits.hour is not None and spent.hour > limits.hour:
        hour = "over"
    return {"hour": hour, "day": level(spent.day, limits.day), "month": level(spent.month, limits.month)}


def affordable(price_hour: Decimal, spent: Spent, limits: Limits) -> Limit | None:
    """Which limit stands against another machine at this price; None where none does."""
    if limits.hour is not None and spent.hour + price_hour > limits.hour:
        return "hour"
    for name, used, limit in (("day", spent.day, limits.day), ("month", spent.month, limits.month)):
        if limit is not None and used >= limit:
            return "day" if name == "day" else "month"
    return None
