"""SQL of money: what sleeps gave up, what machines have cost, and what they cost now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from dumont.fleet.rules.budgets import Spent
from dumont.fleet.rules.savings import Gpus, Sleep, Window
from dumont.platform.db import Tx, raw


@dataclass(frozen=True, slots=True)
class Held:
    """Hours in which first machines of an instance were paid for, by their GPUs: it may have changed its kind."""

    instance_id: UUID
    gpus: Gpus
    hours: Decimal


async def sleeps(tx: Tx, owners: Sequence[UUID], window: Window, instance_id: UUID | None) -> list[Sleep]:
    """Those that touch the window, the oldest first."""
    records = await (await raw(tx)).fetch(_SLEEPS, list(owners), window.since, window.until, instance_id)
    return [_sleep(dict(record)) for record in records]


async def spent_by_day(
    tx: Tx, owners: Sequence[UUID], window: Window, now: datetime, instance_id: UUID | None
) -> dict[tuple[UUID, date], Decimal]:
    """By instance and day, in UTC: all machines, losers of races included."""
    given = (list(owners), window.since, window.until, now, instance_id)
    return {(row[0], row[1]): row[2] for row in await (await raw(tx)).fetch(_SPENT_BY_DAY, *given)}


async def held(tx: Tx, owners: Sequence[UUID], window: Window, now: datetime, instance_id: UUID | None) -> list[Held]:
    given = (list(owners), window.since, window.until, now, instance_id)
    return [Held(row[0], Gpus(row[1], row[2]), row[3]) for row in await (await raw(tx)).fetch(_HELD, *given)]


async def names(tx: Tx, instance_ids: Sequence[UUID]) -> dict[UUID, str]:
    return {row[0]: row[1] for row in await (await raw(tx)).fetch(_NAMES, list(instance_ids))}


async def spent(tx: Tx, owner_id: UUID, day: datetime, month: datetime, now: datetime) -> Spent:
    """Since these moments, and what all machines of this owner cost an hour now."""
    record = await (await raw(tx)).fetchrow(_SPENT, owner_id, day, month, now)
    return Spent(*record)


def _sleep(record: dict[str, Any]) -> Sleep:
    return Sleep(gpus=Gpus(record.pop("gpu_name"), record.pop("gpu_count")), **record)


_GPUS = "r.listed->>'gpu_name' AS gpu_name, coalesce((r.listed->>'gpu_count')::int, 0) AS gpu_count"


_SLEEPS = f"""
    SELECT h.id, h.instance_id, h.rental_id, h.snapshot_id, h.race_id, h.why, h.slept_at, h.ended_at, h.price_hour,
        {_GPUS}, h.snapshot_bytes, h.storage_price_gb_month, h.on_demand_hour, h.on_demand_of, coalesce((
            SELECT sum(c.price_hour * extract(epoch FROM c.until - c.since) / 3600)
            FROM fleet_rentals raced JOIN fleet_costs c ON c.rental_id = raced.id
            JOIN fleet_races race ON race.id = raced.race_id
            WHERE race.instance_id = h.instance_id AND c.until IS NOT NULL
                AND (raced.id IS DISTINCT FROM race.winner_id OR race.id IS DISTINCT FROM h.race_id)
                AND (race.id = h.race_id OR (
                    race.started_at >= h.slept_at AND (h.ended_at IS NULL OR race.started_at < h.ended_at)
                ))
        ), 0) AS race_cost
    FROM fleet_hibernations h LEFT JOIN fleet_rentals r ON r.id = h.rental_id
    WHERE h.owner_id = ANY($1) AND h.slept_at < $3 AND (h.ended_at IS NULL OR h.ended_at >= $2)
        AND ($4::uuid IS NULL OR h.instance_id = $4)
    ORDER BY h.slept_at, h.id
"""  # noqa: S608 - our own words

_SPENT_BY_DAY = """
    SELECT r.instance_id, days.day::date, sum(
        c.price_hour * extract(epoch FROM
            least(coalesce(c.until, $4), $3, days.day + interval '1 day') - greatest(c.since, $2, days.day)
        ) / 3600
    )
    FROM fleet_rentals r JOIN fleet_costs c ON c.rental_id = r.id
    CROSS JOIN LATERAL generate_series(
        date_trunc('day', greatest(c.since, $2), 'UTC'), least(coalesce(c.until, $4), $3), interval '1 day'
    ) AS days(day)
    WHERE r.owner_id = ANY($1) AND c.since < $3 AND coalesce(c.until, $4) > $2
        AND ($5::uuid IS NULL OR r.instance_id = $5)
        AND least(coalesce(c.until, $4), $3, days.day + interval '1 day') > greatest(c.since, $2, days.day)
    GROUP BY 1, 2
"""

_HELD = f"""
    SELECT r.instance_id, {_GPUS},
        sum(extract(epoch FROM least(coalesce(c.until, $4), $3) - greatest(c.since, $2)) / 3600)
    FROM fleet_rentals r JOIN fleet_costs c ON c.rental_id = r.id
    WHERE r.owner_id = ANY($1) AND c.kind = 'compute' AND r.role = 'primary' AND c.since < $3
        AND coalesce(c.until, $4) > $2 AND ($5::uuid IS NULL OR r.instance_id = $5)
    GROUP BY 1, 2, 3 ORDER BY 1, min(c.since)
"""  # noqa: S608 - our own words

_NAMES = "SELECT id, name FROM fleet_instances WHERE id = ANY($1)"

_SPENT = """
    SELECT
        coalesce(sum(c.price_hour) FILTER (WHERE c.until IS NULL), 0),
        coalesce(sum(
            c.price_hour * greatest(extract(epoch FROM coalesce(c.until, $4) - greatest(c.since, $2)), 0) / 3600
        ), 0),
        coalesce(sum(
            c.price_hour * greatest(extract(epoch FROM coalesce(c.until, $4) - greatest(c.since, $3)), 0) / 3600
        ), 0)
    FROM fleet_rentals r JOIN fleet_costs c ON c.rental_id = r.id
    WHERE r.owner_id = $1 AND coalesce(c.until, $4) > $3
"""
