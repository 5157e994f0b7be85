"""Follows a job to its end: a bar at a terminal, a line for each step elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dumont.cli.session import Session

if TYPE_CHECKING:
    from dumont.client.models import JobRow

Teller = Callable[["JobRow"], None]


def follow(session: Session, job_id: str) -> "JobRow":
    """The job as it ended. The bar is on standard error: standard output is for the answer."""
    seen = session.jobs.follow(job_id)
    job = next(seen)
    with _bar(session) if sys.stderr.isatty() else _lines(session) as tell:
        tell(job)
        for job in seen:
            tell(job)
    return job


@contextmanager
def _bar(session: Session) -> Iterator[Teller]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, no_color=session.environment.no_color or None)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[figures]}", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None, figures="")

        def tell(job: "JobRow") -> None:
            total, done = _measure(job)
            bar.update(task, description=_stage(job), total=total, completed=done, figures=_figures(job))

        yield tell


@contextmanager
def _lines(session: Session) -> Iterator[Teller]:
    told = ""

    def tell(job: "JobRow") -> None:
        nonlocal told
        line = " ".join(part for part in (job["name"], _stage(job), _figures(job)) if part)
        if line != told:
            session.done(line)
        told = line

    yield tell


def _measure(job: "JobRow") -> tuple[float | None, float]:
    percent = job["progress"].get("percent") if job["progress"] else None
    return (None, 0) if percent is None else (100, percent)


def _stage(job: "JobRow") -> str:
    stage = job["progress"].get("stage") if job["progress"] and job["state"] == "running" else None
    return stage or job["state"]


def _figures(job: "JobRow") -> str:
    """`12/40 files`, or nothing if the job counts nothing."""
    found = job["progress"]
    if not found:
        return ""
    total = found.get("total")
    of = f"/{total:g}" if total is not None else ""
    return f"{found['done']:g}{of} {found.get('unit', '')}".strip()
