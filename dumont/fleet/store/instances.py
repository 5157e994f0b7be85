"""SQL of instances."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from dumont.fleet.tables import FleetInstance
from dumont.platform.db import Tx


async def owner_of(tx: Tx, instance_id: UUID) -> UUID | None:
    owner = select(FleetInstance.owner_id).where(FleetInstance.id == instance_id)
    return (await tx.execute(owner)).scalar_one_or_none()


async def poke(tx: Tx, instance_ids: Iterable[UUID], now: datetime) -> None:
    """Something has happened to what these stand on: the controller is to look at once."""
    found = list(instance_ids)
    if found:
        due = update(FleetInstance).where(FleetInstance.id.in_(found), FleetInstance.look_at > now)
        await tx.execute(due.values(look_at=now))
