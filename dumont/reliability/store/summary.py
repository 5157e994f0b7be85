"""Counts over all machines, and over the attempts of the last days."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import func, select, text

from dumont.platform.db import Tx
from dumont.reliability.rules.limits import Limits
from dumont.reliability.rules.outcomes import SAYS_NOTHING
from dumont.reliability.rules.status import Status
from dumont.reliability.store.machines import blocked, status_expression
from dumont.reliability.tables import ReliabilityMachine


class OfProvider(NamedTuple):
    provider: str
    machines: int
    attempts: int
    succeeded: int


class OfDay(NamedTuple):
    day: date
    attempts: int
    succeeded: int


async def by_status(tx: Tx, limits: Limits, now: datetime) -> dict[Status, int]:
    """As they are for everyone."""
    status = status_expression(blocked(None, now), limits).label("status")
    query = select(status, func.count()).select_from(ReliabilityMachine).group_by(status)
    return {cast(Status, name): count for name, count in await tx.execute(query)}


async def by_provider(tx: Tx) -> list[OfProvider]:
    machine = ReliabilityMachine
    query = (
        select(machine.provider, func.count(), func.sum(machine.total), func.sum(machine.succeeded))
        .group_by(machine.provider)
        .order_by(machine.provider)
    )
    return [OfProvider(*row) for row in await tx.execute(query)]


async def reasons(tx: Tx) -> list[tuple[str, int]]:
    """The most common first, of all failures that counted."""
    return [(reason, count) for reason, count in await tx.execute(_REASONS)]


async def trend(tx: Tx, first: date, now: datetime) -> list[OfDay]:
    """Each day from the first until today, those without attempts as well."""
    given: dict[str, Any] = {"first": first, "last": now.date(), "says_nothing": sorted(SAYS_NOTHING)}
    return [OfDay(*row) for row in await tx.execute(_TREND, given)]


def first_day(now: datetime, days: int) -> date:
    return now.date() - timedelta(days=days - 1)


_REASONS = text(
    """
    SELECT key AS reason, sum(CAST(value AS integer)) AS count
    FROM reliability_machines, jsonb_each_text(reasons) WHERE failed > 0 GROUP BY key ORDER BY count DESC, key
    """
)

_TREND = text(
    """
    SELECT CAST(day AS date) AS day, count(a.id) AS attempts, count(a.id) FILTER (WHERE a.success) AS succeeded
    FROM generate_series(
        CAST(:first AS date)::timestamp, CAST(:last AS date)::timestamp, interval '1 day'
    ) AS day
    LEFT JOIN reliability_attempts a
        ON a.at >= day AT TIME ZONE 'UTC' AND a.at < (day + interval '1 day') AT TIME ZONE 'UTC'
        AND (a.reason IS NULL OR a.reason <> ALL (CAST(:says_nothing AS text[])))
    GROUP BY day ORDER BY day
    """
)
