"""Brings an instance's machine back for somebody who asks: if his budget allows one that fits."""

from decimal import Decimal
from uuid import UUID

from dumont.fleet.instances import access, operations, wishing
from dumont.fleet.launching import choosing, renter
from dumont.fleet.launching.choosing import Wishes
from dumont.fleet.money import budgets
from dumont.fleet.money.budgets import Left
from dumont.fleet.rules.states import State
from dumont.fleet.rules.wanted import Wanted
from dumont.fleet.store import showing as store
from dumont.fleet.tables import FleetInstance, FleetOperation
from dumont.market.following import Market, MarketNotLoaded
from dumont.platform.work import Work

WITHOUT: frozenset[State] = frozenset({"hibernated", "interrupted", "failed", "on_standby", "paused"})
"""In these it has no machine that is paid for by the hour, but for its standby."""


RACES = WITHOUT - {"paused"}
"""In these it gets another one."""


async def wake(work: Work, market: Market, instance_id: UUID) -> FleetOperation:
    instance = await access.instance(work, instance_id, to_change=True)
    return await wake_up(work, market, instance, wishing.ASKED)


async def wake_up(
    work: Work, market: Market, instance: FleetInstance, why: str, *, who: str | None = None
) -> FleetOperation:
    """`instance` is locked."""
    price = await _affordable(work, instance, market)
    return _promise(await wishing.wake_up(work, instance, why, who=who), price)


async def bring_up(work: Work, market: Market, instance: FleetInstance, why: str, *, who: str) -> FleetOperation:
    """From its sleep, or its pause: whoever wants it to run by the clock minds neither. `instance` is locked."""
    if instance.state != "paused":
        return await wake_up(work, market, instance, why, who=who)
    price = await _affordable(work, instance)
    return _promise(await wishing.go_on(work, instance, why, who=who), price)


async def resume(work: Work, instance_id: UUID) -> FleetOperation:
    price = await _affordable(work, await access.instance(work, instance_id, to_change=True))
    return _promise(await wishing.resume(work, instance_id), price)


async def half_life(work: Work, instance_id: UUID) -> FleetOperation:
    """One that sleeps costs nothing by the hour: where a day's or a month's budget is used up, it goes on sleeping."""
    instance = await access.instance(work, instance_id, to_change=True)
    if instance.state in WITHOUT:
        await budgets.refuse_unaffordable(work, instance.owner_id, Decimal(0), but=instance.id)
    return await wishing.half_life(work, instance_id)


async def _affordable(work: Work, instance: FleetInstance, market: Market | None = None) -> str | None:
    """Its price, which counts from now on, whoever asks next: that of the machine that it had last, or where that is
    too dear, of those within what is left."""
    last = (await store.last_machines(work.tx, [instance.id])).get(instance.id)
    if last is None or instance.state not in WITHOUT:
        return None
    price = last.price_hour + last.disk_hour
    left = await budgets.left(work, instance.owner_id, but=instance.id)
    if left is not None and price > left.hour and market is not None and instance.state in RACES:
        price = await _within(work, market, instance, left) or price
    await budgets.refuse_unaffordable(work, instance.owner_id, price, but=instance.id)
    return str(price)


async def _within(work: Work, market: Market, instance: FleetInstance, left: Left) -> Decimal | None:
    """The dearest of those that would race; None where nothing is known of any machine."""
    user_id, wanted = await renter.of(work, instance), Wanted.model_validate(instance.wanted)
    try:
        view = await market.view()
    except MarketNotLoaded:
        return None
    if user_id is None:
        return None
    taste = choosing.taste_of(wanted, wanted.race.machines or work.settings.fleet_race_machines)
    fits = await choosing.within(work, view, Wishes(wanted=wanted, user_id=user_id, taste=taste), left.hour)
    if fits.cheapest is not None:
        raise left.refusal(fits.cheapest)
    return max((choosing.hour_of(each, wanted.disk_gb) for each in fits.found.chosen), default=None)


def _promise(operation: FleetOperation, price: str | None) -> FleetOperation:
    if price is not None:
        operations.note(operation, price_hour=price)
    return operation
