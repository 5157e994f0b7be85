"""Writes down each sleep of an instance: from when its machine cost nothing any more until the next one was held."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from dumont.basics import ids
from dumont.fleet.money.large_clouds import OnDemand
from dumont.fleet.rules.savings import WAITS
from dumont.fleet.store import costs
from dumont.fleet.store import standbys as store
from dumont.fleet.tables import FleetHibernation, FleetInstance, FleetOperation, FleetRental
from dumont.platform.work import Work
from dumont.snapshots import on_behalf

WORDS = ("idle", "budget", "schedule", "until", "deadman")
"""Why somebody sleeps whom nobody asked to."""


async def begin(
    work: Work,
    instance: FleetInstance,
    rental: FleetRental,
    operation: FleetOperation | None,
    on_demand: OnDemand | None = None,
    *,
    since: datetime | None = None,
) -> None:
    snapshot = await on_behalf.found(work.tx, instance.snapshot_id)
    costless_from = await _costs_nothing_from(work, rental)
    slept_at = max(costless_from, since or costless_from)
    row = FleetHibernation(
        id=ids.new(work.now, work.random),
        instance_id=instance.id,
        owner_id=instance.owner_id,
        rental_id=rental.id,
        snapshot_id=instance.snapshot_id,
        why=WAITS if instance.wish == "running" else _why(operation),
        asked_at=min(operation.created_at, slept_at) if operation is not None else min(instance.state_since, slept_at),
        slept_at=slept_at,
        price_hour=rental.price_hour + rental.disk_hour,
        on_demand_hour=on_demand.price_hour if on_demand is not None else None,
        on_demand_of=on_demand.of if on_demand is not None else None,
        snapshot_bytes=snapshot.stored_bytes if snapshot is not None else None,
        storage_price_gb_month=Decimal(work.settings.snapshots_price_gb_month),
    )
    await end(work, instance, race_id=None, at=slept_at)
    work.tx.add(row)
    await work.tx.flush()


async def begin_after_a_wait(
    work: Work, instance: FleetInstance, rental: FleetRental, operation: FleetOperation | None
) -> None:
    """It was to run and had no machine; from now on it is not to, which saves what the last one cost."""
    row = await store.open_sleep(work.tx, instance.id)
    if row is None or row.why == WAITS:
        await begin(work, instance, rental, operation, since=work.now)


async def _costs_nothing_from(work: Work, rental: FleetRental) -> datetime:
    """Its cloud was asked to end it then, which takes until the next lists to prove; what it went on to cost, or was
    paid ahead, is no saving."""
    asked_at = rental.end_asked_at or rental.ended_at or work.now
    return max(asked_at, await costs.paid_until(work.tx, rental.id) or asked_at)


async def waits(work: Work, instance: FleetInstance) -> None:
    """It would go on if there were a machine for it: whatever it slept for, from here on it no longer does."""
    row = await store.open_sleep(work.tx, instance.id)
    if row is not None and row.why != WAITS:
        row.ended_at = max(work.now, row.slept_at)


async def end(work: Work, instance: FleetInstance, *, race_id: UUID | None, at: datetime) -> None:
    """Does nothing where it did not sleep."""
    row = await store.open_sleep(work.tx, instance.id)
    if row is not None:
        row.ended_at, row.race_id = max(at, row.slept_at), race_id


async def go_on(work: Work, instance: FleetInstance, race_id: UUID) -> None:
    """The machine that ended it was turned away: what that one cost is its race's, and its end is still to come."""
    row = await store.sleep_ended_by(work.tx, instance.id, race_id)
    if row is not None:
        row.ended_at = row.race_id = None


def _why(operation: FleetOperation | None) -> str:
    if operation is None:
        return "asked"
    said = str(operation.details.get("who") or operation.why)
    return next((word for word in WORDS if word in (said, operation.why)), "asked")
