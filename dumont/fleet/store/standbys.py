"""SQL of second machines, and of the times they were needed."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from dumont.fleet.tables import FleetFailover, FleetHibernation, FleetInstance, FleetStandby, FleetStandbyDefault
from dumont.platform.db import Tx


async def one(tx: Tx, instance_id: UUID) -> FleetStandby | None:
    query = select(FleetStandby).where(FleetStandby.instance_id == instance_id)
    return (await tx.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def default_of(tx: Tx, owner_id: UUID) -> FleetStandbyDefault | None:
    query = select(FleetStandbyDefault).where(FleetStandbyDefault.owner_id == owner_id)
    return (await tx.execute(query)).scalar_one_or_none()


async def page(tx: Tx, owners: Sequence[UUID]) -> list[tuple[FleetInstance, FleetStandby]]:
    """Of instances that are not gone, by their names."""
    query = select(FleetInstance, FleetStandby).join(FleetStandby, FleetStandby.instance_id == FleetInstance.id)
    query = query.where(FleetInstance.owner_id.in_(owners), FleetInstance.state != "destroyed")
    return [(row[0], row[1]) for row in await tx.execute(query.order_by(FleetInstance.name, FleetInstance.id))]


async def failovers(tx: Tx, instance_id: UUID, limit: int) -> Sequence[FleetFailover]:
    query = select(FleetFailover).where(FleetFailover.instance_id == instance_id)
    newest = query.order_by(FleetFailover.began_at.desc(), FleetFailover.id.desc()).limit(limit)
    return (await tx.execute(newest)).scalars().all()


async def open_failover(tx: Tx, instance_id: UUID) -> FleetFailover | None:
    query = select(FleetFailover).where(FleetFailover.instance_id == instance_id, FleetFailover.ended_at.is_(None))
    newest = query.order_by(FleetFailover.began_at.desc(), FleetFailover.id.desc()).limit(1)
    return (await tx.execute(newest)).scalar_one_or_none()


async def sleep_ended_by(tx: Tx, instance_id: UUID, race_id: UUID) -> FleetHibernation | None:
    query = select(FleetHibernation).where(
        FleetHibernation.instance_id == instance_id, FleetHibernation.race_id == race_id
    )
    return (await tx.execute(query)).scalar_one_or_none()


async def open_sleep(tx: Tx, instance_id: UUID) -> FleetHibernation | None:
    query = select(FleetHibernation).where(
        FleetHibernation.instance_id == instance_id, FleetHibernation.ended_at.is_(None)
    )
    return (await tx.execute(query)).scalar_one_or_none()
