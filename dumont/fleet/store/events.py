"""SQL of what has happened to instances."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from dumont.fleet.tables import FleetEvent
from dumont.platform.db import Tx


async def last_of(tx: Tx, instance_id: UUID, codes: Sequence[str], **of: str) -> str | None:
    """Which of these was said last, with these details: of one machine, or of one cloud."""
    details = FleetEvent.details
    same = details["code"].astext.in_(codes) & details.contains(of)
    query = select(details["code"].astext).where(FleetEvent.instance_id == instance_id, same)
    return (await tx.execute(query.order_by(FleetEvent.at.desc(), FleetEvent.id.desc()).limit(1))).scalar_one_or_none()


async def is_told(tx: Tx, instance_id: UUID, code: str, rental_id: UUID) -> bool:
    """Whether that was said of this machine before."""
    details = FleetEvent.details
    same = (details["code"].astext == code) & (details["rental_id"].astext == str(rental_id))
    query = select(FleetEvent.id).where(FleetEvent.instance_id == instance_id, same).limit(1)
    return (await tx.execute(query)).scalar_one_or_none() is not None
