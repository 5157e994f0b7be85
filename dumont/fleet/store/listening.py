"""SQL that notices who has gone silent."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from dumont.fleet.rules.idle import SIGNALS
from dumont.fleet.tables import FleetBeat, FleetInstance
from dumont.platform.db import Tx


async def lose(tx: Tx, now: datetime, before: datetime) -> Sequence[UUID]:
    """The instances of those that have not called since; nothing is known to be quiet any more."""
    silent = (
        select(FleetBeat.rental_id)
        .where(FleetBeat.lost_at.is_(None), FleetBeat.received_at < before)
        .order_by(FleetBeat.rental_id)
        .with_for_update(skip_locked=True)
    )
    unknown = {"quiet": [None] * len(SIGNALS), "quiet_since": None, "idle_at": None}
    lost = update(FleetBeat).where(FleetBeat.rental_id.in_(silent)).values(lost_at=now, **unknown)
    return (await tx.execute(lost.returning(FleetBeat.instance_id))).scalars().all()


async def held(tx: Tx, instance_ids: Sequence[UUID]) -> Sequence[UUID]:
    """The same, locked in one order, so that no two who poke wait for each other."""
    if not instance_ids:
        return []
    query = select(FleetInstance.id).where(FleetInstance.id.in_(instance_ids)).order_by(FleetInstance.id)
    return (await tx.execute(query.with_for_update())).scalars().all()
