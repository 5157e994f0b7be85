"""What a worker does with one ticket: start the job, run it within its deadline, write down how it ended."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from dumont.basics.errors import Failure
from dumont.platform.db import raw
from dumont.platform.jobs import lease, metrics, outcome
from dumont.platform.jobs.errors import WorkerLost
from dumont.platform.jobs.events import changed
from dumont.platform.jobs.lease import Drawn, Ending, Lease, NotStarted, Started, TakenOver, Taker
from dumont.platform.jobs.port import Job
from dumont.platform.jobs.registry import Registry
from dumont.platform.jobs.retry import Again
from dumont.platform.jobs.rows import JobRow
from dumont.platform.jobs.run import ActiveRun, Outside
from dumont.platform.jobs.together import Together

log = structlog.get_logger()

CLEAN_UP_SECONDS = 10
"""How long a stopped run may take to give back what it holds before it is left behind."""


class Runner:
    def __init__(self, worker: UUID, registry: Registry, outside: Outside) -> None:
        self.running: dict[UUID, ActiveRun] = {}
        self._worker = worker
        self._registry = registry
        self._outside = outside
        self._starting = Together(self._start_plain)
        self._ending = Together(self._end_plain)

    async def handle(self, job_id: UUID, ticket: int) -> None:
        """Raises nothing: whatever goes wrong here, the ticket stays, falls silent, and is drawn again."""
        with structlog.contextvars.bound_contextvars(job_id=str(job_id)):
            try:
                started = await self._start(Drawn(job_id, ticket))
                if started is not None:
                    await self._do(started)
            except Exception:
                log.exception("job_left")

    def stop_all(self) -> None:
        for run in list(self.running.values()):
            run.stop("stopping")

    async def _start(self, drawn: Drawn) -> Started | None:
        return await self._starting.ask(drawn) or await self._start_closely(drawn)

    async def _start_plain(self, drawn: Sequence[Drawn]) -> list[Started | None]:
        taker = Taker(self._worker, self._outside.clock.now())
        async with self._outside.begin() as tx:
            started = await lease.start_plain(await raw(tx), drawn, taker)
            for one in started.values():
                await self._outside.publish(tx, changed(one.row), taker.now)
        return [started.get(one.ticket) for one in drawn]

    async def _start_closely(self, drawn: Drawn) -> Started | None:
        """By itself, for there is more to it: a key, a lost worker, a cancel, a ticket that is void."""
        taker = Taker(self._worker, self._outside.clock.now())
        async with self._outside.begin() as tx:
            found = await lease.start(await raw(tx), drawn.job_id, drawn.ticket, taker)
            if isinstance(found, TakenOver):
                found = await self._take_over(tx, found, taker)
            moved = (found.row,) if isinstance(found, Started) else found.moved
            for row in moved:
                await self._outside.publish(tx, changed(row), taker.now)
        return found if isinstance(found, Started) else None

    async def _take_over(self, tx: AsyncSession, found: TakenOver, taker: Taker) -> Started | NotStarted:
        """No pause: the lease was one. A job that kills its workers comes to its end by the number of its tries."""
        job = self._registry.job(found.row.name)
        metrics.TAKEN_OVER.labels(job.name).inc()
        error = WorkerLost("Its worker was lost.")
        decision = job.retry.decide(found.row.attempt, error, self._outside.random)
        log.warning("job_taken_over", job=job.name, lost=str(found.row.worker), attempt=found.row.attempt)
        if found.row.cancel_requested:
            ending = Ending("cancelled")
        elif isinstance(decision, Again):
            return await lease.start_again(await raw(tx), found.lease, taker)
        else:
            ending = Ending("failed", error=outcome.told(error))
        moved = await lease.end(await raw(tx), found.lease, ending, taker.now)
        return NotStarted(tuple(moved))

    async def _do(self, started: Started) -> None:
        job = self._registry.job(started.row.name)
        run = ActiveRun(started.row, started.lease, self._outside)
        _note_start(started.row)
        began = time.monotonic()
        self.running[run.id] = run
        try:
            with metrics.RUNNING.track_inprogress():
                ending = await self._run(run, job, started.deadline_seconds)
            await self._end(run, ending)
        finally:
            del self.running[run.id]
        metrics.SECONDS.labels(job.name).observe(time.monotonic() - began)
        metrics.ENDED.labels(job.name, ending.state if ending else "lost").inc()

    async def _run(self, run: ActiveRun, job: Job, deadline_seconds: float) -> Ending | None:
        try:
            args = outcome.args_of(job, run.row)
        except Failure as error:
            return outcome.failed(run.row, job, error, self._outside.clock.now(), self._outside.random)
        task: asyncio.Task[Any] = asyncio.ensure_future(job.run(run, args))
        run.begin(task)
        try:
            done, _ = await asyncio.wait({task}, timeout=deadline_seconds)
            if not done:
                run.stop("deadline")
            await _until_stopped(task, run)
        except asyncio.CancelledError:
            task.cancel()
            raise
        await run.close()
        return outcome.judge(run, job, task, self._outside.clock.now(), self._outside.random)

    async def _end(self, run: ActiveRun, ending: Ending | None) -> None:
        """Tries until the lease is over: what was done should not be done again for a moment without database."""
        if ending is None:
            log.warning("lease_lost", job=run.row.name)
            return
        until = time.monotonic() + self._outside.settings.worker_lease_seconds
        pause = 0.05
        while True:
            try:
                await self._write_end(run, ending)
                return
            except Exception:
                if time.monotonic() + pause > until:
                    raise
                log.warning("job_end_not_written", again_in=pause, exc_info=True)
            await asyncio.sleep(pause)
            pause = min(2, pause * 2)

    async def _write_end(self, run: ActiveRun, ending: Ending) -> None:
        if run.row.key is None and ending.state != "queued":
            await self._ending.ask((run.lease, ending))
            return
        now = self._outside.clock.now()
        async with self._outside.begin() as tx:
            for row in await lease.end(await raw(tx), run.lease, ending, now):
                await self._outside.publish(tx, changed(row), now)

    async def _end_plain(self, endings: Sequence[tuple[Lease, Ending]]) -> list[None]:
        now = self._outside.clock.now()
        async with self._outside.begin() as tx:
            for row in await lease.end_plain(await raw(tx), endings, now):
                await self._outside.publish(tx, changed(row), now)
        return [None] * len(endings)


async def _until_stopped(task: asyncio.Task[Any], run: ActiveRun) -> None:
    """A run that ignores its cancellation is left behind: its lease ends, so that it can no longer write."""
    if task.done():
        return
    await asyncio.wait({task}, timeout=CLEAN_UP_SECONDS)
    if not task.done():
        log.error("job_does_not_stop", job=run.row.name, why=run.stopped)


def _note_start(row: JobRow) -> None:
    metrics.STARTED.labels(row.name).inc()
    if row.started_at is not None:
        metrics.WAIT_SECONDS.labels(row.name).observe(max(0.0, (row.started_at - row.run_at).total_seconds()))
