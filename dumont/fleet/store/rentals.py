"""SQL of rentals: how they are written, claimed, and changed by whoever holds the claim."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from dumont.fleet.rules.states import Wanted
from dumont.fleet.tables import FleetAccount, FleetInstance, FleetRental
from dumont.platform import waking
from dumont.platform.db import Tx, raw
from dumont.reliability.rules.outcomes import AttemptType

DUE = "fleet.rentals"
"""The word by which those are woken who act on rentals, and those who list their machines."""
TO_MAKE_OR_END = "fleet.rentals.make_or_end"
"""The word for who makes and ends machines alone: a race's losers are not to wait until all others have looked."""
LANES = {
    "create": "attempted_at IS NULL",
    "end": "attempted_at IS NOT NULL AND wanted <> 'held'",
    "tend": "attempted_at IS NOT NULL AND wanted = 'held'",
    "all": "true",
}
"""What a lane of `fleet.act` takes: slow creates must keep nobody from ending a machine."""


async def add(tx: Tx, values: dict[str, Any]) -> FleetRental | None:
    """None if its claim key is taken."""
    fresh = insert(FleetRental).values(values)
    unclaimed = fresh.on_conflict_do_nothing(index_elements=["claim_key"], index_where=_CLAIMED)
    added = (await tx.execute(unclaimed.returning(FleetRental))).scalar_one_or_none()
    await waking.wake(tx, TO_MAKE_OR_END)
    return added


async def want(tx: Tx, rental_ids: Sequence[UUID], wanted: Wanted, *, why: str | None, now: datetime) -> None:
    these = (FleetRental.id.in_(rental_ids), FleetRental.stage != "ended", FleetRental.wanted != "gone")
    values: dict[str, Any] = {"wanted": wanted, "look_at": now, "tries": 0}
    values |= {"why_ended": why} if why else {}
    if wanted == "held":  # whoever is to start again is not lost because it is still seen to be stopped
        seen = case((FleetRental.stage == "stopped", "booting"), else_=FleetRental.seen_state)
        values |= {"error_code": None, "error_message": None, "seen_state": seen}
    await tx.execute(update(FleetRental).where(*these).values(values))
    await waking.wake(tx, DUE if wanted == "held" else TO_MAKE_OR_END)


async def wake(tx: Tx) -> None:
    """For whoever has made one due, or free: it is looked at as soon as this is committed, and its account is listed
    as often as it now is to be."""
    await waking.wake(tx, DUE)


async def one(tx: Tx, rental_id: UUID) -> FleetRental | None:
    query = select(FleetRental).where(FleetRental.id == rental_id)
    return (await tx.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def take(
    tx: Tx, claim: UUID, now: datetime, until: datetime, *, lane: str, limit: int
) -> list[tuple[FleetRental, FleetInstance, FleetAccount]]:
    """Those that are due, with what an order is made of; ours until then, each under an epoch of its own."""
    taken = await (await raw(tx)).fetch(_TAKE.format(lane=LANES[lane]), claim, now, until, limit)
    if not taken:
        return []
    query = (
        select(FleetRental, FleetInstance, FleetAccount)
        .join(FleetInstance, FleetInstance.id == FleetRental.instance_id)
        .join(FleetAccount, FleetAccount.id == FleetRental.account_id)
        .where(FleetRental.id.in_([row["id"] for row in taken]))
        .order_by(FleetRental.look_at, FleetRental.id)
    )
    rows = await tx.execute(query.execution_options(populate_existing=True))
    return [(rental, instance, account) for rental, instance, account in rows]


async def next_look(tx: Tx, lane: str, before: datetime) -> datetime | None:
    """When something may be due, or free again, if that is before."""
    found: datetime | None = await (await raw(tx)).fetchval(_NEXT_LOOK.format(lane=LANES[lane]), before)
    return found


async def renew(tx: Tx, claim: UUID, until: datetime) -> None:
    await (await raw(tx)).execute(_RENEW, claim, until)


async def release(tx: Tx, claim: UUID) -> None:
    await (await raw(tx)).execute(_RELEASE, claim)
    await wake(tx)


async def attempt(tx: Tx, rental_id: UUID, epoch: int, *, now: datetime, settle_at: datetime) -> bool:
    """The intent of a create call, written once for a rental; False if there is to be none."""
    return bool(await (await raw(tx)).fetchval(_ATTEMPT, rental_id, epoch, now, settle_at))


async def put_off(tx: Tx, taken: FleetRental, look_at: datetime, **values: Any) -> None:
    """Nothing has changed but when to look again, unless somebody has asked for an earlier look since it was taken;
    gives the claim back."""
    mine = (FleetRental.id == taken.id, FleetRental.epoch == taken.epoch)
    pulled = FleetRental.look_at != taken.look_at
    then = case((pulled, func.least(FleetRental.look_at, look_at)), else_=look_at)
    free = {"claim": None, "claimed_until": None, "look_at": then}
    written = update(FleetRental).where(*mine).values(free | values).returning(FleetRental.look_at)
    at = (await tx.execute(written)).scalar_one_or_none()
    if at is not None and at < look_at:  # for another lane, perhaps
        await wake(tx)


async def hold(tx: Tx, rental_id: UUID, *, epoch: int | None = None, listing: UUID | None = None) -> FleetRental | None:
    """Locked; None if it has ended, or if the claim is another's by now: the rental's (`epoch`), or that of a
    listing."""
    query = select(FleetRental).where(FleetRental.id == rental_id, FleetRental.stage != "ended")
    if epoch is not None:
        query = query.where(FleetRental.epoch == epoch)
    if listing is not None:
        listed = select(FleetAccount.id).where(FleetAccount.claim == listing, FleetAccount.id == FleetRental.account_id)
        query = query.where(listed.exists())
    held = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return (await tx.execute(held)).scalar_one_or_none()


async def take_attempt(tx: Tx, rental_id: UUID) -> AttemptType | None:
    """What it counts as in its machine's history; None from the second time on."""
    found: AttemptType | None = await (await raw(tx)).fetchval(_TAKE_ATTEMPT, rental_id)
    return found


_CLAIMED = text("claim_key IS NOT NULL AND stage <> 'ended'")
"""Word for word as the index has it: with parameters, the generic plan of a prepared statement does not find it."""

_TAKE = """
    UPDATE fleet_rentals SET claim = $1, claimed_until = $3, epoch = epoch + 1
    WHERE id IN (
        SELECT id FROM fleet_rentals
        WHERE stage <> 'ended' AND look_at <= $2 AND (claimed_until IS NULL OR claimed_until <= $2) AND {lane}
        ORDER BY look_at LIMIT $4 FOR NO KEY UPDATE SKIP LOCKED
    )
    RETURNING id
"""

_NEXT_LOOK = """
    SELECT min(greatest(look_at, claimed_until)) FROM fleet_rentals
    WHERE stage <> 'ended' AND look_at <= $1 AND {lane}
"""

_RENEW = "UPDATE fleet_rentals SET claimed_until = $2 WHERE claim = $1 AND stage <> 'ended'"

_RELEASE = """
    UPDATE fleet_rentals SET claim = NULL, claimed_until = NULL WHERE claim = $1 AND stage <> 'ended'
"""

_ATTEMPT = """
    UPDATE fleet_rentals SET attempted_at = $3, settle_at = $4, stage = 'creating'
    WHERE id = $1 AND epoch = $2 AND attempted_at IS NULL AND wanted = 'held' AND stage = 'intended' RETURNING true
"""

_TAKE_ATTEMPT = """
    UPDATE fleet_rentals AS rental SET attempt_type = NULL
    FROM (SELECT id, attempt_type FROM fleet_rentals WHERE id = $1 FOR NO KEY UPDATE) AS before
    WHERE rental.id = before.id AND before.attempt_type IS NOT NULL RETURNING before.attempt_type
"""
