"""The list of all contexts; a new one is one line here."""

from collections.abc import Sequence
from functools import cache

from dumont.accounts import api as accounts_api
from dumont.accounts import jobs as accounts_jobs
from dumont.fleet import api as fleet_api
from dumont.fleet import jobs as fleet_jobs
from dumont.main.api import jobs, live, settings, system
from dumont.market import api as market_api
from dumont.market import jobs as market_jobs
from dumont.notices import api as notices_api
from dumont.notices import jobs as notices_jobs
from dumont.platform.contexts import Context
from dumont.platform.db.partitions import tending
from dumont.platform.http.prune import PRUNE_REQUESTS
from dumont.platform.jobs.prune import PRUNE_JOBS
from dumont.platform.live.topics import TopicRule, needs
from dumont.platform.outbox import EVENTS
from dumont.providers import tidying as providers_jobs
from dumont.reliability import api as reliability_api
from dumont.reliability import jobs as reliability_jobs
from dumont.snapshots import api as snapshots_api
from dumont.snapshots import jobs as snapshots_jobs


@cache
def contexts() -> tuple[Context, ...]:
    business = (
        Context(
            "accounts",
            routers=accounts_api.ROUTERS,
            jobs=accounts_jobs.JOBS,
            listeners=accounts_jobs.LISTENERS,
            partitioned=accounts_jobs.PARTITIONED,
        ),
        Context("providers", jobs=providers_jobs.JOBS),
        Context(
            "reliability",
            routers=reliability_api.ROUTERS,
            jobs=reliability_jobs.JOBS,
            listeners=reliability_jobs.LISTENERS,
            topics=reliability_jobs.TOPICS,
            partitioned=reliability_jobs.PARTITIONED,
        ),
        Context(
            "market",
            routers=market_api.ROUTERS,
            jobs=market_jobs.JOBS,
            duties=market_jobs.DUTIES,
            topics=market_jobs.TOPICS,
            partitioned=market_jobs.PARTITIONED,
        ),
        Context(
            "snapshots",
            routers=snapshots_api.ROUTERS,
            jobs=snapshots_jobs.JOBS,
            topics=snapshots_jobs.TOPICS,
        ),
        Context(
            "fleet",
            routers=fleet_api.ROUTERS,
            jobs=fleet_jobs.JOBS,
            duties=fleet_jobs.DUTIES,
            topics=fleet_jobs.TOPICS,
            partitioned=fleet_jobs.PARTITIONED,
        ),
        Context("notices", routers=notices_api.ROUTERS, jobs=notices_jobs.JOBS, listeners=notices_jobs.LISTENERS),
    )
    return (_platform(business), *business)


def _platform(business: Sequence[Context]) -> Context:
    """The platform has no doors of its own, because a door needs the guard of accounts: they stand in `main/api`."""
    partitioned = [EVENTS, *[table for context in business for table in context.partitioned]]
    return Context(
        name="platform",
        routers=tuple(door.router for door in (system, jobs, settings, live)),
        jobs=(PRUNE_JOBS, PRUNE_REQUESTS, tending(partitioned)),
        topics=(
            TopicRule("jobs", needs("jobs:read")),
            TopicRule("jobs:{id}", needs("jobs:read")),
            TopicRule("audit", needs("audit:read")),
        ),
    )
