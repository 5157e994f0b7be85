"""Each night: forgets offers that are long gone, and keeps of old days only the first and the last price of each."""

from datetime import datetime, timedelta

from pydantic import BaseModel, Field

from dumont.market.store import history
from dumont.platform.jobs.port import Job, NoArgs, Run

GONE_KEPT_DAYS = 7
PRICES_WHOLE_DAYS = 7
PRICES_KEPT_DAYS = 90
"""Whole months are dropped after that, by the job that tends partitions."""
HOURS_KEPT_DAYS, REGION_HOURS_KEPT_DAYS = 400, 90
BATCH = 5_000


class Tidied(BaseModel):
    dropped: int = Field(description="Offers not seen for a week.")
    thinned: int = Field(description="Prices between the first and the last of a day.")


async def tidy(run: Run, _args: NoArgs) -> Tidied:
    """In small transactions: neither readers of the clouds nor searches wait for it."""
    return Tidied(dropped=await _drop(run), thinned=await _thin(run))


async def _drop(run: Run) -> int:
    dropped = 0
    while True:
        async with run.work() as work:
            before = work.now - timedelta(days=GONE_KEPT_DAYS)
            count = await history.drop_gone(work.tx, before, BATCH)
        dropped += count
        await run.progress(dropped, unit="offers", stage="forgetting")
        if count < BATCH:
            return dropped


async def _thin(run: Run) -> int:
    """Day by day; a day that is thin already costs a look at it."""
    thinned = 0
    async with run.work() as work:
        oldest = await history.oldest_change(work.tx, work.now - timedelta(days=PRICES_KEPT_DAYS))
        whole = _midnight(work.now) - timedelta(days=PRICES_WHOLE_DAYS)
    day = _midnight(oldest) if oldest else whole
    while day < whole:
        async with run.work() as work:
            thinned += await history.thin(work.tx, day)
        await run.progress(thinned, unit="prices", stage="thinning")
        day += timedelta(days=1)
    return thinned


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


DAILY = Job("market.daily", tidy, cron="0 2 * * *", key=lambda _args: "market.daily", sample=NoArgs())
