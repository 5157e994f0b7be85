"""SQL of money: what sleeps gave up, what machines have cost, and what they cost now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from dumont.fleet.rules.budgets import Spent
from dumont.fleet.rules.savings import Sleep, Window
from dumont.platform.db import Tx, raw


@dataclass(frozen=True, slots=True)
class Named:
    """An instance, and the GPUs of its newest machine."""

    id: UUID
    name: str
    gpu_name: str | None
    gpu_count: int


async def sleeps(tx: Tx, owners: Sequence[UUID], window: Window, instance_id: UUID | None) -> list[Sleep]:
    """Those that touch the window, the oldest first."""
    records = await (await raw(tx)).fetch(_SLEEPS, list(owners), window.since, window.until, instance_id)
    return [Sleep(**record) for record in records]


async def spent_by_day(
    tx: Tx, owners: Sequence[UUID], window: Window, now: datetime, instance_id: UUID | None
) -> dict[tuple[UUID, date], Decimal]:
    """By instance and day, in UTC: all machines, losers of races included."""
    given = (list(owners), window.since, window.until, now, instance_id)
    return {(row[0], row[1]): row[2] for row in await (await raw(tx)).fetch(_SPENT_BY_DAY, *given)}


async def held_hours(
    tx: Tx, owners: Sequence[UUID], window: Window, now: datetime, instance_id: UUID | None
) -> dict[UUID, Decimal]:
    """By instance: the hours in which its first machine was paid for."""
    given = (list(owners), window.since, window.until, now, instance_id)
    return {row[0]: row[1] for row in await (await raw(tx)).fetch(_HELD_HOURS, *given)}


async def named(tx: Tx, instance_ids: Sequence[UUID]) -> dict[UUID, Named]:
    records = await (await raw(tx)).fetch(_NAMED, list(instance_ids))
    return {record["id"]: Named(*record) for record in records}


async def spent(tx: Tx, owner_id: UUID, day: datetime, month: datetime, now: datetime) -> Spent:
    """Since these moments, and what all machines of this owner cost an hour now."""
    record = await (await raw(tx)).fetchrow(_SPENT, owner_id, day, month, now)
    return Spent(*record)


_SLEEPS = """
    SELECT h.id, h.instance_id, h.rental_id, h.snapshot_id, h.race_id, h.why, h.slept_at, h.ended_at, h.price_hour,
        h.snapshot_bytes, h.storage_price_gb_month, h.on_demand_hour, h.on_demand_of, coalesce((
            SELECT sum(c.price_hour * extract(epoch FROM c.until - c.since) / 3600)
            FROM fleet_rentals r JOIN fleet_costs c ON c.rental_id = r.id
            JOIN fleet_races race ON race.id = r.race_id
            WHERE race.instance_id = h.instance_id AND c.until IS NOT NULL
                AND (r.id IS DISTINCT FROM race.winner_id OR race.id IS DISTINCT FROM h.race_id)
                AND (race.id = h.race_id OR (
                    race.started_at >= h.slept_at AND (h.ended_at IS NULL OR race.started_at < h.ended_at)
                ))
        ), 0) AS race_cost
    FROM fleet_hibernations h
    WHERE h.owner_id = ANY($1) AND h.slept_at < $3 AND (h.ended_at IS NULL OR h.ended_at >= $2)
        AND ($4::uuid IS NULL OR h.instance_id = $4)
    ORDER BY h.slept_at, h.id
"""

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

_HELD_HOURS = """
    SELECT r.instance_id,
        sum(extract(epoch FROM least(coalesce(c.until, $4), $3) - greatest(c.since, $2)) / 3600)
    FROM fleet_rentals r JOIN fleet_costs c ON c.rental_id = r.id
    WHERE r.owner_id = ANY($1) AND c.kind = 'compute' AND r.role = 'primary' AND c.since < $3
        AND coalesce(c.until, $4) > $2 AND ($5::uuid IS NULL OR r.instance_id = $5)
    GROUP BY 1
"""

_NAMED = """
    SELECT i.id, i.name, newest.listed->>'gpu_name', coalesce((newest.listed->>'gpu_count')::int, 0)
    FROM fleet_instances i LEFT JOIN LATERAL (
        SELECT listed FROM fleet_rentals r WHERE r.instance_id = i.id AND r.role = 'primary'
        ORDER BY r.created_at DESC LIMIT 1
    ) AS newest ON true
    WHERE i.id = ANY($1)
"""

_SPENT = """
    SELECT
        coalesce(sum(c.price_hour) FILTER (WHERE c.until IS NULL), 0),
        coalesce(sum(
            c.price_hour * extract(epoch FROM coalesce(c.until, $4) - greatest(c.since, $2)) / 3600
        ) FILTER (WHERE coalesce(c.until, $4) > $2), 0),
        coalesce(sum(
            c.price_hour * extract(epoch FROM coalesce(c.until, $4) - greatest(c.since, $3)) / 3600
        ), 0)
    FROM fleet_rentals r JOIN fleet_costs c ON c.rental_id = r.id
    WHERE r.owner_id = $1 AND coalesce(c.until, $4) > $3
"""
