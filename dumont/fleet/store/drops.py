"""SQL of drops: which machines are to be lent one, and which may have used theirs."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, String, and_, cast, func, or_, select

from dumont.fleet.tables import FleetBeat, FleetDrop, FleetInstance, FleetRental
from dumont.platform.db import Tx

LENT = FleetDrop.state == "lent"


async def wanting(
    tx: Tx, now: datetime, changed_before: datetime, limit: int
) -> list[tuple[FleetInstance, FleetRental, FleetDrop | None]]:
    """Machines that are worked on and have none, or one that goes on from an older snapshot, or is to be renewed.
    Their instances are locked."""
    query = _wanting(now, changed_before).limit(limit)
    held = query.with_for_update(of=FleetInstance, skip_locked=True).execution_options(populate_existing=True)
    return [(row[0], row[1], row[2]) for row in await tx.execute(held)]


async def any_wanting(tx: Tx, now: datetime, changed_before: datetime) -> bool:
    """Without a lock: mostly there is none."""
    return (await tx.execute(_wanting(now, changed_before).limit(1))).first() is not None


def _wanting(now: datetime, changed_before: datetime) -> Select[FleetInstance, FleetRental, FleetDrop]:
    query = (
        select(FleetInstance, FleetRental, FleetDrop)
        .join(FleetRental, FleetRental.id == FleetInstance.primary_rental_id)
        .outerjoin(FleetDrop, and_(FleetDrop.rental_id == FleetRental.id, LENT))
    )
    old = and_(FleetDrop.parent_id.is_distinct_from(FleetInstance.snapshot_id), FleetDrop.lent_at <= changed_before)
    in_use = (
        FleetInstance.state == "running",
        FleetInstance.wish == "running",
        FleetRental.stage == "ready",
        FleetRental.wanted == "held",
        FleetRental.agent_at.is_not(None),
        FleetInstance.restic_id.is_(None),  # its work is to lie in its owner's repository, and nowhere else
    )
    return query.where(*in_use, or_(FleetDrop.id.is_(None), FleetDrop.renew_at <= now, old))


async def doubted(tx: Tx, now: datetime, silent_since: datetime, again_at: datetime, limit: int) -> Sequence[FleetDrop]:
    """Those that are to be looked for in the store: of machines that are silent, gone, or say that they used theirs;
    whoever asks next does so later. And those that are being moved."""
    query = _doubted(now, silent_since).order_by(FleetDrop.look_at).limit(limit)
    found = (await tx.execute(query.with_for_update(of=FleetDrop, skip_locked=True))).scalars().all()
    for drop in found:
        drop.look_at = again_at
    await tx.flush()  # whoever has them may take them out of this session
    return found


async def any_doubted(tx: Tx, now: datetime, silent_since: datetime) -> bool:
    """Without a lock: mostly there is none."""
    return (await tx.execute(_doubted(now, silent_since).limit(1))).first() is not None


def _doubted(now: datetime, silent_since: datetime) -> Select[FleetDrop]:
    said = FleetRental.agent_facts["dropped"].astext == func.replace(cast(FleetDrop.id, String), "-", "")
    silent = and_(FleetRental.wanted == "held", FleetBeat.received_at <= silent_since)
    return (
        select(FleetDrop)
        .join(FleetRental, FleetRental.id == FleetDrop.rental_id)
        .outerjoin(FleetBeat, FleetBeat.rental_id == FleetDrop.rental_id)
        .where(FleetDrop.look_at <= now)
        .where(or_(FleetDrop.state == "moving", and_(LENT, or_(said, silent, FleetRental.stage == "ended"))))
    )


async def one(tx: Tx, drop_id: UUID) -> FleetDrop | None:
    query = select(FleetDrop).where(FleetDrop.id == drop_id).with_for_update()
    return (await tx.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def is_open(tx: Tx, instance_id: UUID, since: datetime, silent: timedelta) -> bool:
    """Whether one of the instance may have been used, and was not looked for since that moment."""
    query = (
        select(FleetDrop.id)
        .join(FleetRental, FleetRental.id == FleetDrop.rental_id)
        .outerjoin(FleetBeat, FleetBeat.rental_id == FleetDrop.rental_id)
        .where(FleetDrop.instance_id == instance_id)
    )
    unseen = or_(FleetDrop.looked_at.is_(None), FleetDrop.looked_at < since)
    quiet = FleetBeat.received_at <= since - silent
    query = query.where(or_(FleetDrop.state == "moving", and_(LENT, unseen, quiet))).limit(1)
    return (await tx.execute(query)).scalar_one_or_none() is not None


async def rentals_of(tx: Tx, drops: Iterable[FleetDrop]) -> dict[UUID, FleetRental]:
    query = select(FleetRental).where(FleetRental.id.in_([drop.rental_id for drop in drops]))
    return {rental.id: rental for rental in (await tx.execute(query)).scalars()}
