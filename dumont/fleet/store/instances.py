"""SQL of instances."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from dumont.fleet.tables import FleetInstance
from dumont.platform import waking
from dumont.platform.db import Tx

DUE = "fleet.instances"
"""The word by which the controller is woken."""


async def owner_of(tx: Tx, instance_id: UUID) -> UUID | None:
    owner = select(FleetInstance.owner_id).where(FleetInstance.id == instance_id)
    return (await tx.execute(owner)).scalar_one_or_none()


async def poke(tx: Tx, instance_ids: Iterable[UUID], now: datetime) -> None:
    """Something has happened to what these stand on: the controller is to look at once.

    To be called before the cause is written: the rows are locked, in order, so that the controller sees the cause when
    it looks, and nobody waits for another in a circle (instances first, then their rentals).
    """
    found = sorted(set(instance_ids))
    if found:
        if len(found) > 1:
            these = select(FleetInstance.id).where(FleetInstance.id.in_(found)).order_by(FleetInstance.id)
            await tx.execute(these.with_for_update(key_share=True))
        due = update(FleetInstance).where(FleetInstance.id.in_(found))  # also one that is due, and may just be put off
        if (await tx.execute(due.values(look_at=now).returning(FleetInstance.id))).first() is not None:
            await wake(tx)


async def wake(tx: Tx) -> None:
    """For whoever has set `look_at` itself: the controller is to look as soon as this is committed."""
    await waking.wake(tx, DUE)


async def one(tx: Tx, instance_id: UUID) -> FleetInstance | None:
    query = select(FleetInstance).where(FleetInstance.id == instance_id)
    return (await tx.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def hold(tx: Tx, instance_id: UUID) -> FleetInstance | None:
    """Locked until the end of the transaction: for whoever changes its wish or its settings."""
    query = select(FleetInstance).where(FleetInstance.id == instance_id).with_for_update()
    return (await tx.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def take(tx: Tx, instance_id: UUID, now: datetime) -> FleetInstance | None:
    """The same for the controller: None if it is not due any more, or somebody else has it just now."""
    query = select(FleetInstance).where(
        FleetInstance.id == instance_id, FleetInstance.look_at <= now, FleetInstance.state != "destroyed"
    )
    held = query.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    return (await tx.execute(held)).scalar_one_or_none()


async def soonest(tx: Tx, limit: int) -> Sequence[tuple[UUID, datetime]]:
    """Which are to be looked at next, and when: some of them may be due."""
    query = select(FleetInstance.id, FleetInstance.look_at).where(FleetInstance.state != "destroyed")
    found = await tx.execute(query.order_by(FleetInstance.look_at).limit(limit))
    return [(identity, look_at) for identity, look_at in found]
