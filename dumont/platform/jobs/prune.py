"""Removes finished jobs when their time is over: the platform's own job, and the shortest example of one."""

from datetime import timedelta

from pydantic import BaseModel

from dumont.platform.db import raw
from dumont.platform.jobs import tickets
from dumont.platform.jobs.port import Job, NoArgs, Run
from dumont.platform.work import Work

BATCH = 1000


class Pruned(BaseModel):
    removed: int


async def prune_jobs(run: Run, _args: NoArgs) -> Pruned:
    """In small transactions, so that a long list neither locks the table nor is lost with the worker."""
    removed = 0
    while True:
        async with run.work() as work:
            count = await _remove_some(work)
        removed += count
        await run.progress(removed, unit="jobs")
        if count < BATCH:
            return Pruned(removed=removed)


async def _remove_some(work: Work) -> int:
    connection = await raw(work.tx)
    await connection.execute(tickets.PRUNE_LOG)
    await connection.execute("DELETE FROM workers WHERE seen_at < now() - interval '1 day'")
    before = work.now - timedelta(days=work.settings.job_result_days)
    return int(await connection.fetchval(_REMOVE, before, BATCH))


_REMOVE = """
    WITH gone AS (
        DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE finished_at < $1 ORDER BY finished_at LIMIT $2)
        RETURNING 1
    )
    SELECT count(*) FROM gone
"""

PRUNE_JOBS = Job(
    "platform.prune_jobs",
    prune_jobs,
    cron="17 * * * *",
    key=lambda _args: "platform.prune_jobs",
    sample=NoArgs(),
)
