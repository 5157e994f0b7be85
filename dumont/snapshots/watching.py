"""Has each repository checked from time to time, a few in each hour, so that damage is known before it is met."""

from dumont.platform.jobs import Jobs
from dumont.platform.jobs.port import Job, NoArgs, Run
from dumont.snapshots.checking import CHECK, Wanted
from dumont.snapshots.rules import checks
from dumont.snapshots.store import repositories


async def check_due(run: Run, _args: NoArgs) -> dict[str, int]:
    """The next time is put off before the job is written: whatever becomes of that, the others have their turn."""
    async with run.work() as work:
        old = work.now - checks.FIRST_AFTER
        due = await repositories.count_to_check(work.tx, work.now, old)
        found = await repositories.to_check(work.tx, work.now, old, checks.at_once(due))
        for each in found:
            known = checks.Known(each.created_at, each.check_result, each.read_at, each.read_part)
            wanted = Wanted(repository_id=each.id, **checks.how(known, work.now)._asdict())
            await run.part(Jobs).enqueue(work, CHECK, wanted)
            await repositories.learn(work.tx, each.id, {"check_due_at": work.now + checks.TRIED_AGAIN_AFTER})
    return {"due": due, "begun": len(found)}


CHECK_DUE = Job(
    "snapshots.check_due", check_due, cron="25 * * * *", key=lambda _args: "snapshots.check_due", sample=NoArgs()
)
