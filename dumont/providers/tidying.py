"""Forgets turns at clouds that were taken long ago: of a key that was removed, or of a kind of call nobody makes."""

from datetime import datetime, timedelta

from dumont.platform.db import Tx
from dumont.platform.jobs.port import Job, NoArgs, Run
from dumont.providers.store import limits

KEPT = timedelta(days=1)


async def forget(tx: Tx, now: datetime) -> int:
    return await limits.forget(tx, now - KEPT)


async def _tidy(run: Run, _args: NoArgs) -> dict[str, int]:
    async with run.work() as work:
        return {"forgotten": await forget(work.tx, work.now)}


JOBS = (Job("providers.tidy", _tidy, cron="53 3 * * *", key=lambda _args: "providers.tidy", sample=NoArgs()),)
