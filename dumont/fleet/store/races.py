"""SQL of races, and of what an instance's steps need to know of rentals."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, update

from dumont.fleet.rules.refusals import TAKEN
from dumont.fleet.store import accounts
from dumont.fleet.tables import FleetAccount, FleetInstance, FleetRace, FleetRental
from dumont.platform.db import Tx


async def one(tx: Tx, race_id: UUID | None) -> FleetRace | None:
    if race_id is None:
        return None
    query = select(FleetRace).where(FleetRace.id == race_id).execution_options(populate_existing=True)
    return (await tx.execute(query)).scalar_one_or_none()


async def rentals_of(tx: Tx, instance: FleetInstance, second: UUID | None) -> Sequence[FleetRental]:
    """All that live, and those of its race and its machines even where they have ended."""
    matters = or_(
        FleetRental.stage != "ended",
        FleetRental.race_id == instance.race_id,
        FleetRental.id.in_([each for each in (instance.primary_rental_id, second) if each is not None]),
    )
    query = select(FleetRental).where(FleetRental.instance_id == instance.id, matters)
    ordered = query.order_by(FleetRental.created_at, FleetRental.id).execution_options(populate_existing=True)
    return (await tx.execute(ordered)).scalars().all()


async def claimed(tx: Tx, keys: Sequence[str]) -> Mapping[str, bool]:
    """Which of these a live rental of ours has; and whether it only races for it, or gives it up, so that it may be
    free some moments later."""
    mine = (FleetRental.claim_key, (FleetRental.role == "racer") | (FleetRental.wanted == "gone"))
    live = select(*mine).where(FleetRental.claim_key.in_(keys), FleetRental.stage != "ended")
    return {key: passing for key, passing in await tx.execute(live) if key is not None} if keys else {}


async def refused(tx: Tx, since: datetime) -> frozenset[tuple[UUID, bool]]:
    """Offers that were refused to anybody, and whether at a spot price."""
    query = select(FleetRental.offer_id, FleetRental.spot).where(
        FleetRental.ended_at >= since, FleetRental.why_ended == TAKEN, FleetRental.offer_id.is_not(None)
    )
    return frozenset((offer, spot) for offer, spot in await tx.execute(query.distinct()) if offer is not None)


async def before(tx: Tx, instance_id: UUID) -> FleetRental | None:
    """The machine that it had last."""
    had = select(FleetRental).where(FleetRental.instance_id == instance_id, FleetRental.role == "primary")
    return (await tx.execute(had.order_by(FleetRental.created_at.desc()).limit(1))).scalar_one_or_none()


async def lately(tx: Tx, instance_id: UUID, since: datetime) -> Sequence[FleetRental]:
    """Machines that came to nothing: those that only lost because another won are not among them."""
    kept = ("lost_race", "hibernated", "unused", "destroyed")
    failed = FleetRental.why_ended.is_not(None) & FleetRental.why_ended.not_in(kept)
    query = select(FleetRental).where(
        FleetRental.instance_id == instance_id, FleetRental.created_at >= since, failed, FleetRental.role != "standby"
    )
    return (await tx.execute(query)).scalars().all()


async def list_now(tx: Tx, account_id: UUID, now: datetime) -> None:
    """The machines of this account are to be listed at once."""
    await tx.execute(update(FleetAccount).where(FleetAccount.id == account_id).values(list_at=now))
    await accounts.wake(tx)
