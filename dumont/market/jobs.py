"""What the market does beside requests: reading the clouds all the time or when asked to, and tidying up each night."""

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

from dumont.market import ask, daily, prove, sync
from dumont.market.ask import Which
from dumont.market.events import CLOUDS, MARKET
from dumont.market.means import Means
from dumont.market.report import Report
from dumont.platform.db.partitions import Partitioned
from dumont.platform.jobs.duties import Duty
from dumont.platform.jobs.port import Job, Run
from dumont.platform.jobs.retry import never
from dumont.platform.live.topics import TopicRule, needs
from dumont.platform.parts import Parts
from dumont.platform.secrets import Vault
from dumont.platform.work import Caller
from dumont.providers import registry
from dumont.providers.opening import Clouds

LOOK_AGAIN_SECONDS = 5.0
"""A claim may be given back before it runs out, and somebody may want a cloud read at once."""
BUSY_SECONDS = 0.5


async def _sync_when_due(name: str, parts: Parts) -> float:
    kind, means = registry.kind(name), Means.of(parts.get)
    report = await sync.sync(means, kind)
    if report is not None and report.error_code == "not_configured":
        return means.interval(kind)
    return min(LOOK_AGAIN_SECONDS, await sync.wanted_in(means, kind))


async def _sync_now(run: Run, args: Which) -> Report:
    """Waits for whoever reads it just now, and reads it again: what they saw may be older than the wish."""
    kind, means = registry.kind(args.provider), Means.of(run.part)
    await run.progress(0, 1, unit="clouds", stage=f"reading {kind.title}")
    while (report := await sync.sync(means, kind, early=True)) is None:
        await asyncio.sleep(BUSY_SECONDS)
        await run.progress(0, 1, unit="clouds", stage=f"waiting for another reading of {kind.title}")
    await run.progress(1, 1, unit="clouds", stage=f"reading {kind.title}")
    return report


async def _test_provider(run: Run, wanted: prove.Wanted) -> dict[str, Any]:
    async with run.work() as work:
        credentials = await prove.credentials_for(work, run.part(Vault), wanted)
    return await prove.prove(run.part(Clouds), credentials, wanted)


async def _public(_caller: Caller, _thing: str, _tx: object) -> bool:
    return True


SYNC = Job(
    ask.SYNC,
    _sync_now,
    args=Which,
    retry=never(),
    priority=5,
    deadline=timedelta(minutes=10),
    key=lambda args: f"market.sync:{args.provider}",
)
TEST = Job(prove.TEST, _test_provider, args=prove.Wanted, retry=never(), priority=5, deadline=timedelta(minutes=5))
JOBS = (SYNC, TEST, daily.DAILY)
DUTIES = tuple(Duty(f"market.sync.{name}", partial(_sync_when_due, name)) for name in registry.NAMES)
TOPICS = (TopicRule(MARKET, _public), TopicRule(CLOUDS, needs("providers:sync")))
PARTITIONED = (
    Partitioned("market_price_changes", "at", "month", keep_days=lambda _settings: daily.PRICES_KEPT_DAYS),
    Partitioned("market_model_hours", "hour", "month", keep_days=lambda _settings: daily.HOURS_KEPT_DAYS),
    Partitioned("market_region_hours", "hour", "month", keep_days=lambda _settings: daily.REGION_HOURS_KEPT_DAYS),
)
