"""SQL of budgets and schedules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, or_, select, text
from sqlalchemy.dialects.postgresql import insert

from dumont.fleet.rules.states import State
from dumont.fleet.tables import FleetBudget, FleetInstance, FleetSchedule
from dumont.platform.db import Tx, raw

RESTING: frozenset[State] = frozenset({"paused", "hibernated"})


@dataclass(frozen=True, slots=True)
class Hour:
    """Of one instance, in dollars: of a race the dearest machine counts, as one of them stays."""

    instance_id: UUID
    now: Decimal
    meant: Decimal
    """When all that was asked for is there."""
    second: Decimal
    """That part of it which is its standby's."""


async def of(tx: Tx, owner_id: UUID) -> FleetBudget | None:
    return await tx.get(FleetBudget, owner_id, populate_existing=True)


async def put(tx: Tx, values: dict[str, Any]) -> FleetBudget:
    """A changed limit is judged afresh: what was told of the old one is forgotten."""
    told = dict.fromkeys(f"{mark}_{span}" for mark in ("warned", "acted") for span in ("hour", "day", "month"))
    written = insert(FleetBudget).values(values | told)
    written = written.on_conflict_do_update(index_elements=["owner_id"], set_=values | told)
    result = await tx.execute(written.returning(FleetBudget), execution_options={"populate_existing": True})
    return result.scalar_one()


async def page(tx: Tx, after: UUID | None, limit: int) -> Sequence[FleetBudget]:
    query = select(FleetBudget).order_by(FleetBudget.owner_id).limit(limit)
    if after is not None:
        query = query.where(FleetBudget.owner_id > after)
    return (await tx.execute(query)).scalars().all()


async def lock(tx: Tx, owner_id: UUID) -> FleetBudget | None:
    query = select(FleetBudget).where(FleetBudget.owner_id == owner_id).with_for_update(skip_locked=True)
    return (await tx.execute(query)).scalar_one_or_none()


async def hold_asking(tx: Tx, owner_id: UUID) -> None:
    """Until the transaction is over nobody else asks for this owner. Its own lock, since whoever asks may hold an
    instance, and whoever holds the budget takes instances."""
    await tx.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"budget:{owner_id}"})


async def hours(tx: Tx, owner_id: UUID) -> list[Hour]:
    return [Hour(**record) for record in await (await raw(tx)).fetch(_HOURS, owner_id)]


async def awake(tx: Tx, owner_id: UUID) -> Sequence[UUID]:
    """Those of this owner that are meant to run, or that run still, in one order for everybody who locks them."""
    query = select(FleetInstance.id).where(FleetInstance.owner_id == owner_id, _AWAKE)
    return (await tx.execute(query.order_by(FleetInstance.id))).scalars().all()


async def spending(tx: Tx, owner_id: UUID) -> Sequence[UUID]:
    """Those, whoever keeps a stopped machine, and whoever rests beside a second one that costs; in the same order."""
    keeps = FleetInstance.standby_rental_id.is_not(None) & FleetInstance.released_at.is_(None)
    costs = or_(keeps, FleetInstance.state == "paused")
    query = select(FleetInstance.id).where(FleetInstance.owner_id == owner_id, or_(_AWAKE, _RESTS & costs))
    return (await tx.execute(query.order_by(FleetInstance.id))).scalars().all()


async def schedules(tx: Tx, instance_id: UUID) -> Sequence[FleetSchedule]:
    query = select(FleetSchedule).where(FleetSchedule.instance_id == instance_id)
    return (await tx.execute(query.order_by(FleetSchedule.created_at, FleetSchedule.id))).scalars().all()


async def remove_schedule(tx: Tx, instance_id: UUID, schedule_id: UUID) -> bool:
    gone = delete(FleetSchedule).where(FleetSchedule.instance_id == instance_id, FleetSchedule.id == schedule_id)
    return (await tx.execute(gone.returning(FleetSchedule.id))).scalar_one_or_none() is not None


async def due(tx: Tx, now: datetime) -> FleetSchedule | None:
    """One that is due, locked; None where another worker has it."""
    query = select(FleetSchedule).where(FleetSchedule.next_at <= now).order_by(FleetSchedule.next_at).limit(1)
    return (await tx.execute(query.with_for_update(skip_locked=True))).scalar_one_or_none()


async def crons(tx: Tx, after: UUID | None, limit: int) -> Sequence[FleetSchedule]:
    """Those that come again and again, locked."""
    query = select(FleetSchedule).where(FleetSchedule.cron.is_not(None), FleetSchedule.next_at.is_not(None))
    if after is not None:
        query = query.where(FleetSchedule.id > after)
    return (await tx.execute(query.order_by(FleetSchedule.id).limit(limit).with_for_update())).scalars().all()


async def next_due(tx: Tx) -> datetime | None:
    query = select(FleetSchedule.next_at).where(FleetSchedule.next_at.is_not(None)).order_by(FleetSchedule.next_at)
    return (await tx.execute(query.limit(1))).scalar_one_or_none()


_AWAKE = and_(
    or_(
        FleetInstance.wish.in_(("running", "on_standby")),
        and_(FleetInstance.wish == "paused", FleetInstance.state == "running"),
    ),
    FleetInstance.state.not_in(("destroyed", "failed")),
)
_RESTS = FleetInstance.state.in_(RESTING) & FleetInstance.wish.in_(RESTING)
_HOURS = """
    WITH counted AS (
        SELECT c.rental_id, sum(c.price_hour) AS hour
        FROM fleet_costs c JOIN fleet_rentals r ON r.id = c.rental_id
        WHERE r.owner_id = $1 AND c.until IS NULL GROUP BY 1
    ), machines AS (
        SELECT r.instance_id, r.role, r.wanted, coalesce(c.hour, 0) AS now, greatest(
            coalesce(c.hour, 0), CASE r.wanted WHEN 'held' THEN r.price_hour + r.disk_hour ELSE 0 END
        ) AS meant
        FROM fleet_rentals r LEFT JOIN counted c ON c.rental_id = r.id
        WHERE r.owner_id = $1 AND r.stage <> 'ended'
    ), sums AS (
        SELECT instance_id,
            greatest(max(now) FILTER (WHERE role = 'racer'), sum(now) FILTER (WHERE role = 'primary'), 0) AS first_now,
            coalesce(sum(now) FILTER (WHERE role = 'standby'), 0) AS second_now,
            greatest(
                max(meant) FILTER (WHERE role = 'racer' AND wanted = 'held'),
                sum(meant) FILTER (WHERE role = 'primary'), 0
            ) AS first,
            coalesce(sum(meant) FILTER (WHERE role = 'standby' AND wanted = 'held'), 0) AS second
        FROM machines GROUP BY 1
    ), asked AS (
        SELECT o.instance_id, max((o.details->>'price_hour')::numeric) AS hour
        FROM fleet_operations o JOIN fleet_instances i ON i.id = o.instance_id
        WHERE i.owner_id = $1 AND o.state IN ('queued', 'running') GROUP BY 1
    )
    SELECT i.id AS instance_id, coalesce(s.first_now + s.second_now, 0) AS now,
        greatest(s.first, a.hour, 0) + coalesce(s.second, 0) AS meant, coalesce(s.second, 0) AS second
    FROM fleet_instances i LEFT JOIN sums s ON s.instance_id = i.id LEFT JOIN asked a ON a.instance_id = i.id
    WHERE i.owner_id = $1 AND i.state <> 'destroyed' AND (s.instance_id IS NOT NULL OR a.instance_id IS NOT NULL)
    ORDER BY i.id
"""
"""A race ends with one machine, and the dearest may win it; before it has any, the price that was asked for counts."""
