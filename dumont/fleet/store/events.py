"""SQL of what has happened to instances."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from dumont.fleet.tables import FleetEvent
from dumont.platform.db import Tx


async def newest(tx: Tx, instance_id: UUID, limit: int = 50) -> Sequence[FleetEvent]:
    query = select(FleetEvent).where(FleetEvent.instance_id == instance_id)
    return (await tx.execute(query.order_by(FleetEvent.at.desc(), FleetEvent.id.desc()).limit(limit))).scalars().all()
