"""Rules of keeping."""

from typing import NamedTuple


class Rules(NamedTuple):
    """How many of the last ones, and of the newest of each hour, day, week and month; nothing said keeps everything."""

    keep_last: int = 0
    keep_hourly: int = 0
    keep_daily: int = 0
    keep_weekly: int = 0
    keep_monthly: int = 0
