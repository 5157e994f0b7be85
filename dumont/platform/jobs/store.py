"""The SQL of jobs as their owners see them: put, list, cancel, run again. What a worker does is in `lease.py`."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from dumont.basics.errors import NotFound
from dumont.platform.jobs import tickets
from dumont.platform.jobs.errors import JobFinished, JobNotFinished
from dumont.platform.jobs.rows import JobRow, ScheduleRow, WorkerRow, job_row


@dataclass(frozen=True, slots=True)
class New:
    """One row to insert, in the order of `_INSERT`'s columns."""

    id: UUID
    name: str
    key: str | None
    priority: int
    args: str
    attempts_max: int
    run_at: datetime
    deadline_seconds: float
    created_by: UUID | None


_INSERT = tickets.with_ticket(
    """
    INSERT INTO jobs (id, name, key, state, priority, args, attempts_max, run_at, deadline_seconds, created_by,
        created_at, ticket)
    SELECT id, name, key, 'queued', priority, args::jsonb, attempts_max, run_at, deadline_seconds, created_by,
        $1, nextval('pgqueuer_id_seq')
    FROM unnest($2::uuid[], $3::text[], $4::text[], $5::int[], $6::text[], $7::int[], $8::timestamptz[],
        $9::float8[], $10::uuid[])
        WITH ORDINALITY AS given(id, name, key, priority, args, attempts_max, run_at, deadline_seconds, created_by, nth)
    ORDER BY nth
    """
)


async def insert(connection: asyncpg.Connection, news: Sequence[New], now: datetime) -> list[JobRow]:
    columns = zip(*(astuple(new) for new in news), strict=True)
    return [job_row(record) for record in await connection.fetch(_INSERT, now, *map(list, columns))]


async def get(connection: asyncpg.Connection, job_id: UUID) -> JobRow | None:
    record = await connection.fetchrow("SELECT * FROM jobs WHERE id = $1", job_id)
    return None if record is None else job_row(record)


async def page(
    connection: asyncpg.Connection, which: tuple[str | None, ...], after: UUID | None, limit: int
) -> list[JobRow]:
    """Ids grow with time, so they are the order of the pages."""
    wanted = [*zip(("state", "name", "key"), which, strict=True)]
    given: list[object] = [limit]
    clauses = []
    for column, value in [*((f"{name} =", value) for name, value in wanted), ("id <", after)]:
        if value is not None:
            given.append(value)
            clauses.append(f"{column} ${len(given)}")
    condition = f"WHERE {' AND '.join(clauses)}" if clauses else ""
    records = await connection.fetch(f"SELECT * FROM jobs {condition} ORDER BY id DESC LIMIT $1", *given)  # noqa: S608
    return [job_row(record) for record in records]


async def cancel(connection: asyncpg.Connection, job_id: UUID, now: datetime) -> list[JobRow]:
    """The job, then the one that its key held up, if there is one."""
    found = await connection.fetchrow("SELECT state, ticket FROM jobs WHERE id = $1 FOR UPDATE", job_id)
    if found is None:
        raise NotFound("There is no such job.")
    if found["state"] == "running":
        return [await _ask_to_stop(connection, job_id)]
    if found["state"] not in ("queued", "waiting"):
        raise JobFinished(f"The job is {found['state']} already.")
    record = await connection.fetchrow(
        "UPDATE jobs SET state = 'cancelled', cancel_requested = true, finished_at = $2, ticket = NULL"
        " WHERE id = $1 RETURNING *",
        job_id,
        now,
    )
    await connection.execute(tickets.TEAR_UP, found["ticket"])
    row = job_row(record)
    return [row, *await release(connection, row.key, now)]


async def retry(connection: asyncpg.Connection, job_id: UUID, now: datetime) -> JobRow:
    state = await connection.fetchval("SELECT state FROM jobs WHERE id = $1 FOR UPDATE", job_id)
    if state is None:
        raise NotFound("There is no such job.")
    if state not in ("failed", "cancelled"):
        raise JobNotFinished(f"The job is {state}.")
    return job_row(await connection.fetchrow(_RETRY, now, job_id))


_RETRY = tickets.with_ticket(
    """
    UPDATE jobs SET state = 'queued', ticket = nextval('pgqueuer_id_seq'), run_at = $1, attempt = 0, error = NULL,
        progress = NULL, finished_at = NULL, cancel_requested = false
    WHERE id = $2
    """
)


async def lock_key(connection: asyncpg.Connection, key: str) -> None:
    """Until the end of the transaction. Always after the lock on one's own row, so that two can't wait crosswise."""
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"jobs:{key}")


async def release(connection: asyncpg.Connection, key: str | None, now: datetime) -> list[JobRow]:
    """Gives a free key's turn to the job that has waited longest, unless one runs with it."""
    if key is None:
        return []
    await lock_key(connection, key)
    return [job_row(record) for record in await connection.fetch(_RELEASE, now, key)]


_RELEASE = tickets.with_ticket(
    """
    UPDATE jobs SET state = 'queued', ticket = nextval('pgqueuer_id_seq')
    WHERE $1::timestamptz IS NOT NULL AND id IN (
        SELECT id FROM jobs WHERE key = $2 AND state = 'waiting'
        AND NOT EXISTS (SELECT FROM jobs WHERE key = $2 AND state = 'running')
        ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    """
)


async def workers(connection: asyncpg.Connection) -> list[WorkerRow]:
    """Those that were heard a minute ago at most: the row of one that was killed lies there until it is pruned."""
    fresh = "SELECT * FROM workers WHERE seen_at > now() - interval '1 minute' ORDER BY host, started_at"
    records = await connection.fetch(fresh)
    return [WorkerRow.model_validate(dict(record)) for record in records]


async def schedules(connection: asyncpg.Connection, names: Sequence[str]) -> list[ScheduleRow]:
    records = await connection.fetch(
        "SELECT schedules.*, jobs.state AS last_state FROM schedules LEFT JOIN jobs ON jobs.id = last_job_id"
        " WHERE schedules.name = ANY($1::text[]) ORDER BY schedules.name",
        names,
    )
    return [ScheduleRow.model_validate(dict(record)) for record in records]


async def note_last_job(connection: asyncpg.Connection, name: str, job_id: UUID) -> None:
    await connection.execute("UPDATE schedules SET last_job_id = $2 WHERE name = $1", name, job_id)


async def _ask_to_stop(connection: asyncpg.Connection, job_id: UUID) -> JobRow:
    record = await connection.fetchrow("UPDATE jobs SET cancel_requested = true WHERE id = $1 RETURNING *", job_id)
    await connection.execute("SELECT pg_notify($1, $2)", tickets.CANCEL_CHANNEL, str(job_id))
    return job_row(record)
