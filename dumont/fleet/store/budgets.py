"""SQL of budgets and schedules."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from dumont.fleet.tables import FleetBudget, FleetInstance, FleetSchedule
from dumont.platform.db import Tx


async def of(tx: Tx, owner_id: UUID) -> FleetBudget | None:
    return await tx.get(FleetBudget, owner_id, populate_existing=True)


async def put(tx: Tx, values: dict[str, Any]) -> FleetBudget:
    """A changed limit is judged afresh: what was told of the old one is forgotten."""
    told = dict.fromkeys(("warned_day", "warned_month", "acted_day", "acted_month"))
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


async def awake(tx: Tx, owner_id: UUID) -> Sequence[UUID]:
    """Those of this owner that are meant to run, in one order for everybody who locks them."""
    query = select(FleetInstance.id).where(
        FleetInstance.owner_id == owner_id,
        FleetInstance.wish.in_(("running", "on_standby")),
        FleetInstance.state.not_in(("destroyed", "failed")),
    )
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


async def next_due(tx: Tx) -> datetime | None:
    query = select(FleetSchedule.next_at).where(FleetSchedule.next_at.is_not(None)).order_by(FleetSchedule.next_at)
    return (await tx.execute(query.limit(1))).scalar_one_or_none()
