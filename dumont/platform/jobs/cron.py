"""When a schedule is due: five cron fields in UTC."""

from datetime import datetime

from croniter import croniter

from dumont.basics.errors import Invalid


def check(cron: str) -> str:
    """Exactly five fields: croniter would read a sixth as seconds, in the last place, which surprises everyone."""
    if len(cron.split()) != 5 or not croniter.is_valid(cron):
        raise Invalid(f"{cron!r} is no cron expression.", hint="Five fields: minute hour day month weekday, in UTC.")
    return cron


def next_after(cron: str, moment: datetime) -> datetime:
    after: datetime = croniter(check(cron), moment).get_next(datetime)
    return after
