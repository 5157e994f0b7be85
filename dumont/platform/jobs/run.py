"""One run of a job: what its function is handed, and how it is stopped from outside."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from random import Random
from typing import Any, Literal, TypeVar
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from dumont.basics.clock import Clock
from dumont.platform.db import Db, raw
from dumont.platform.events import Event
from dumont.platform.jobs import lease
from dumont.platform.jobs.errors import Cancelled, LeaseLost
from dumont.platform.jobs.events import changed
from dumont.platform.jobs.jobs import PublishIn
from dumont.platform.jobs.lease import Lease
from dumont.platform.jobs.pace import Pace
from dumont.platform.jobs.rows import JobRow, Progress
from dumont.platform.parts import Parts
from dumont.platform.settings import Settings
from dumont.platform.work import SYSTEM, Work

P = TypeVar("P")
R = TypeVar("R")

Stop = Literal["cancelled", "lost", "deadline", "stopping"]

WRITE_SECONDS = 0.4
"""Progress is written no oftener than this: people don't read faster, and every write is a row and an event."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What every run of a worker shares."""

    db: Db
    clock: Clock
    random: Random
    settings: Settings
    parts: Parts
    publish: PublishIn

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        """One transaction. Left open by a worker that froze, it must not bar others longer than its lease does."""
        idle = int(self.settings.worker_lease_seconds * 1000)
        whole = max(WHOLE_LEASES * idle, int(WHOLE_SECONDS * 1000))
        async with self.db.begin() as tx:
            await tx.execute(_END_WHEN_LEFT, {"idle": f"{idle}ms", "whole": f"{whole}ms"})
            yield tx


WHOLE_LEASES, WHOLE_SECONDS = 10, 60
"""No transaction of a run takes longer. A worker that froze between what it prepared and what it was to do with it is
not idle for the database, which waits for the rest of its words and holds its locks meanwhile."""
_END_WHEN_LEFT = text("""
    SELECT set_config('idle_in_transaction_session_timeout', :idle, true),
        CASE WHEN current_setting('server_version_num')::int >= 170000
            THEN set_config('transaction_timeout', :whole, true) END
""")


class ActiveRun:
    def __init__(self, row: JobRow, held: Lease, outside: Outside) -> None:
        self.row = row
        self.lease = held
        self.stopped: Stop | None = None
        self.newest: Progress | None = None
        """Progress not yet written: the run's end writes it."""
        self._outside = outside
        self._task: asyncio.Task[Any] | None = None
        self._pace = Pace()
        self._written_at = -WRITE_SECONDS
        self._writing: asyncio.Task[None] | None = None

    @property
    def id(self) -> UUID:
        return self.row.id

    @property
    def attempt(self) -> int:
        return self.row.attempt

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        async with self._outside.begin() as tx:
            if not await lease.is_held(await raw(tx), self.lease):
                raise LeaseLost
            now = self._outside.clock.now()
            yield Work(
                tx=tx,
                now=now,
                random=self._outside.random,
                caller=SYSTEM,
                publish=partial(_publish, self._outside, tx, now),
                settings=self._outside.settings,
            )
            if not await lease.hold(await raw(tx), self.lease):
                raise LeaseLost

    def part(self, kind: type[P]) -> P:
        return self._outside.parts.get(kind)

    async def progress(self, done: float, total: float | None = None, *, unit: str = "", stage: str = "") -> None:
        self._raise_if_stopped()
        said = Progress(done=done, total=total, unit=unit, stage=stage)
        self.newest = self._pace.measure(said, self._outside.clock.now())
        wait = self._written_at + WRITE_SECONDS - time.monotonic()
        if wait <= 0:
            await self._write()
            self._raise_if_stopped()
        elif self._writing is None:
            self._writing = asyncio.create_task(self._write_later(wait))

    async def in_thread(self, function: Callable[..., R], *args: Any) -> R:
        return await asyncio.to_thread(function, *args)

    def begin(self, task: asyncio.Task[Any]) -> None:
        self._task = task

    def stop(self, why: Stop) -> None:
        """The first reason counts; a task that is done already is let be."""
        if self._task is not None and not self._task.done() and self.stopped is None:
            self.stopped = why
            self._task.cancel()

    async def close(self) -> None:
        """Waits for a write of progress that is under way, so that none comes after the end."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.wait({self._writing})

    def _raise_if_stopped(self) -> None:
        if self.stopped == "lost":
            raise LeaseLost
        if self.stopped is not None:
            raise Cancelled

    async def _write_later(self, wait: float) -> None:
        try:
            while wait > 0:  # again where the job itself was quicker, in the moment in which it was due
                await asyncio.sleep(wait)
                wait = self._written_at + WRITE_SECONDS - time.monotonic()
            await self._write()
        finally:
            self._writing = None

    async def _write(self) -> None:
        progress = self.newest
        if progress is None:
            return
        self._written_at = time.monotonic()
        async with self._outside.begin() as tx:
            row = await lease.write_progress(await raw(tx), self.lease, progress)
            if row is not None:
                await self._outside.publish(tx, changed(row), self._outside.clock.now())
        if self.newest is progress:
            self.newest = None
        if row is None:
            self.stop("lost")
        elif row.cancel_requested:
            self.stop("cancelled")


async def _publish(outside: Outside, tx: AsyncSession, now: datetime, event: Event) -> None:
    await outside.publish(tx, event, now)
