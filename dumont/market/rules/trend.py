"""How a price moved: hours put together, and the change since the oldest of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

LEAST_AGE = timedelta(days=1)
HOURLY = ("lowest", "median", "highest", "spot_lowest", "effective_lowest")
"""The prices of an hour."""


class Hour(Protocol):
    @property
    def hour(self) -> datetime: ...
    @property
    def lowest(self) -> int | None: ...
    @property
    def median(self) -> int | None: ...
    @property
    def highest(self) -> int | None: ...
    @property
    def spot_lowest(self) -> int | None: ...
    @property
    def effective_lowest(self) -> int | None: ...
    @property
    def count(self) -> int: ...


def together(hours: Iterable[Hour]) -> list[dict[str, Any]]:
    """By hour, oldest first. Of several regions in one hour the median is that of the middle offer, each at the median
    of its region."""
    by_hour: dict[datetime, list[Hour]] = {}
    for hour in hours:
        by_hour.setdefault(hour.hour, []).append(hour)
    return [
        {
            "hour": at,
            "lowest": min(_told(one.lowest for one in own), default=None),
            "median": _middle(own),
            "highest": max(_told(one.highest for one in own), default=None),
            "spot_lowest": min(_told(one.spot_lowest for one in own), default=None),
            "effective_lowest": min(_told(one.effective_lowest for one in own), default=None),
            "count": sum(one.count for one in own),
        }
        for at, own in sorted(by_hour.items())
    ]


def change_percent(price: int | None, hours: Sequence[Hour], now: datetime) -> float | None:
    """Against the lowest price of the oldest hour that tells one; None if that is no day ago."""
    told = sorted((one.hour, one.lowest) for one in hours if one.lowest)
    if not told or price is None or now - told[0][0] < LEAST_AGE:
        return None
    before = min(lowest for at, lowest in told if at == told[0][0])
    return round((price - before) / before * 100, 2)


def _middle(hours: Iterable[Hour]) -> int | None:
    told = sorted((hour.median, hour.count) for hour in hours if hour.median is not None)
    half, upto = sum(count for _, count in told) / 2, 0
    for median, count in told:
        upto += count
        if upto >= half:
            return median
    return None


def _told(values: Iterable[int | None]) -> list[int]:
    return [value for value in values if value is not None]
