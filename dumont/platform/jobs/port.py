"""What a job is to those who write one: its name, what it is given, how it is tried again, what it may do."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol, TypeVar
from uuid import UUID

from pydantic import BaseModel

from dumont.platform.events import Event
from dumont.platform.jobs.retry import Retry, growing
from dumont.platform.work import Work

P = TypeVar("P")
R = TypeVar("R")


class NoArgs(BaseModel):
    """For a job that needs to be told nothing."""


class Run(Protocol):
    """One run of a job, as its function sees it."""

    @property
    def id(self) -> UUID: ...

    @property
    def attempt(self) -> int:
        """1 at the first try. A run taken over from a dead worker counts as another try."""
        ...

    def work(self) -> AbstractAsyncContextManager[Work]:
        """A short transaction, committed at the end. Raises `LeaseLost` if the job is no longer ours to do."""
        ...

    def part(self, kind: type[P]) -> P:
        """Something that does I/O, by its type: `run.part(Mail)`."""
        ...

    async def progress(self, done: float, total: float | None = None, *, unit: str = "", stage: str = "") -> None:
        """Tells watchers how far it is, and raises `Cancelled` if someone asked it to stop."""
        ...

    async def in_thread(self, function: Callable[..., R], *args: Any) -> R:
        """For what blocks: a job that holds up the event loop stops the heartbeats of all jobs beside it."""
        ...


Result = BaseModel | dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Job:
    """`name` is `<context>.<verb_what>`. A job is run again after a crash, so running it twice must do no harm."""

    name: str
    run: Callable[[Run, Any], Awaitable[Result]]
    args: type[BaseModel] = NoArgs
    retry: Retry = field(default_factory=growing)
    deadline: timedelta = timedelta(minutes=10)
    priority: int = 0
    cron: str | None = None
    key: Callable[[Any], str] | None = None
    """No two jobs with one key run at once, over all workers; the others wait, the oldest first."""
    sample: BaseModel | None = None
    """Arguments with which the fault suite may run it on an empty database, kill it and resume it."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Runs `run` as a durable job of its own for each event of this kind, after the commit that published it."""

    name: str
    event: type[Event]
    run: Callable[[Run, Any], Awaitable[Result]]
    retry: Retry = field(default_factory=growing)

    @property
    def job(self) -> Job:
        return Job(self.name, self.run, args=self.event, retry=self.retry)
