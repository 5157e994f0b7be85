"""Tidies the blacklist: entries whose time is up are ended in writing, and forgotten after a year."""

from datetime import timedelta

from dumont.platform.jobs.port import Job, NoArgs, Run
from dumont.reliability.blacklist import cleared
from dumont.reliability.store import blacklist as store

EXPIRED = "expired"


async def clear_expired(run: Run, _args: NoArgs) -> dict[str, int]:
    """They count for nothing already: this tells those who watch, and makes the list say what it means."""
    total = 0
    while True:
        async with run.work() as work:
            ended = await store.expire(work.tx, work.now)
            for entry in ended:
                await work.publish(cleared(entry, EXPIRED))
        total += len(ended)
        await run.progress(total, unit="entries")
        if len(ended) < store.BATCH:
            return {"ended": total}


async def forget(run: Run, _args: NoArgs) -> dict[str, int]:
    async with run.work() as work:
        before = work.now - timedelta(days=work.settings.machine_history_days)
        return {"forgotten": await store.forget(work.tx, before)}


CLEAR = Job(
    "reliability.clear_expired",
    clear_expired,
    cron="*/5 * * * *",
    key=lambda _args: "reliability.clear_expired",
    sample=NoArgs(),
)
FORGET = Job(
    "reliability.forget_entries",
    forget,
    cron="26 3 * * *",
    key=lambda _args: "reliability.forget_entries",
    sample=NoArgs(),
)
