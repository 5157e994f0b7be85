"""What is published about jobs: to live pages only, no listener hangs on them."""

from typing import ClassVar
from uuid import UUID

from dumont.platform.events import Event
from dumont.platform.jobs.rows import JobRow, Progress, State


class JobChanged(Event):
    """A job entered a state, or came further in it."""

    kind: ClassVar[str] = "jobs.job_changed"
    id: UUID
    name: str
    key: str | None
    state: State
    attempt: int
    progress: Progress | None
    created_by: UUID | None

    def topics(self) -> tuple[str, ...]:
        return ("jobs", f"jobs:{self.id}")


class JobsEnqueued(Event):
    """Several jobs at once, without one event for each: a page of jobs reads itself again."""

    kind: ClassVar[str] = "jobs.jobs_enqueued"
    count: int
    names: tuple[str, ...]

    def topics(self) -> tuple[str, ...]:
        return ("jobs",)


def changed(row: JobRow) -> JobChanged:
    return JobChanged(
        id=row.id,
        name=row.name,
        key=row.key,
        state=row.state,
        attempt=row.attempt,
        progress=row.progress,
        created_by=row.created_by,
    )
