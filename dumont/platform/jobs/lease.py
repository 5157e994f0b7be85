"""Who may do a job now: the SQL by which a worker starts it, holds it, and ends it.

A lease is a job's id with its `epoch`, which grows by one at every start. Each statement here is guarded by both, so
that a worker which was frozen while another took its job over changes nothing when it wakes up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import asyncpg

from dumont.platform.jobs import store, tickets
from dumont.platform.jobs.rows import JobError, JobRow, Progress, job_row, write_json


@dataclass(frozen=True, slots=True)
class Lease:
    job_id: UUID
    epoch: int
    ticket: int


@dataclass(frozen=True, slots=True)
class Taker:
    """Who starts a job, and when."""

    worker: UUID
    now: datetime


@dataclass(frozen=True, slots=True)
class Started:
    row: JobRow
    lease: Lease
    deadline_seconds: float


@dataclass(frozen=True, slots=True)
class TakenOver:
    """The worker that ran it was lost; the job is ours to judge: start it again, or give it up."""

    row: JobRow
    lease: Lease


@dataclass(frozen=True, slots=True)
class NotStarted:
    """The ticket was void, the key is busy, or it was cancelled: nothing to run. `moved` are jobs that changed."""

    moved: tuple[JobRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Ending:
    """What becomes of a job after a run. `run_at` is for one that goes back to the queue."""

    state: str
    result: str | None = None
    error: JobError | None = None
    progress: Progress | None = None
    run_at: datetime | None = None
    attempt_counts: bool = True


@dataclass(frozen=True, slots=True)
class Drawn:
    """A ticket out of the queue, and the job that it may start."""

    job_id: UUID
    ticket: int


async def start_plain(connection: asyncpg.Connection, drawn: Sequence[Drawn], taker: Taker) -> dict[int, Started]:
    """By ticket, the ones that need no second look: queued, without a key, by the ticket that the job names."""
    job_ids, numbers = [one.job_id for one in drawn], [one.ticket for one in drawn]
    records = await connection.fetch(_START_PLAIN, taker.now, taker.worker, job_ids, numbers)
    return {record["ticket"]: _started(record) for record in records}


async def start(
    connection: asyncpg.Connection, job_id: UUID, ticket: int, taker: Taker
) -> Started | TakenOver | NotStarted:
    record = await connection.fetchrow("SELECT * FROM jobs WHERE id = $1 AND ticket = $2 FOR UPDATE", job_id, ticket)
    if record is None:
        await connection.execute(tickets.TEAR_UP_VOID, ticket)
        return NotStarted()
    if await connection.fetchval(tickets.IS_HELD, ticket, taker.worker) is None:
        return NotStarted()  # we drew it, then froze, and another has drawn it since
    lease = Lease(job_id, record["epoch"], ticket)
    if record["state"] == "running":
        return TakenOver(job_row(record), lease)
    if record["cancel_requested"]:
        return NotStarted(tuple(await store.cancel(connection, job_id, taker.now)))
    if record["key"] is None:
        return await start_again(connection, lease, taker)
    return await _start_with_key(connection, lease, record["key"], taker)


async def start_again(connection: asyncpg.Connection, lease: Lease, taker: Taker) -> Started:
    """For one whose row `start` has locked."""
    return _started(await connection.fetchrow(_START, taker.now, lease.job_id, lease.ticket, taker.worker))


async def end(connection: asyncpg.Connection, lease: Lease, ending: Ending, now: datetime) -> list[JobRow]:
    """The job, then the one its key held up; nothing at all if the lease is lost."""
    record = await (_go_back if ending.state == "queued" else _end)(connection, lease, ending, now)
    if record is None:
        return []
    await connection.execute(tickets.TEAR_UP, lease.ticket)
    row = job_row(record)
    return [row, *await store.release(connection, row.key, now)]


async def end_plain(
    connection: asyncpg.Connection, endings: Sequence[tuple[Lease, Ending]], now: datetime
) -> list[JobRow]:
    """Of jobs without a key that are over for good; those whose lease is lost stay as they are."""
    told = zip(*(_told(lease, ending) for lease, ending in endings), strict=True)
    rows = [job_row(record) for record in await connection.fetch(_END_PLAIN, now, *map(list, told))]
    ended = {row.id for row in rows}
    gone = [lease.ticket for lease, _ in endings if lease.job_id in ended]
    await connection.execute("DELETE FROM pgqueuer WHERE id = ANY($1::bigint[])", gone)
    return rows


async def is_held(connection: asyncpg.Connection, lease: Lease) -> bool:
    """Before a transaction's work: without a lock, so that a run which freezes in it does not bar its successor."""
    return await connection.fetchval(_IS_HELD, lease.job_id, lease.epoch) is not None


async def hold(connection: asyncpg.Connection, lease: Lease) -> bool:
    """Before a transaction's commit: from here on the job can't be taken over until it is committed."""
    return await connection.fetchval(_HOLD, lease.job_id, lease.epoch) is not None


async def write_progress(connection: asyncpg.Connection, lease: Lease, progress: Progress) -> JobRow | None:
    record = await connection.fetchrow(_PROGRESS, lease.job_id, lease.epoch, write_json(progress))
    return None if record is None else job_row(record)


async def _end(connection: asyncpg.Connection, lease: Lease, ending: Ending, now: datetime) -> asyncpg.Record | None:
    return await connection.fetchrow(_END, now, *_told(lease, ending))


async def _go_back(
    connection: asyncpg.Connection, lease: Lease, ending: Ending, now: datetime
) -> asyncpg.Record | None:
    """To the queue; but one that someone has asked to stop ends here."""
    taken_back = 0 if ending.attempt_counts else 1
    record = await connection.fetchrow(_GO_BACK, now, *_told(lease, ending), ending.run_at, taken_back)
    return record or await _end(connection, lease, replace(ending, state="cancelled"), now)


def _told(lease: Lease, ending: Ending) -> tuple[object, ...]:
    return (
        lease.job_id,
        lease.epoch,
        ending.state,
        ending.result,
        write_json(ending.error),
        write_json(ending.progress),
    )


async def _start_with_key(connection: asyncpg.Connection, lease: Lease, key: str, taker: Taker) -> Started | NotStarted:
    await store.lock_key(connection, key)
    if await connection.fetchval("SELECT id FROM jobs WHERE key = $1 AND state = 'running'", key) is None:
        return await start_again(connection, lease, taker)
    waiting = await connection.fetchrow(
        "UPDATE jobs SET state = 'waiting', ticket = NULL WHERE id = $1 RETURNING *", lease.job_id
    )
    await connection.execute(tickets.TEAR_UP, lease.ticket)
    return NotStarted((job_row(waiting),))


def _started(record: asyncpg.Record) -> Started:
    lease = Lease(record["id"], record["epoch"], record["ticket"])
    return Started(job_row(record), lease, record["deadline_seconds"])


_START = """
    UPDATE jobs SET state = 'running', epoch = epoch + 1, attempt = attempt + 1, worker = $4,
        started_at = $1::timestamptz,
        deadline_at = $1::timestamptz + make_interval(secs => deadline_seconds), progress = NULL
    WHERE id = $2 AND ticket = $3
    RETURNING *
"""

_START_PLAIN = """
    UPDATE jobs SET state = 'running', epoch = epoch + 1, attempt = attempt + 1, worker = $2,
        started_at = $1::timestamptz,
        deadline_at = $1::timestamptz + make_interval(secs => deadline_seconds), progress = NULL
    FROM unnest($3::uuid[], $4::bigint[]) AS drawn(job_id, number)
    JOIN pgqueuer ON pgqueuer.id = number AND queue_manager_id = $2
    WHERE jobs.id = job_id AND ticket = number AND state = 'queued' AND key IS NULL AND NOT cancel_requested
    RETURNING jobs.*
"""

_END_PLAIN = """
    UPDATE jobs SET state = told.state, result = told.result::jsonb, error = told.error::jsonb,
        progress = coalesce(told.progress::jsonb, jobs.progress), finished_at = $1, ticket = NULL
    FROM unnest($2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[])
        AS told(id, epoch, state, result, error, progress)
    WHERE jobs.id = told.id AND jobs.epoch = told.epoch AND jobs.state = 'running'
    RETURNING jobs.*
"""

_END = """
    UPDATE jobs SET state = $4, result = $5::text::jsonb, error = $6::text::jsonb,
        progress = coalesce($7::text::jsonb, progress),
        finished_at = $1, ticket = NULL
    WHERE id = $2 AND epoch = $3 AND state = 'running'
    RETURNING *
"""

_GO_BACK = tickets.with_ticket(
    """
    UPDATE jobs SET state = $4, result = $5::text::jsonb, error = $6::text::jsonb,
        progress = coalesce($7::text::jsonb, progress),
        run_at = $8, attempt = attempt - $9::int, ticket = nextval('pgqueuer_id_seq')
    WHERE id = $2 AND epoch = $3 AND state = 'running' AND NOT cancel_requested
    """
)

_IS_HELD = "SELECT 1 FROM jobs WHERE id = $1 AND epoch = $2 AND state = 'running'"

_HOLD = f"{_IS_HELD} FOR SHARE"

_PROGRESS = """
    UPDATE jobs SET progress = $3::text::jsonb WHERE id = $1 AND epoch = $2 AND state = 'running' RETURNING *
"""
