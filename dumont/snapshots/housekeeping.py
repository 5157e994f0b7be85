"""Ends what nobody is heard of, takes up what was left lying, and has every repository pruned each night."""

from datetime import timedelta
from uuid import UUID

from dumont.basics.errors import NotFound
from dumont.platform.jobs import Jobs
from dumont.platform.jobs.port import Job, NoArgs, Run
from dumont.platform.work import Work
from dumont.snapshots import ending
from dumont.snapshots.measuring import MEASURE
from dumont.snapshots.measuring import Repositories as Measured
from dumont.snapshots.pruning import PRUNE
from dumont.snapshots.pruning import Wanted as Prune
from dumont.snapshots.store import downloads, grants, repositories, restores, snapshots
from dumont.snapshots.verifying import VERIFY, Which

LEFT_LYING = timedelta(minutes=15)
OVER = frozenset({"succeeded", "failed", "cancelled"})
BATCH = 500


async def tidy(run: Run, _args: NoArgs) -> dict[str, int]:
    async with run.work() as work:
        silent = await _end_silent(work)
        await grants.forget_expired(work.tx, work.now)
        await downloads.forget_expired(work.tx, work.now)
    async with run.work() as work:
        again = await _verify_again(work, run.part(Jobs))
    async with run.work() as work:
        freed = await _free_tasks(work, run.part(Jobs))
    async with run.work() as work:
        counted = await _count_again(work, run.part(Jobs))
    return {"silent": silent, "verified_again": again, "tasks_freed": freed, "counted_again": counted}


async def prune_all(run: Run, _args: NoArgs) -> dict[str, int]:
    """A job for each, so that one that fails is nobody else's business."""
    count, after = 0, None
    while True:
        async with run.work() as work:
            found = await repositories.all_ids(work.tx, after, BATCH)
            for repository_id in found:
                await run.part(Jobs).enqueue(work, PRUNE, Prune(repository_id=repository_id))
        count += len(found)
        if len(found) < BATCH:
            return {"repositories": count}
        after = found[-1]


async def _end_silent(work: Work) -> int:
    before = work.now - timedelta(seconds=work.settings.snapshots_grant_seconds)
    gone = await snapshots.silent(work.tx, before)
    for snapshot in gone:
        await ending.fail(work, snapshot, ending.SILENT)
    lost = await restores.silent(work.tx, before)
    for restore in lost:
        snapshot_of = await snapshots.one(work.tx, restore.snapshot_id)
        if snapshot_of is not None:
            await ending.fail_restore(work, restore, snapshot_of, ending.SILENT)
    return len(gone) + len(lost)


async def _verify_again(work: Work, jobs: Jobs) -> int:
    """The job may be a dead letter by now, because the store was away for so long."""
    found = await snapshots.unverified(work.tx, work.now - LEFT_LYING)
    for snapshot_id in found:
        await snapshots.move(work.tx, snapshot_id, ("verifying",), {"heard_at": work.now})
        await jobs.enqueue(work, VERIFY, Which(snapshot_id=snapshot_id))
    return len(found)


async def _free_tasks(work: Work, jobs: Jobs) -> int:
    """Of jobs that ended without a word: their worker was killed once too often."""
    freed = 0
    for repository_id, job_id in await repositories.long_at_it(work.tx, work.now - LEFT_LYING):
        if await _is_over(work, jobs, job_id):
            await repositories.lay_down(work.tx, repository_id, job_id)
            freed += 1
    return freed


async def _count_again(work: Work, jobs: Jobs) -> int:
    """Where the fleet or a rule has deleted: what others shared with those, they may need alone from now on."""
    found = await repositories.measured_before_deletions(work.tx, BATCH)
    for repository_id in found:
        await jobs.enqueue(work, MEASURE, Measured(repository_id=repository_id))
    return len(found)


async def _is_over(work: Work, jobs: Jobs, job_id: UUID) -> bool:
    try:
        return (await jobs.get(work.tx, job_id)).state in OVER
    except NotFound:
        return True


TIDY = Job("snapshots.tidy", tidy, cron="*/10 * * * *", key=lambda _args: "snapshots.tidy", sample=NoArgs())
PRUNE_ALL = Job("snapshots.prune_all", prune_all, cron="40 2 * * *", key=lambda _args: "snapshots.prune_all")
