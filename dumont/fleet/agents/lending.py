"""Lends machines what they need to save themselves while nobody can be asked: the duty that renews it in time."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from dumont.basics import ids
from dumont.fleet.agents import commands
from dumont.fleet.agents.finding import idle_seconds, silence
from dumont.fleet.means import Means
from dumont.fleet.rules.steps import ALONE
from dumont.fleet.rules.wanted import Wanted
from dumont.fleet.store import drops as store
from dumont.fleet.store import instances
from dumont.fleet.tables import FleetDrop, FleetInstance, FleetRental
from dumont.platform.db import Tx
from dumont.snapshots import dropping, on_behalf
from dumont.snapshots.stores import Stores

log = structlog.get_logger()

AT_ONCE = 20
OFF_SECONDS = 60.0
RENEW = timedelta(hours=12)
AGAIN = timedelta(hours=1)
"""Where none could be lent."""
CHANGED = timedelta(minutes=10)
"""So old one is that is lent anew for going on from an older snapshot."""
EXPIRES = timedelta(hours=1)
NEAR = "local"


@dataclass(frozen=True, slots=True)
class _Wish:
    drop_id: UUID
    rental_id: UUID
    instance_id: UUID
    owner_id: UUID
    parent: str | None
    parent_id: UUID | None
    label: str
    path: str
    near: bool


async def turn(means: Means, stores: Stores) -> float:
    """Seconds until it is wanted again."""
    if not means.settings.fleet_deadman_seconds:
        return OFF_SECONDS
    pause = idle_seconds(silence(means.settings.fleet_deadman_seconds))
    now = means.clock.now()
    async with means.db.looking() as tx:
        if not await store.any_wanting(tx, now, now - CHANGED):
            return pause
    async with means.db.begin() as tx:
        found = await store.wanting(tx, now, now - CHANGED, AT_ONCE)
        wishes = [await _claim(tx, means, *each) for each in found]
    for wish in wishes:
        try:
            await _lend(means, stores, wish)
        except Exception as error:  # the others are not to suffer for it, and this one's turn comes again
            log.warning("drop_not_lent", instance=str(wish.instance_id), error=type(error).__name__)
    return 0.0 if len(found) == AT_ONCE else pause


async def _claim(tx: Tx, means: Means, instance: FleetInstance, rental: FleetRental, drop: FleetDrop | None) -> _Wish:
    """Written before anything is lent: whoever comes next leaves it alone for a while."""
    now = means.clock.now()
    if drop is None:
        drop = FleetDrop(
            id=ids.new(now, means.random),
            rental_id=rental.id,
            instance_id=instance.id,
            state="lent",
            created_at=now,
            look_at=now,
        )
        tx.add(drop)
    drop.lent_at, drop.renew_at, drop.parent_id = now, now + AGAIN, instance.snapshot_id
    await tx.flush()
    parent = await on_behalf.found(tx, instance.snapshot_id)
    return _Wish(
        drop_id=drop.id,
        rental_id=rental.id,
        instance_id=instance.id,
        owner_id=instance.owner_id,
        parent=parent.manifest if parent is not None else None,
        parent_id=instance.snapshot_id,
        label=instance.name,
        path=Wanted.model_validate(instance.wanted).workspace,
        near=rental.provider == NEAR,
    )


async def _lend(means: Means, stores: Stores, wish: _Wish) -> None:
    lent = await asyncio.to_thread(dropping.lend, stores, wish.owner_id, wish.drop_id, wish.parent, near=wish.near)
    if lent is None:
        return
    order = {**lent, "drop": wish.drop_id.hex, "label": wish.label, "tags": [ALONE], "path": wish.path}
    async with means.db.begin() as tx:
        work = means.work(tx)
        await instances.hold(tx, wish.instance_id)
        drop = await store.one(tx, wish.drop_id)
        rental = await tx.get(FleetRental, wish.rental_id)
        if drop is None or drop.state != "lent" or rental is None or rental.stage == "ended":
            return
        await commands.put(work, means.vault, rental, "standing", order, expires=work.now + EXPIRES)
        drop.renew_at = work.now + RENEW
