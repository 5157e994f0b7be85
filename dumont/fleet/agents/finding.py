"""Finds what machines saved while nobody could be asked, and makes it the newest snapshot of their instances."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from dumont.fleet.instances import moves
from dumont.fleet.means import Means
from dumont.fleet.rules.alone import Known
from dumont.fleet.rules.steps import ALONE
from dumont.fleet.rules.wanted import USUAL_FOLDER, Wanted
from dumont.fleet.store import beats, instances
from dumont.fleet.store import drops as store
from dumont.fleet.tables import FleetDrop, FleetInstance, FleetRental
from dumont.platform.db import Tx
from dumont.platform.work import Work
from dumont.snapshots import dropping, on_behalf
from dumont.snapshots.dropping import Book, NotWhole
from dumont.snapshots.on_behalf import Owner, Snapshot
from dumont.snapshots.rules import unread
from dumont.snapshots.starting import Wish
from dumont.snapshots.stores import Stores

log = structlog.get_logger()

AT_ONCE = 20
LOOK_SECONDS_MIN, LOOK_SECONDS_MAX = 0.5, 10.0
AGAIN, MOVING_AGAIN = timedelta(seconds=15), timedelta(seconds=0.5)


async def turn(means: Means, stores: Stores) -> float:
    """Seconds until it is wanted again. A machine is doubted long before it acts by itself."""
    silent = silence(means.settings.fleet_deadman_seconds)
    now = means.clock.now()
    async with means.db.looking() as tx:
        if not await store.any_doubted(tx, now, now - silent):
            return idle_seconds(silent)
    async with means.db.begin() as tx:
        found = list(await store.doubted(tx, now, now - silent, now + AGAIN, AT_ONCE))
        for drop in found:
            tx.expunge(drop)
    for drop in found:
        try:
            await (_looked_for(means, stores, drop) if drop.state == "lent" else _followed(means, stores, drop))
        except Exception as error:
            log.warning("drop_not_looked_for", drop=str(drop.id), error=type(error).__name__)
    return 0.0 if len(found) == AT_ONCE else LOOK_SECONDS_MIN


def idle_seconds(silent: timedelta) -> float:
    """Between two looks that find nothing: short beside the silence that is waited for."""
    return min(LOOK_SECONDS_MAX, max(LOOK_SECONDS_MIN, silent.total_seconds() / 60)) if silent else LOOK_SECONDS_MAX


def silence(deadman_seconds: float) -> timedelta:
    return timedelta(seconds=deadman_seconds / 2)


async def _looked_for(means: Means, stores: Stores, drop: FleetDrop) -> None:
    asked_at = means.clock.now()
    async with means.db.looking() as tx:
        owner_id = await instances.owner_of(tx, drop.instance_id)
    if owner_id is None:
        return
    blobs = stores.blobs(owner_id)
    try:
        book = await asyncio.to_thread(dropping.find, blobs, drop.id)
        if book is not None:
            await asyncio.to_thread(dropping.move, blobs, drop.id, book)
    except NotWhole as error:
        await _given_up(means, drop, error.message)
        return
    async with means.db.begin() as tx:
        work = means.work(tx)
        instance = await instances.hold(tx, drop.instance_id)
        mine = await store.one(tx, drop.id)
        if instance is None or mine is None or mine.state != "lent":
            return
        mine.looked_at = asked_at
        rental = (await store.rentals_of(tx, [mine])).get(mine.rental_id)
        if book is not None:
            await _adopted(work, means, mine, instance, await _by_our_clock(work, mine, rental, book))
        elif rental is None or rental.stage == "ended":
            mine.state = "over"


async def _by_our_clock(work: Work, drop: FleetDrop, rental: FleetRental | None, book: Book) -> Book:
    if book.began is None:
        return book
    return replace(book, began=(await _known(work.tx, drop, rental, work.now)).ours(book.began))


async def _known(tx: Tx, drop: FleetDrop, rental: FleetRental | None, now: datetime) -> Known:
    """A machine that has not called since it saved did so after its last call; one that has says which drop it used."""
    beat = (await beats.of(tx, [drop.rental_id])).get(drop.rental_id)
    if rental is None or rental.agent_facts.get("dropped") == drop.id.hex:
        after = drop.created_at
    else:
        after = max(drop.lent_at, (beat.received_at if beat else rental.beat_at) or drop.lent_at)
    ended = (rental.ended_at if rental else None) or now
    return Known(after, max(after, min(now, ended)), *((beat.received_at, beat.at) if beat else ()))


async def _adopted(work: Work, means: Means, drop: FleetDrop, instance: FleetInstance, book: Book) -> None:
    path = Wanted.model_validate(instance.wanted).workspace or USUAL_FOLDER
    wish = Wish(path=path, label=instance.name, instance_id=instance.id, tags=(ALONE,))
    owner = Owner(instance.owner_id, instance.team_id is not None, instance.user_id)
    snapshot = await dropping.adopt(work, means.jobs, owner, wish, book)
    drop.state, drop.snapshot_id, drop.look_at = "moving", snapshot.id, work.now + MOVING_AGAIN
    if instance.state == "destroyed":
        ending = on_behalf.leave if instance.keep_snapshot else on_behalf.delete_all
        await ending(work, instance.owner_id, instance.id)


async def _followed(means: Means, stores: Stores, drop: FleetDrop) -> None:
    """It counts when it is complete in the store, as any other."""
    async with means.db.begin() as tx:
        work = means.work(tx)
        instance = await instances.hold(tx, drop.instance_id)
        mine, snapshot = await store.one(tx, drop.id), await on_behalf.found(tx, drop.snapshot_id)
        if instance is None or mine is None or mine.state != "moving":
            return
        if snapshot is not None and snapshot.state == "verifying":
            mine.look_at = work.now + MOVING_AGAIN
            return
        mine.state = "taken" if snapshot is not None and snapshot.state == "complete" else "over"
        if instance.state != "destroyed":
            await _told(work, instance, snapshot)
        owner_id = instance.owner_id
    await asyncio.to_thread(dropping.clear, stores.blobs(owner_id), drop.id)


async def _told(work: Work, instance: FleetInstance, snapshot: Snapshot | None) -> None:
    if snapshot is None or snapshot.state != "complete":
        said = "What the machine saved by itself is not whole: " + (snapshot.error_message or "" if snapshot else "")
        await moves.note(work, instance, "failure", said.strip(": "), code="deadman_snapshot")
    elif instance.snapshot_at is None or instance.snapshot_at < snapshot.created_at:
        instance.snapshot_id, instance.snapshot_at = snapshot.id, snapshot.created_at
        said = "The machine saved its work by itself, as it could not reach us; that is the newest snapshot now."
        said += f" {unread.said(snapshot.unread, snapshot.unread_names)}." if snapshot.unread else ""
        await moves.note(work, instance, "snapshot", said, snapshot_id=str(snapshot.id))
    elif instance.snapshot_id != snapshot.id:
        said = f"What the machine saved by itself at {snapshot.created_at:%Y-%m-%d %H:%M:%S} UTC"
        said += " is older than the newest snapshot: it is kept beside that, and nothing goes on from it."
        await moves.note(work, instance, "snapshot", said, snapshot_id=str(snapshot.id))
    await instances.poke(work.tx, [instance.id], work.now)


async def _given_up(means: Means, drop: FleetDrop, why: str) -> None:
    async with means.db.begin() as tx:
        work = means.work(tx)
        instance, mine = await instances.hold(tx, drop.instance_id), await store.one(tx, drop.id)
        if instance is not None and mine is not None and mine.state == "lent":
            mine.state, mine.looked_at = "over", work.now
            said = f"What the machine saved by itself can't be read: {why}"
            await moves.note(work, instance, "failure", said, code="deadman_snapshot")
