"""When a schedule is due next: once, or by five cron fields read in the time zone of whoever wrote them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from croniter import CroniterBadDateError

from dumont.basics.errors import Invalid
from dumont.platform.jobs import cron as crons

BACK = (timedelta(hours=1), timedelta(days=1), timedelta(days=8), timedelta(days=10_000))
"""Looked through one after the other: a line for each minute has many times in a week, one for a week few in a year."""


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
    """An hour that a change of clocks leaves out is met at the next one that is there; one that comes twice counts
    once, unless the line is for all hours."""
    local = zone(timezone)
    once = not check(cron).split()[1].startswith("*")
    try:
        found = crons.next_after(cron, after.astimezone(local)).astimezone(UTC)
        while once and found.astimezone(local).fold:
            found = crons.next_after(cron, found.astimezone(local)).astimezone(UTC)
        return found
    except CroniterBadDateError:
        raise Invalid.field("cron", "names a day that never comes", hint="February has 29 days at most.") from None


def last_at(cron: str, timezone: str, since: datetime, now: datetime) -> datetime:
    """Of its times from `since`, which is one of them, the last one until now."""
    last = since
    for back in BACK:
        found = next_at(cron, timezone, max(since, now - back))
        while found <= now:
            last, found = found, next_at(cron, timezone, found)
        if last > since:
            break
    return last


def upcoming(cron: str, timezone: str, after: datetime, count: int) -> list[datetime]:
    """The next times, the earliest first."""
    found: list[datetime] = []
    while len(found) < count:
        found.append(next_at(cron, timezone, found[-1] if found else after))
    return found
