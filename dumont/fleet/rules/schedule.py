"""When a schedule is due next: once, or by five cron fields read in the time zone of whoever wrote them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from croniter import croniter

from dumont.basics.errors import Invalid

FIELDS = 5


def zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid.field(
            "timezone", "is no time zone", hint="Such as UTC, Europe/Berlin or America/New_York."
        ) from None


def check(cron: str) -> str:
    if len(cron.split()) != FIELDS or not croniter.is_valid(cron):
        raise Invalid.field("cron", "is no cron expression", hint="Five fields: minute hour day month weekday.")
    return cron


def next_at(cron: str, timezone: str, after: datetime) -> datetime:
    """An hour that a change of clocks leaves out is met at the next one that is there."""
    local = after.astimezone(zone(timezone))
    found: datetime = croniter(check(cron), local).get_next(datetime)
    return found.astimezone(UTC)
