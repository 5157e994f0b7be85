"""The verbs of work with a deadline: by when it must be done, and how far it is."""

from typing import TYPE_CHECKING, Annotated

import typer

from dumont.basics.errors import Invalid
from dumont.cli.instances import Name, work
from dumont.cli.schedule import moment_of
from dumont.cli.session import Session
from dumont.cli.verbs import Verbs

if TYPE_CHECKING:
    from dumont.client.models import Instance

deadline, progress = Verbs(), Verbs()


@deadline.verb(
    "deadline", "dumont deadline trainer 2026-12-01T08:00Z --work-hours 20", "dumont deadline trainer --cancel"
)
def deadline_one(
    session: Session,
    name: Name,
    by: Annotated[str | None, typer.Argument(help="By when; UTC, if it says no offset.", metavar="TIME")] = None,
    *,
    work_hours: Annotated[float | None, typer.Option(help="Of the whole work, undisturbed.", min=0.01)] = None,
    cancel: Annotated[bool, typer.Option("--cancel", help="It has no deadline any more.")] = False,
) -> None:
    """Have its work done by a moment by the cheapest way: on spot, waiting for spot, or on demand."""
    if cancel == (by is not None or work_hours is not None):
        raise Invalid("Say by when and --work-hours, or --cancel.", hint="dumont deadline --help has examples.")
    said = {"deadline": None if by is None else moment_of(by, "UTC"), "work_hours": work_hours}
    change = said if cancel else {"spot": True, **{key: value for key, value in said.items() if value is not None}}
    _tell(session, session.fleet.change(session.fleet.named(name)["id"], change))


@progress.verb(
    "progress", "dumont progress trainer", "dumont progress trainer 7.5", "dumont progress trainer --finished"
)
def progress_one(
    session: Session,
    name: Name,
    hours: Annotated[float | None, typer.Argument(help="Of the work that are done.", min=0, metavar="HOURS")] = None,
    *,
    finished: Annotated[bool, typer.Option("--finished", help="All of it is done.")] = False,
) -> None:
    """Show how far work with a deadline is, or say it; without a word, its hours while it runs are counted."""
    instance = session.fleet.named(name)
    if hours is not None or finished:
        instance = session.fleet.report(instance["id"], {"done_hours": hours, "finished": finished})
    _tell(session, instance)


def _tell(session: Session, instance: "Instance") -> None:
    if session.screen.as_json:
        session.screen.json(instance)
    elif session.screen.quiet:
        session.screen.lines([instance["id"]])
    else:
        session.screen.lines([f"{instance['name']}  {work(instance)}"])
        if instance["course"] and instance["course"]["why"]:
            session.screen.say(instance["course"]["why"])
