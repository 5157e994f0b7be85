"""Budgets: asked before a launch, warned of at 80 %, and kept at 100 % by putting instances to sleep."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from dumont import accounts
from dumont.basics.errors import Conflict, OutOfFunds
from dumont.fleet.events import BudgetReached
from dumont.fleet.instances import access, moves, wishing
from dumont.fleet.means import Means
from dumont.fleet.rules import budgets as rules
from dumont.fleet.rules.budgets import Level, Limit, Limits, Spent
from dumont.fleet.rules.states import Wish
from dumont.fleet.store import budgets as store
from dumont.fleet.store import instances
from dumont.fleet.store import savings as costs
from dumont.fleet.tables import FleetBudget, FleetInstance
from dumont.platform.work import Work

LOOK_SECONDS = 60.0
MARKS: dict[Level, str] = {"near": "warned", "over": "acted"}
"""Each level is told once in its span."""
AT_ONCE = 100
COSTS_ON: dict[Wish, str] = {
    "running": "it is put to sleep as soon as it runs, and costs until then.",
    "paused": "it stays paused, and what is kept for it goes on to cost. Resume and hibernate it, or destroy it.",
}
"""By the wish of one that can't be put to sleep: a stopped machine is not started, at its price, to spend less."""


class OverBudget(OutOfFunds):
    code = "over_budget"
    hint = "Raise the budget under Savings, or wait until it begins anew."


@dataclass(frozen=True, slots=True)
class Left:
    """Of the budget of an hour, for one machine more."""

    limit: Decimal
    hour: Decimal

    def refusal(self, cheapest: Decimal) -> OverBudget:
        left = f"The budget of {_dollars(self.limit)} an hour leaves ${self.hour:.4f}"
        return OverBudget(f"{left}, and the cheapest machine that fits costs ${cheapest:.4f}.")


@dataclass(frozen=True, slots=True)
class Standing:
    owner_id: UUID
    limits: Limits
    spent: Spent
    changed_at: datetime | None


async def shown(work: Work, team_id: UUID | None) -> Standing:
    return await _standing(work, await access.owner_id(work, team_id))


async def change(work: Work, team_id: UUID | None, limits: Limits) -> Standing:
    owner = await access.payer_id(work, team_id, "its budget")
    values = {
        "owner_id": owner,
        "of_team": team_id is not None,
        "max_price_hour": limits.hour,
        "per_day": limits.day,
        "per_month": limits.month,
        "changed_at": work.now,
        "changed_by": work.caller.user_id,
    }
    await store.put(work.tx, values)
    details = {name: str(limits.of(name) or "none") for name in ("hour", "day", "month")}
    await accounts.audit.record(work, "budget.changed", ("budget", owner), "Changed the budget", details=details)
    return await _standing(work, owner)


async def refuse_unaffordable(work: Work, owner_id: UUID, price_hour: Decimal, *, but: UUID | None = None) -> None:
    """Before another machine is paid for: beside what costs now counts what others are on their way to. `but` is the
    instance that it is for, where there is one."""
    if await store.of(work.tx, owner_id) is None:
        return
    await store.hold_asking(work.tx, owner_id)
    standing = await _standing(work, owner_id)
    standing = replace(standing, spent=replace(standing.spent, hour=await _meant(work, owner_id, but)))
    against = rules.affordable(price_hour, standing.spent, standing.limits)
    if against is not None:
        limit, used = standing.limits.of(against), standing.spent.of(against)
        article = "an" if against == "hour" else "a"
        said = f"The budget of {_dollars(limit)} {article} {against} leaves no room: ${used:.4f} are used."
        raise OverBudget(said)


async def left(work: Work, owner_id: UUID, *, but: UUID | None = None) -> Left | None:
    """None where nothing limits it; nobody else of this owner asks until the transaction is over."""
    budget = await store.of(work.tx, owner_id)
    if budget is None or budget.max_price_hour is None:
        return None
    await store.hold_asking(work.tx, owner_id)
    hour = budget.max_price_hour - await _meant(work, owner_id, but)
    return Left(budget.max_price_hour, max(hour, Decimal(0)))


async def _meant(work: Work, owner_id: UUID, but: UUID | None) -> Decimal:
    """What an hour costs when all that was asked for is there; of `but` only what it costs now."""
    hours = await store.hours(work.tx, owner_id)
    return sum((each.now if each.instance_id == but else max(each.now, each.meant) for each in hours), Decimal(0))


async def room(work: Work, instance: FleetInstance) -> Decimal | None:
    """What a machine for this instance may cost an hour at most, beside all that is held or was asked for; None where
    nothing limits it. Nobody else of this owner asks until the transaction is over."""
    budget = await store.of(work.tx, instance.owner_id)
    if budget is None or budget.max_price_hour is None:
        return None
    await store.hold_asking(work.tx, instance.owner_id)
    beside = [
        each.second if each.instance_id == instance.id else each.meant
        for each in await store.hours(work.tx, instance.owner_id)
    ]
    return max(budget.max_price_hour - sum(beside, Decimal(0)), Decimal(0))


async def lasts_until(work: Work, owner_id: UUID) -> datetime | None:
    """When instances of this owner will be put to sleep, if what they cost stays what it is."""
    budget = await store.of(work.tx, owner_id)
    if budget is None:
        return None
    return rules.lasts_until(await _spent(work, owner_id), _limits(budget), work.now)


async def turn(means: Means) -> float:
    """Looks at every budget; those that are over put their owners' instances to sleep, their data first."""
    after: UUID | None = None
    while True:
        async with means.db.looking() as tx:
            some = [budget.owner_id for budget in await store.page(tx, after, AT_ONCE)]
        for owner_id in some:
            async with means.db.begin() as tx:
                await _judge(means.work(tx), owner_id)
        if len(some) < AT_ONCE:
            return LOOK_SECONDS
        after = some[-1]


async def _judge(work: Work, owner_id: UUID) -> None:
    budget = await store.lock(work.tx, owner_id)
    if budget is None:
        return
    limits, spent = _limits(budget), await _spent(work, owner_id)
    await _judge_hour(work, budget)
    for span, began in zip(rules.SPANS, (work.now.date(), work.now.date().replace(day=1)), strict=True):
        level = rules.level(spent.of(span), limits.of(span))
        mark = f"{MARKS[level]}_{span}" if level in MARKS else None
        first = mark is not None and getattr(budget, mark) != began
        if mark and first:
            setattr(budget, mark, began)
            await _tell(work, budget, span, level, spent)
        if level == "over":
            why = f"The budget of {_dollars(limits.of(span))} a {span} is used up"
            for instance_id in await store.spending(work.tx, owner_id):
                await _save_money(work, instance_id, why, first=first)


async def _judge_hour(work: Work, budget: FleetBudget) -> None:
    """What runs may have become dearer: whoever sleeps already, or is on the way there, is not counted."""
    limit = budget.max_price_hour
    if limit is None:
        return
    awake = frozenset(await store.awake(work.tx, budget.owner_id))
    hours = {each.instance_id: each.now for each in await store.hours(work.tx, budget.owner_id)}
    hours = {identity: hour for identity, hour in hours.items() if identity in awake}
    now = sum(hours.values(), Decimal(0))
    level = rules.level_now(now, limit)
    mark, today = f"{MARKS[level]}_hour" if level in MARKS else None, work.now.date()
    first = mark is not None and getattr(budget, mark) != today
    if mark and first:
        setattr(budget, mark, today)
        await _tell(work, budget, "hour", level, Spent(now, Decimal(0), Decimal(0)))
    if level == "over":
        why = f"Prices have risen above the budget of {_dollars(limit)} an hour"
        for instance_id in sorted(rules.too_dear(hours, limit)):
            await _put_to_sleep(work, instance_id, why, first=first)


async def _save_money(work: Work, instance_id: UUID, why: str, *, first: bool) -> None:
    """Whoever rests, or does now, does so without a second machine."""
    instance = await _put_to_sleep(work, instance_id, why, first=first)
    if instance is None or instance.wish not in store.RESTING or instance.wish != instance.state:
        return
    if instance.standby_rental_id is not None and instance.released_at is None:
        instance.released_at = instance.look_at = work.now
        await moves.note(work, instance, "rental", f"{why}: its standby is given up.", who="budget")
        await instances.wake(work.tx)


async def _put_to_sleep(work: Work, instance_id: UUID, why: str, *, first: bool) -> FleetInstance | None:
    """One that can't be now is met by the next look; that it costs until then is told once."""
    instance = await instances.hold(work.tx, instance_id)
    if instance is None:
        return None
    try:
        await wishing.put_to_sleep(work, instance, f"{why}.", who="budget")
    except Conflict:
        told = COSTS_ON.get(instance.wish) if instance.state in ("launching", "paused") else None
        if told is not None and first:
            await moves.note(work, instance, "warning", f"{why}: {told}", who="budget")
    return instance


async def _tell(work: Work, budget: FleetBudget, span: Limit, level: Level, spent: Spent) -> None:
    limit = _limits(budget).of(span) or Decimal(0)
    event = BudgetReached(owner_id=budget.owner_id, limit=span, level=level, used=spent.of(span), budget=limit)
    await work.publish(event)


async def _standing(work: Work, owner_id: UUID) -> Standing:
    budget = await store.of(work.tx, owner_id)
    limits = _limits(budget) if budget else Limits()
    return Standing(owner_id, limits, await _spent(work, owner_id), budget.changed_at if budget else None)


async def _spent(work: Work, owner_id: UUID) -> Spent:
    day = work.now.replace(hour=0, minute=0, second=0, microsecond=0)
    return await costs.spent(work.tx, owner_id, day, day.replace(day=1), work.now)


def _limits(budget: FleetBudget) -> Limits:
    return Limits(budget.max_price_hour, budget.per_day, budget.per_month)


def _dollars(limit: Decimal | None) -> str:
    """As somebody would write it: cents, and more places only where there are any."""
    exact = (limit or Decimal(0)).normalize()
    return f"${exact.quantize(Decimal('0.01')) if exact.as_tuple().exponent > -2 else exact:f}"  # type: ignore[operator]
