"""What a worker does all the time beside its jobs: says that it lives, looks after its leases, keeps the schedules."""

import asyncio
import time
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import structlog

from dumont.platform.db import raw
from dumont.platform.jobs import cron, metrics, store, tickets
from dumont.platform.jobs.events import changed
from dumont.platform.jobs.jobs import Jobs
from dumont.platform.jobs.link import Link
from dumont.platform.jobs.registry import Registry
from dumont.platform.jobs.rows import job_row
from dumont.platform.jobs.run import ActiveRun, Outside

log = structlog.get_logger()

KEEP_SECONDS = 30.0
"""The longest pause between two looks at the schedules."""
MEND_SECONDS = 300.0
"""Between two looks for jobs without a ticket: they should not be, and to look reads the whole queue."""


class Rounds:
    def __init__(self, worker: UUID, link: Link, registry: Registry, outside: Outside, jobs: Jobs) -> None:
        self._worker = worker
        self._pool = link.pool
        self._registry = registry
        self._outside = outside
        self._jobs = jobs
        self._lease_seconds = outside.settings.worker_lease_seconds

    async def register(self, host: str, pid: int) -> None:
        await self._pool.execute(
            "INSERT INTO workers (id, host, pid, started_at, seen_at) VALUES ($1, $2, $3, now(), now())",
            self._worker,
            host,
            pid,
        )

    async def deregister(self) -> None:
        await self._pool.execute("DELETE FROM workers WHERE id = $1", self._worker)

    async def beat(self, running: Mapping[UUID, ActiveRun]) -> None:
        while True:
            try:
                await self._pool.execute(_SEEN, self._worker, len(running))
                await self._look_after(running)
            except Exception as error:
                log.warning("beat_failed", error=type(error).__name__)
            await asyncio.sleep(min(5, self._lease_seconds / 3))

    async def keep(self) -> None:
        mended_at = -MEND_SECONDS
        while True:
            pause = KEEP_SECONDS
            try:
                pause = await self._tick_all()
                await self._count()
                if time.monotonic() - mended_at >= MEND_SECONDS:
                    await self._mend()
                    mended_at = time.monotonic()
            except Exception:
                log.exception("round_failed")
            await asyncio.sleep(pause)

    async def _look_after(self, running: Mapping[UUID, ActiveRun]) -> None:
        """Stops runs that were taken over, and those whose cancelling was missed by the ear."""
        held = [run.lease for run in running.values()]
        if not held:
            return
        for record in await self._pool.fetch(_TO_STOP, [one.job_id for one in held], [one.epoch for one in held]):
            run = running.get(record["id"])
            if run is not None and run.lease.epoch == record["epoch"]:
                run.stop("lost" if record["lost"] else "cancelled")

    async def _tick_all(self) -> float:
        """Enqueues what is due; the seconds until something may be due again."""
        await self._write_schedules()
        pause = KEEP_SECONDS
        for record in await self._pool.fetch(_SCHEDULES, [job.name for job, _ in self._registry.scheduled]):
            now = self._outside.clock.now()
            if record["next_at"] <= now:
                await self._tick(record["name"], record["next_at"], now)
            else:
                pause = min(pause, (record["next_at"] - now).total_seconds())
        return max(pause, 0.05)

    async def _tick(self, name: str, expected: datetime, now: datetime) -> None:
        """Of all workers that see a schedule due, one moves it on and enqueues; ticks that were missed count once."""
        after = cron.next_after(self._registry.job(name).cron or "", now)
        async with self._outside.begin() as tx:
            connection = await raw(tx)
            if await connection.fetchval(_MOVE_ON, name, expected, after) is not None:
                job_id = await self._jobs.enqueue(tx, name)
                await store.note_last_job(connection, name, job_id)

    async def _write_schedules(self) -> None:
        now = self._outside.clock.now()
        for job, expression in self._registry.scheduled:
            await self._pool.execute(_DECLARE, job.name, expression, cron.next_after(expression, now))

    async def _mend(self) -> None:
        async with self._outside.begin() as tx:
            connection, now = await raw(tx), self._outside.clock.now()
            if not await connection.fetchval(tickets.MEND_ALONE):
                return
            records = await connection.fetch(tickets.MEND_QUEUED, now)
            records += await connection.fetch(tickets.MEND_RUNNING, now, self._lease_seconds)
            rows = [job_row(record) for record in records]
            for key in await connection.fetch(_STUCK_KEYS):
                rows += await store.release(connection, key["key"], now)
            for row in rows:
                log.warning("job_mended", job_id=str(row.id), job=row.name)
                await self._outside.publish(tx, changed(row), now)

    async def _count(self) -> None:
        depth = {record["state"]: record["count"] for record in await self._pool.fetch(_DEPTH)}
        for state in ("queued", "waiting", "running"):
            metrics.DEPTH.labels(state).set(depth.get(state, 0))


_SEEN = "UPDATE workers SET seen_at = now(), running = $2 WHERE id = $1"

_TO_STOP = """
    SELECT held.id, held.epoch, jobs.id IS NULL AS lost
    FROM unnest($1::uuid[], $2::bigint[]) AS held(id, epoch)
    LEFT JOIN jobs ON jobs.id = held.id AND jobs.epoch = held.epoch AND jobs.state = 'running'
    WHERE jobs.id IS NULL OR jobs.cancel_requested
"""

_SCHEDULES = "SELECT name, next_at FROM schedules WHERE name = ANY($1::text[])"

_DECLARE = """
    INSERT INTO schedules (name, cron, next_at) VALUES ($1, $2, $3)
    ON CONFLICT (name) DO UPDATE SET cron = excluded.cron, next_at = excluded.next_at
    WHERE schedules.cron <> excluded.cron
"""

_MOVE_ON = "UPDATE schedules SET next_at = $3 WHERE name = $1 AND next_at = $2 RETURNING 1"

_STUCK_KEYS = """
    SELECT DISTINCT key FROM jobs AS stuck WHERE state = 'waiting' AND NOT EXISTS (
        SELECT FROM jobs WHERE jobs.key = stuck.key AND jobs.state IN ('queued', 'running')
    )
"""

_DEPTH = "SELECT state, count(*) FROM jobs WHERE state IN ('queued', 'waiting', 'running') GROUP BY state"
