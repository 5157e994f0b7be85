"""`dumont schedule`: an instance is woken or put to sleep by the clock."""

from datetime import datetime
from functools import partial
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from dumont.basics.errors import Failure, Invalid
from dumont.cli.instances import Name
from dumont.cli.screen import Column, moment
from dumont.cli.session import Session
from dumont.cli.verbs import Verbs

app = Verbs()
WORDS_OF_A_MOMENT = 2
"""At most: a day and an hour. A line of cron has five, and where it has others the server says so."""
COLUMNS = [
    Column("id", lambda found: found["id"]),
    Column("does", lambda found: found["action"]),
    Column("when", lambda found: found["cron"] or moment(found["at"])),
    Column("timezone", lambda found: found["timezone"]),
    Column("next", lambda found: moment(found["next_at"])),
    Column("last", lambda found: moment(found["last_at"])),
    Column("it went", lambda found: found["last_outcome"]),
]
When = "`minute hour day month weekday`, or a moment such as 2026-12-01T08:00Z; may be repeated."


@app.verb(
    "schedule",
    "dumont schedule trainer",
    "dumont schedule trainer --wake '0 8 * * 1-5' --hibernate '0 20 * * *' --timezone Europe/Berlin",
    "dumont schedule trainer --wake 2026-12-01T08:00Z",
    "dumont schedule trainer --clear",
)
def schedule(
    session: Session,
    name: Name,
    wake: Annotated[list[str] | None, typer.Option(help=When)] = None,
    hibernate: Annotated[list[str] | None, typer.Option(help="The same.")] = None,
    timezone: Annotated[str, typer.Option(help="In which hours are read, of a moment without an offset, too.")] = "UTC",
    *,
    remove: Annotated[list[str] | None, typer.Option("--rm", help="Id of one to remove; may be repeated.")] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Remove all that there were.")] = False,
) -> None:
    """Wake an instance or put it to sleep by the clock. Shows its schedules, after what is changed of them."""
    instance_id = session.fleet.named(name)["id"]
    known = session.fleet.schedules(instance_id, aside=True)["items"] if clear else []
    gone = [each["id"] for each in known] if clear else remove or []
    both = (("wake", wake), ("hibernate", hibernate))
    wishes = [{"action": action, **when(time, timezone)} for action, times in both for time in times or []]
    _add(session, instance_id, wishes)
    for schedule_id in gone:
        session.step(partial(session.fleet.remove_schedule, instance_id, schedule_id))
    if session.options.curl and (wishes or gone):
        return
    session.screen.items(session.fleet.schedules(instance_id), COLUMNS)


def _add(session: Session, instance_id: str, wishes: list[dict[str, Any]]) -> None:
    """All or none, before anything is removed: one that is refused has cost nothing."""
    added: list[str] = []
    try:
        for wish in wishes:
            made = session.step(partial(session.fleet.add_schedule, instance_id, wish))
            added += [made["id"]] if made is not None else []
    except Failure:
        for schedule_id in added:
            session.fleet.remove_schedule(instance_id, schedule_id)
        raise


def when(time: str, timezone: str) -> dict[str, Any]:
    if len(time.split()) > WORDS_OF_A_MOMENT:
        return {"cron": time, "timezone": timezone}
    return {"at": moment_of(time, timezone), "timezone": timezone}


def moment_of(time: str, timezone: str) -> str:
    """One without an offset is read in the hours that are said; of what is none the server says so."""
    try:
        at = datetime.fromisoformat(time)
    except ValueError:
        return time
    return time if at.tzinfo else at.replace(tzinfo=_zone(timezone)).isoformat()


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = "Such as UTC, Europe/Berlin or America/New_York."
        raise Invalid(f"--timezone {name!r} is no time zone.", hint=hint) from None
