"""SQL of second machines, and of the times they were needed."""

from uuid import UUID

from sqlalchemy import select

from dumont.fleet.tables import FleetFailover, FleetHibernation, FleetStandby, FleetStandbyDefault
from dumont.platform.db import Tx


async def one(tx: Tx, instance_id: UUID) -> FleetStandby | None:
    query = select(FleetStandby).where(FleetStandby.instance_id == instance_id)
    return (await tx.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def default_of(tx: Tx, owner_id: UUID) -> FleetStandbyDefault | None:
    query = select(FleetStandbyDefault).where(FleetStandbyDefault.owner_id == owner_id)
    return (await tx.execute(query)).scalar_one_or_none()


async def open_failover(tx: Tx, instance_id: UUID) -> FleetFailover | None:
    query = select(FleetFailover).where(FleetFailover.instance_id == instance_id, FleetFailover.ended_at.is_(None))
    newest = query.order_by(FleetFailover.began_at.desc(), FleetFailover.id.desc()).limit(1)
    return (await tx.execute(newest)).scalar_one_or_none()


async def open_sleep(tx: Tx, instance_id: UUID) -> FleetHibernation | None:
    query = select(FleetHibernation).where(
        FleetHibernation.instance_id == instance_id, FleetHibernation.ended_at.is_(None)
    )
    return (await tx.execute(query)).scalar_one_or_none()
