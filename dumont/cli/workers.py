"""`dumont workers`: the processes that do the jobs."""

from dumont.cli.screen import Column, moment
from dumont.cli.session import Session
from dumont.cli.verbs import Verbs

app = Verbs()
COLUMNS = [
    Column("id", lambda worker: worker["id"]),
    Column("host", lambda worker: worker["host"]),
    Column("pid", lambda worker: worker["pid"], right=True),
    Column("running", lambda worker: worker["running"], right=True),
    Column("started", lambda worker: moment(worker["started_at"])),
    Column("seen", lambda worker: moment(worker["seen_at"])),
]


@app.verb("workers", "dumont workers", "dumont workers --json")
def workers(session: Session) -> None:
    """List the workers that are alive, and how many jobs each one runs."""
    session.screen.items(session.jobs.workers(), COLUMNS)
