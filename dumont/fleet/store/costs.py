"""SQL of what rentals cost."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from dumont.fleet.tables import FleetCost
from dumont.platform.db import Tx


async def open_of(tx: Tx, rental_id: UUID) -> Sequence[FleetCost]:
    query = select(FleetCost).where(FleetCost.rental_id == rental_id, FleetCost.until.is_(None))
    return (await tx.execute(query.execution_options(populate_existing=True))).scalars().all()


async def of(tx: Tx, rental_ids: Sequence[UUID]) -> Sequence[FleetCost]:
    query = select(FleetCost).where(FleetCost.rental_id.in_(rental_ids)).order_by(FleetCost.since, FleetCost.kind)
    return (await tx.execute(query.execution_options(populate_existing=True))).scalars().all()


async def last_until(tx: Tx, rental_id: UUID, kind: str) -> datetime | None:
    query = select(func.max(FleetCost.until)).where(FleetCost.rental_id == rental_id, FleetCost.kind == kind)
    return (await tx.execute(query)).scalar_one()


async def paid_until(tx: Tx, rental_id: UUID) -> datetime | None:
    """May lie behind its end, where hours are paid ahead."""
    query = select(func.max(FleetCost.until)).where(FleetCost.rental_id == rental_id)
    return (await tx.execute(query)).scalar_one()


async def add(tx: Tx, row: FleetCost) -> None:
    """One that begins with another of its kind goes on where that one is."""
    values = {name: getattr(row, name) for name in ("rental_id", "kind", "since", "until", "price_hour")}
    fresh = insert(FleetCost).values(values)
    again = {"until": fresh.excluded.until, "price_hour": fresh.excluded.price_hour}
    await tx.execute(fresh.on_conflict_do_update(index_elements=["rental_id", "kind", "since"], set_=again))


async def close(tx: Tx, row: FleetCost, until: datetime) -> None:
    this = (FleetCost.rental_id == row.rental_id, FleetCost.kind == row.kind, FleetCost.since == row.since)
    await tx.execute(update(FleetCost).where(*this).values(until=until))
