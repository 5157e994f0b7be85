"""`dumont jobs`: what the server does in the background, and how far it is."""

import json
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dumont.cli.following import follow
from dumont.cli.screen import Column, moment
from dumont.cli.session import Session
from dumont.cli.verbs import All, Limit, Verbs, Yes
from dumont.client.jobs import ENDED

if TYPE_CHECKING:
    from dumont.client.models import JobError, JobRow

app = Verbs("What the server does in the background.")
State = Literal["queued", "waiting", "running", "succeeded", "failed", "cancelled"]
JobId = Annotated[str, typer.Argument(help="Id of the job.", metavar="JOB")]
JobIds = Annotated[list[str], typer.Argument(help="Ids; `-` reads them from standard input.", metavar="JOB...")]


def progress(job: "JobRow") -> str:
    found = job["progress"]
    if not found:
        return "-"
    percent, stage = found.get("percent"), found.get("stage")
    return " ".join(part for part in (f"{percent:.0f}%" if percent is not None else "", stage or "") if part) or "-"


COLUMNS = [
    Column("id", lambda job: job["id"]),
    Column("name", lambda job: job["name"]),
    Column("state", lambda job: job["state"]),
    Column("progress", progress),
    Column("attempt", lambda job: f"{job['attempt']}/{job['attempts_max']}", right=True),
    Column("created", lambda job: moment(job["created_at"])),
    Column("finished", lambda job: moment(job["finished_at"])),
]
DETAILS = [
    *COLUMNS[:5],
    Column("key", lambda job: job["key"]),
    Column("arguments", lambda job: _short(job["args"])),
    Column("result", lambda job: _short(job["result"])),
    Column("error", lambda job: _error(job["error"])),
    *COLUMNS[5:6],
    Column("run at", lambda job: moment(job["run_at"])),
    Column("started", lambda job: moment(job["started_at"])),
    *COLUMNS[6:],
    Column("worker", lambda job: job["worker"]),
]


@app.verb(
    "ls",
    "dumont jobs ls",
    "dumont jobs ls --state failed",
    "dumont jobs ls --state failed -q | dumont jobs retry -",
)
def list_jobs(
    session: Session,
    state: Annotated[State | None, typer.Option(help="Those in this state.")] = None,
    name: Annotated[str | None, typer.Option(help="Those of this name.")] = None,
    key: Annotated[str | None, typer.Option(help="Those that hold or wait for this key.")] = None,
    *,
    limit: Limit = 50,
    all: All = False,  # noqa: A002 - the option's name
) -> None:
    """List jobs, newest first."""
    session.screen.pages(session.jobs.list(state=state, name=name, key=key, limit=None if all else limit), COLUMNS)


@app.verb("show", "dumont jobs show 0197b8f2-7c11-7d2e-9a55-0242ac120002", "dumont jobs show JOB --json")
def show(session: Session, job: JobId) -> None:
    """Show one job. At a terminal, one that runs is followed to its end; Ctrl-C leaves it running."""
    found = session.jobs.show(job)
    if session.screen.for_people and found["state"] not in ENDED:
        found = follow(session, job)
    session.screen.one(found, DETAILS)


@app.verb("watch", "dumont jobs watch 0197b8f2-7c11-7d2e-9a55-0242ac120002 && echo done")
def watch(session: Session, job: JobId) -> None:
    """Wait for the end of a job, showing how far it is. Ends with 1 if the job failed or was cancelled."""
    found = follow(session, job)
    session.screen.one(found, DETAILS)
    if found["state"] != "succeeded":
        raise typer.Exit(1)


@app.verb("retry", "dumont jobs retry 0197b8f2-7c11-7d2e-9a55-0242ac120002")
def retry(session: Session, jobs: JobIds) -> None:
    """Run failed or cancelled jobs again."""
    session.each(jobs, lambda job: _changed(session, session.jobs.retry(job)))


@app.verb("cancel", "dumont jobs cancel 0197b8f2-7c11-7d2e-9a55-0242ac120002 --yes")
def cancel(session: Session, jobs: JobIds, yes: Yes = False) -> None:
    """Stop jobs: one that waits never starts, one that runs stops at its next step."""
    session.confirm("What these jobs have done so far stays; the rest is not done.", yes=yes)
    session.each(jobs, lambda job: _changed(session, session.jobs.cancel(job)))


def _changed(session: Session, job: "JobRow") -> None:
    if session.screen.as_json:
        session.screen.json(job)
    elif session.screen.quiet:
        session.screen.lines([job["id"]])
    else:
        session.screen.lines([f"{job['id']}  {job['name']}  {job['state']}"])


def _short(value: object) -> str:
    return "-" if value in (None, {}) else json.dumps(value, ensure_ascii=False)


def _error(found: "JobError | None") -> str:
    if not found:
        return "-"
    return " ".join(part for part in (f"{found['message']} ({found['code']})", found.get("hint")) if part)
