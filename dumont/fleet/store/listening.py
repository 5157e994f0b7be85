"""SQL that notices who has gone silent."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, update

from dumont.fleet.rules.idle import SIGNALS
from dumont.fleet.tables import FleetBeat, FleetInstance, FleetRental
from dumont.platform.db import Tx

NOTED_AGAIN = timedelta(seconds=5)


async def any_silent(tx: Tx, before: datetime) -> bool:
    """Whether there is anybody to lose."""
    query = select(FleetBeat.rental_id).where(FleetBeat.lost_at.is_(None), FleetBeat.received_at < before).limit(1)
    return (await tx.execute(query)).first() is not None


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


async def note_second_machines(tx: Tx, now: datetime) -> None:
    """When racers and standbys last called, at their rentals: of a primary the controller reads the beat itself."""
    old = or_(FleetRental.beat_at.is_(None), FleetRental.beat_at < FleetBeat.received_at - NOTED_AGAIN)
    late = (
        select(FleetRental.id)
        .join(FleetBeat, FleetBeat.rental_id == FleetRental.id)
        .where(FleetRental.role != "primary", FleetRental.stage != "ended", FleetBeat.received_at <= now, old)
        .with_for_update(of=FleetRental, skip_locked=True)
    )
    heard = select(FleetBeat.received_at).where(FleetBeat.rental_id == FleetRental.id).scalar_subquery()
    await tx.execute(update(FleetRental).where(FleetRental.id.in_(late)).values(beat_at=heard))


async def held(tx: Tx, instance_ids: Sequence[UUID]) -> Sequence[UUID]:
    """The same, locked in one order, so that no two who poke wait for each other."""
    if not instance_ids:
        return []
    query = select(FleetInstance.id).where(FleetInstance.id.in_(instance_ids)).order_by(FleetInstance.id)
    return (await tx.execute(query.with_for_update())).scalars().all()
