"""Brings an instance's machine back for somebody who asks: if his budget allows the one that it had last."""

from decimal import Decimal
from uuid import UUID

from dumont.fleet.instances import access, operations, wishing
from dumont.fleet.money import budgets
from dumont.fleet.rules.states import State
from dumont.fleet.store import showing as store
from dumont.fleet.tables import FleetInstance, FleetOperation
from dumont.platform.work import Work

WITHOUT: frozenset[State] = frozenset({"hibernated", "interrupted", "failed", "on_standby", "paused"})
"""In these it has no machine that is paid for by the hour, but for its standby."""


async def wake(work: Work, instance_id: UUID) -> FleetOperation:
    instance = await access.instance(work, instance_id, to_change=True)
    return await wake_up(work, instance, wishing.ASKED)


async def wake_up(work: Work, instance: FleetInstance, why: str, *, who: str | None = None) -> FleetOperation:
    """`instance` is locked."""
    price = await _affordable(work, instance)
    return _promise(await wishing.wake_up(work, instance, why, who=who), price)


async def resume(work: Work, instance_id: UUID) -> FleetOperation:
    price = await _affordable(work, await access.instance(work, instance_id, to_change=True))
    return _promise(await wishing.resume(work, instance_id), price)


async def half_life(work: Work, instance_id: UUID) -> FleetOperation:
    """One that sleeps costs nothing by the hour: where a day's or a month's budget is used up, it goes on sleeping."""
    instance = await access.instance(work, instance_id, to_change=True)
    if instance.state in WITHOUT:
        await budgets.refuse_unaffordable(work, instance.owner_id, Decimal(0), but=instance.id)
    return await wishing.half_life(work, instance_id)


async def _affordable(work: Work, instance: FleetInstance) -> str | None:
    """Its price, which counts from now on, whoever asks next."""
    last = (await store.last_machines(work.tx, [instance.id])).get(instance.id)
    if last is None or instance.state not in WITHOUT:
        return None
    price = last.price_hour + last.disk_hour
    await budgets.refuse_unaffordable(work, instance.owner_id, price, but=instance.id)
    return str(price)


def _promise(operation: FleetOperation, price: str | None) -> FleetOperation:
    if price is not None:
        operations.note(operation, price_hour=price)
    return operation
