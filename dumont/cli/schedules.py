"""`dumont schedules`: jobs that run by the clock."""

from typing import Annotated

import typer

from dumont.cli.jobs import COLUMNS as JOB_COLUMNS
from dumont.cli.screen import Column, moment
from dumont.cli.session import Session
from dumont.cli.verbs import Verbs

app = Verbs("Jobs that run by the clock.")
COLUMNS = [
    Column("name", lambda schedule: schedule["name"]),
    Column("cron", lambda schedule: schedule["cron"]),
    Column("next", lambda schedule: moment(schedule["next_at"])),
    Column("last", lambda schedule: schedule["last_state"]),
    Column("last job", lambda schedule: schedule["last_job_id"]),
]


@app.verb("ls", "dumont schedules ls", "dumont schedules ls --json")
def list_schedules(session: Session) -> None:
    """List schedules, when each runs next (UTC), and how it went last."""
    session.screen.items(session.jobs.schedules(), COLUMNS, identity="name")


@app.verb("run", "dumont schedules run accounts.prune", "dumont jobs watch $(dumont schedules run accounts.prune -q)")
def run(session: Session, name: Annotated[str, typer.Argument(help="Name of the schedule.")]) -> None:
    """Run one now, once more than its clock says."""
    session.screen.one(session.jobs.run_schedule(name), JOB_COLUMNS)
