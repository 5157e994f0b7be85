"""SQL of machines that are paid ahead: whose end is to be looked at, and what is written under a claim."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from dumont.fleet.tables import FleetAccount, FleetExtension, FleetInstance, FleetRental
from dumont.platform.db import Tx, raw


@dataclass(frozen=True, slots=True)
class Row:
    paid: FleetExtension
    rental: FleetRental
    instance: FleetInstance
    account: FleetAccount


async def take(tx: Tx, claim: UUID, now: datetime, until: datetime, limit: int) -> list[Row]:
    """Those that are due; ours until then, each under an epoch of its own."""
    taken = await (await raw(tx)).fetch(_TAKE, claim, now, until, limit)
    if not taken:
        return []
    query = (
        select(FleetExtension, FleetRental, FleetInstance, FleetAccount)
        .join(FleetRental, FleetRental.id == FleetExtension.rental_id)
        .join(FleetInstance, FleetInstance.id == FleetRental.instance_id)
        .join(FleetAccount, FleetAccount.id == FleetRental.account_id)
        .where(FleetExtension.rental_id.in_([row["rental_id"] for row in taken]))
        .order_by(FleetExtension.rental_id)
    )
    return [Row(*row) for row in await tx.execute(query.execution_options(populate_existing=True))]


async def next_look(tx: Tx) -> datetime | None:
    found: datetime | None = await (await raw(tx)).fetchval(_NEXT_LOOK)
    return found


async def renew(tx: Tx, claim: UUID, until: datetime) -> None:
    await (await raw(tx)).execute("UPDATE fleet_extensions SET claimed_until = $2 WHERE claim = $1", claim, until)


async def release(tx: Tx, claim: UUID) -> None:
    await (await raw(tx)).execute(_RELEASE, claim)


async def ask(tx: Tx, rental_id: UUID, epoch: int, *, end: datetime, hours: int, now: datetime) -> bool:
    """The intent of a call that costs money. False if the claim is another's, a call is not settled yet, or nobody
    wants the machine any more."""
    return bool(await (await raw(tx)).fetchval(_ASK, rental_id, epoch, end, hours, now))


async def hold(tx: Tx, rental_id: UUID, epoch: int) -> FleetExtension | None:
    """Locked; None if the claim is another's by now."""
    query = select(FleetExtension).where(FleetExtension.rental_id == rental_id, FleetExtension.epoch == epoch)
    return (await tx.execute(query.with_for_update().execution_options(populate_existing=True))).scalar_one_or_none()


async def write(tx: Tx, rental_id: UUID, paid_until: datetime) -> None:
    await tx.execute(update(FleetRental).where(FleetRental.id == rental_id).values(paid_until=paid_until))


async def of(tx: Tx, rental_ids: Sequence[UUID]) -> dict[UUID, FleetExtension]:
    query = select(FleetExtension).where(FleetExtension.rental_id.in_(rental_ids))
    found = (await tx.execute(query.execution_options(populate_existing=True))).scalars()
    return {row.rental_id: row for row in found}


_TAKE = """
    UPDATE fleet_extensions SET claim = $1, claimed_until = $3, epoch = epoch + 1
    WHERE rental_id IN (
        SELECT rental_id FROM fleet_extensions
        WHERE look_at <= $2 AND (claimed_until IS NULL OR claimed_until <= $2)
        ORDER BY look_at LIMIT $4 FOR NO KEY UPDATE SKIP LOCKED
    )
    RETURNING rental_id
"""

_NEXT_LOOK = "SELECT min(greatest(look_at, claimed_until)) FROM fleet_extensions WHERE look_at IS NOT NULL"

_RELEASE = "UPDATE fleet_extensions SET claim = NULL, claimed_until = NULL WHERE claim = $1"

_ASK = """
    UPDATE fleet_extensions AS paid SET asked_end = $3, asked_hours = $4, asked_at = $5 FROM fleet_rentals AS rental
    WHERE paid.rental_id = $1 AND paid.epoch = $2 AND paid.asked_end IS NULL
        AND rental.id = $1 AND rental.wanted = 'held' AND rental.stage IN ('running', 'ready')
    RETURNING true
"""
