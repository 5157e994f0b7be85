"""`dumont provider`: the clouds, how each of them stands, and reading their offers now."""

import json
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dumont.cli.following import follow
from dumont.cli.screen import Column
from dumont.cli.session import Session
from dumont.cli.verbs import Verbs

if TYPE_CHECKING:
    from dumont.client.models import JobRow, Provider

app = Verbs("The clouds that machines are rented from.")
Names = Annotated[list[str] | None, typer.Argument(help="Names of clouds; all, if none is given.", metavar="NAME...")]
NoWait = Annotated[bool, typer.Option("--no-wait", help="Only begin, and print the jobs.")]


def state(provider: "Provider") -> str:
    if provider["disabled"]:
        return "disabled"
    if not provider["configured"]:
        return "no key"
    return provider["error_code"] or ("stale" if provider["stale"] else "ok")


def age(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def remark(provider: "Provider") -> str | None:
    standing = provider["standing"]
    if standing and standing["frozen_reason"]:
        return f"frozen: {standing['frozen_reason']}"
    return provider["why_not"] or (standing["error"] if standing else None)


COLUMNS = [
    Column("name", lambda provider: provider["name"]),
    Column("state", state),
    Column("offers", lambda provider: provider["offers"], right=True),
    Column("age", lambda provider: age(provider["age_seconds"]), right=True),
    Column("spot", lambda provider: provider["can"].get("spot", False)),
    Column("remark", remark),
]
REPORTS = [
    Column("name", itemgetter("provider")),
    *[Column(name, itemgetter(name), right=True) for name in ("fetched", "added", "updated", "gone", "skipped")],
    Column("seconds", lambda report: f"{report['seconds']:.2f}", right=True),
    Column("error", itemgetter("error")),
]
STEPS = [
    Column("step", itemgetter("name")),
    Column("state", itemgetter("state")),
    Column("seconds", lambda step: f"{step['seconds']:.2f}", right=True),
    Column("found", itemgetter("found")),
    Column("to do", itemgetter("to_do")),
]
BEGUN = [Column("name", itemgetter("provider")), Column("job", itemgetter("job_id"))]


@app.verb("ls", "dumont provider ls", "dumont provider ls --json")
def list_providers(session: Session) -> None:
    """List the clouds: whether their offers can be read, how many there are and how old."""
    session.screen.items(session.market.providers(), COLUMNS, identity="name")


@app.verb("sync", "dumont provider sync", "dumont provider sync vast runpod", "dumont provider sync --no-wait -q")
def sync(session: Session, names: Names = None, no_wait: NoWait = False) -> None:
    """Read offers now, of all clouds or of some, and tell what has changed. Ends with 1 if one could not be read."""
    answers = [session.market.sync(name) for name in names] if names else [session.market.sync()]
    begun = [job for answer in answers for job in answer["jobs"]]
    if no_wait:
        session.screen.items({"items": begun}, BEGUN, identity="job_id")
        return
    reports = [_report(follow(session, job["job_id"]), job["provider"]) for job in begun]
    session.screen.items({"items": reports}, REPORTS, identity="provider")
    if any(report["error"] for report in reports):
        raise typer.Exit(1)


@app.verb("test", "dumont provider test vast", "dumont provider test vast --record fixtures/")
def prove(
    session: Session,
    name: Annotated[str, typer.Argument(help="Name of the cloud.", metavar="NAME")],
    record: Annotated[
        Path | None, typer.Option("--record", help="Keep each answer there as a file, without secrets.", metavar="DIR")
    ] = None,
) -> None:
    """Try your key of a cloud without renting: offers, machines, balance. Ends with 1 if something does not work."""
    begun = session.market.test_provider(name, record=record is not None)
    result = follow(session, begun["job_id"])["result"]
    if result is None:
        session.done(f"The test of {name} did not come to its end: see `dumont jobs show {begun['job_id']}`.")
        raise typer.Exit(1)
    session.screen.items({"items": result["steps"]}, STEPS, identity="name")
    if record is not None:
        _keep(result["fixtures"], record)
        session.done(f"Kept {len(result['fixtures'])} answers in {record}.")
    if not result["good"]:
        raise typer.Exit(1)


def _keep(fixtures: "list[dict[str, Any]]", folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, fixture in enumerate(fixtures, 1):
        text = json.dumps(fixture, indent=2, ensure_ascii=False)
        (folder / f"{number:02d}-{Path(fixture['name']).name}.json").write_text(f"{text}\n", encoding="utf-8")


def _report(job: "JobRow", provider: str) -> dict[str, object]:
    """What the job has reported, or why it did not come to that."""
    if job["result"] is not None:
        return dict(job["result"])
    error = job["error"]
    nothing = dict.fromkeys(("fetched", "added", "updated", "gone", "skipped", "seconds"), 0)
    return {"provider": provider, **nothing, "error": error["message"] if error else job["state"]}
