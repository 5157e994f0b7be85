"""A job's ticket in the queue: the row of PgQueuer that wakes a worker, made and torn up together with the job's state.

The queue's table is named here and in the migration, nowhere else. A ticket that its job no longer names is void:
whoever draws it finds that out in `lease.start`, so no order of crashes can start a job twice with one ticket.
"""

CANCEL_CHANNEL = "dumont_jobs_cancel"


def with_ticket(statement: str) -> str:
    """Lets a statement on `jobs` that takes a new `ticket` put it into the queue; $1 is its `now`.

    The wait is computed from the caller's clock and counted from the database's, so that their difference is no matter.
    """
    return f"""
        WITH moved AS ({statement} RETURNING *),
        put AS (
            INSERT INTO pgqueuer (id, priority, entrypoint, payload, execute_after, status)
            SELECT ticket, priority, name, uuid_send(id), now() + (run_at - $1::timestamptz), 'queued'
            FROM moved ORDER BY ticket
        )
        SELECT * FROM moved ORDER BY ticket
    """  # noqa: S608 - of our own constants


TEAR_UP = "DELETE FROM pgqueuer WHERE id = $1"

TEAR_UP_VOID = "DELETE FROM pgqueuer WHERE id = $1 AND NOT EXISTS (SELECT FROM jobs WHERE ticket = $1)"

IS_HELD = "SELECT 1 FROM pgqueuer WHERE id = $1 AND queue_manager_id = $2"
"""A worker draws with its own id, so this says whose a ticket is."""

MEND_ALONE = "SELECT pg_try_advisory_xact_lock(hashtextextended('jobs: mend', 0))"

PRUNE_LOG = "DELETE FROM pgqueuer_log WHERE created < now() - interval '1 hour'"

MEND_QUEUED = with_ticket(
    """
    UPDATE jobs SET ticket = nextval('pgqueuer_id_seq')
    WHERE $1::timestamptz IS NOT NULL AND state = 'queued' AND id IN (
        SELECT id FROM jobs
        WHERE state = 'queued' AND NOT EXISTS (SELECT FROM pgqueuer WHERE pgqueuer.id = jobs.ticket)
        FOR UPDATE SKIP LOCKED
    )
    """
)
"""A job without its ticket would never run: after a restore, or if someone has emptied the queue's table."""

MEND_RUNNING = with_ticket(
    """
    UPDATE jobs SET state = 'queued', ticket = nextval('pgqueuer_id_seq'), run_at = $1
    WHERE state = 'running' AND id IN (
        SELECT id FROM jobs
        WHERE state = 'running' AND NOT EXISTS (SELECT FROM pgqueuer WHERE pgqueuer.id = jobs.ticket)
        AND NOT EXISTS (
            SELECT FROM workers
            WHERE workers.id = jobs.worker AND seen_at > now() - make_interval(secs => $2::float8)
        )
        FOR UPDATE SKIP LOCKED
    )
    """
)
