"""SQL of what has happened to instances."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from dumont.fleet.tables import FleetEvent
from dumont.platform.db import Tx


async def newest(tx: Tx, instance_id: UUID, limit: int = 50) -> Sequence[FleetEvent]:
    query = select(FleetEvent).where(FleetEvent.instance_id == instance_id)
    return (await tx.execute(query.order_by(FleetEvent.at.desc(), FleetEvent.id.desc()).limit(limit))).scalars().all()


async def is_told(tx: Tx, instance_id: UUID, code: str, rental_id: UUID) -> bool:
    """Whether that was said of this machine before."""
    details = FleetEvent.details
    same = (details["code"].astext == code) & (details["rental_id"].astext == str(rental_id))
    query = select(FleetEvent.id).where(FleetEvent.instance_id == instance_id, same).limit(1)
    return (await tx.execute(query)).scalar_one_or_none() is not None
