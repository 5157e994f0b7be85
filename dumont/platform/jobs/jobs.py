"""The part that others use: put a job on the queue, cancel it, run it again, look at it.

Everything happens in the caller's transaction: a job exists if and only if what asked for it was committed.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypedDict
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import Unpack

from dumont.basics import ids
from dumont.basics.clock import Clock
from dumont.basics.errors import NotFound
from dumont.platform.db import raw
from dumont.platform.events import Event
from dumont.platform.jobs import store
from dumont.platform.jobs.events import JobsEnqueued, changed
from dumont.platform.jobs.port import Job
from dumont.platform.jobs.registry import Registry
from dumont.platform.jobs.rows import JobRow, ScheduleRow, State, WorkerRow
from dumont.platform.work import Work

PublishIn = Callable[[AsyncSession, Event, datetime], Awaitable[None]]
"""Writes an event into the outbox in this transaction: `Outbox.publish`."""


class Options(TypedDict, total=False):
    """What one enqueuing may say otherwise than the job's declaration."""

    run_at: datetime | None
    key: str | None
    priority: int | None
    deadline: timedelta | None
    created_by: UUID | None


@dataclass(frozen=True, slots=True)
class Order:
    """One job to put on the queue: its name or declaration, its arguments, its options."""

    job: Job | str
    args: BaseModel | None = None
    options: Options | None = None


class Which(BaseModel):
    """Which jobs a list shows; nothing given shows all."""

    model_config = ConfigDict(frozen=True)
    state: State | None = None
    name: str | None = None
    key: str | None = None


class Jobs:
    def __init__(self, registry: Registry, clock: Clock, random: Random, publish: PublishIn) -> None:
        self._registry = registry
        self._clock = clock
        self._random = random
        self._publish = publish

    async def enqueue(
        self, where: AsyncSession | Work, job: Job | str, args: BaseModel | None = None, **options: Unpack[Options]
    ) -> UUID:
        """In this transaction; given a `Work`, the job is its caller's and carries its moment."""
        return (await self._put(where, [Order(job, args, options)]))[0].id

    async def enqueue_all(self, where: AsyncSession | Work, orders: Iterable[Order]) -> list[UUID]:
        """Any number of jobs in one statement."""
        return [row.id for row in await self._put(where, list(orders))]

    async def cancel(self, tx: AsyncSession, job_id: UUID) -> JobRow:
        """One that waits is cancelled at once; one that runs is told, and ends when it has stopped."""
        now = self._clock.now()
        moved = await store.cancel(await raw(tx), job_id, now)
        for row in moved:
            await self._publish(tx, changed(row), now)
        return moved[0]

    async def retry(self, tx: AsyncSession, job_id: UUID) -> JobRow:
        """A dead letter goes back to the queue with all its tries before it."""
        now = self._clock.now()
        row = await store.retry(await raw(tx), job_id, now)
        await self._publish(tx, changed(row), now)
        return row

    async def get(self, tx: AsyncSession, job_id: UUID) -> JobRow:
        row = await store.get(await raw(tx), job_id)
        if row is None:
            raise NotFound("There is no such job.", hint="Finished jobs are kept for some days only.")
        return row

    async def page(
        self, tx: AsyncSession, which: Which = Which(), *, after: UUID | None = None, limit: int = 50
    ) -> list[JobRow]:
        """The newest first; `after` is the last id of the page before."""
        return await store.page(await raw(tx), (which.state, which.name, which.key), after, limit)

    async def workers(self, tx: AsyncSession) -> list[WorkerRow]:
        return await store.workers(await raw(tx))

    async def schedules(self, tx: AsyncSession) -> list[ScheduleRow]:
        return await store.schedules(await raw(tx), [job.name for job, _ in self._registry.scheduled])

    async def run_now(self, where: AsyncSession | Work, name: str) -> UUID:
        """Enqueues a scheduled job outside of its schedule, which stays as it is."""
        if name not in {job.name for job, _ in self._registry.scheduled}:
            raise NotFound(f"There is no schedule {name}.")
        job_id = await self.enqueue(where, name)
        await store.note_last_job(await raw(_session(where)), name, job_id)
        return job_id

    async def _put(self, where: AsyncSession | Work, orders: Sequence[Order]) -> list[JobRow]:
        if not orders:
            return []
        tx = _session(where)
        now = where.now if isinstance(where, Work) else self._clock.now()
        caller = where.caller.user_id if isinstance(where, Work) else None
        news = [self._new(order, now, caller) for order in orders]
        rows = await store.insert(await raw(tx), news, now)
        names = tuple(sorted({row.name for row in rows}))
        event = changed(rows[0]) if len(rows) == 1 else JobsEnqueued(count=len(rows), names=names)
        await self._publish(tx, event, now)
        return rows

    def _new(self, order: Order, now: datetime, caller: UUID | None) -> store.New:
        job = self._registry.job(order.job if isinstance(order.job, str) else order.job.name)
        args = job.args() if order.args is None else job.args.model_validate(order.args.model_dump())
        options = order.options or {}
        return store.New(
            id=ids.new(now, self._random),
            name=job.name,
            key=_given(options.get("key"), job.key(args) if job.key else None),
            priority=_given(options.get("priority"), job.priority),
            args=args.model_dump_json(),
            attempts_max=job.retry.attempts_max,
            run_at=_given(options.get("run_at"), now),
            deadline_seconds=_given(options.get("deadline"), job.deadline).total_seconds(),
            created_by=_given(options.get("created_by"), caller),
        )


def _session(where: AsyncSession | Work) -> AsyncSession:
    return where.tx if isinstance(where, Work) else where


def _given(value: Any, otherwise: Any) -> Any:
    return otherwise if value is None else value
