"""When a schedule is due next: once, or by five cron fields read in the time zone of whoever wrote them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from croniter import CroniterBadDateError

from dumont.basics.errors import Invalid
from dumont.platform.jobs import cron as crons


def zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid.field(
            "timezone", "is no time zone", hint="Such as UTC, Europe/Berlin or America/New_York."
        ) from None


def check(cron: str) -> str:
    try:
        return crons.check(cron)
    except Invalid:
        hint = "Five fields: minute hour day month weekday."
        raise Invalid.field("cron", "is no cron expression", hint=hint) from None


def next_at(cron: str, timezone: str, after: datetime) -> datetime:
    """An hour that a change of clocks leaves out is met at the next one that is there."""
    try:
        return crons.next_after(check(cron), after.astimezone(zone(timezone))).astimezone(UTC)
    except CroniterBadDateError:
        raise Invalid.field("cron", "names a day that never comes", hint="February has 29 days at most.") from None


def upcoming(cron: str, timezone: str, after: datetime, count: int) -> list[datetime]:
    """The next times, the earliest first."""
    found: list[datetime] = []
    while len(found) < count:
        found.append(next_at(cron, timezone, found[-1] if found else after))
    return found
