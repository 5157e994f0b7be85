"""Tells what sleeping has saved, each figure with the rows that it comes from."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from cashews import Cache

from dumont.basics.errors import Invalid
from dumont.fleet.instances import access
from dumont.fleet.rules import savings as rules
from dumont.fleet.rules.savings import NOTHING, Gpus, Report, Saved, Sleep, Window, money
from dumont.fleet.store import savings as store
from dumont.fleet.store.savings import Held
from dumont.market import savings as market_savings
from dumont.market.following import Market, MarketNotLoaded
from dumont.market.savings import Use
from dumont.platform.work import Work

USUAL = timedelta(days=30)
LONGEST = timedelta(days=366)
AN_HOUR = Use(1, 1)


@dataclass(frozen=True, slots=True)
class Reference:
    """The nearest machine of a large cloud, on demand."""

    price_hour: Decimal
    of: str


@dataclass(frozen=True, slots=True)
class Like:
    """Hours of a machine, held or slept through, at what the like of it costs at a large cloud."""

    instance_id: UUID
    gpus: Gpus
    hours: Decimal
    price_hour: Decimal
    of: str
    hibernation_id: UUID | None = None

    @property
    def cost(self) -> Decimal:
        return self.hours * self.price_hour


@dataclass(frozen=True, slots=True)
class Found:
    window: Window
    report: Report
    sleeps: list[Sleep]
    spent: dict[tuple[UUID, Any], Decimal]
    names: dict[UUID, str]
    likes: list[Like]
    """Of hours that have none nothing is said."""

    def spent_by(self, instance_id: UUID) -> Decimal:
        return sum((cost for (owner, _), cost in self.spent.items() if owner == instance_id), NOTHING)

    def likes_of(self, instance_id: UUID) -> list[Like]:
        return [each for each in self.likes if each.instance_id == instance_id]

    def on_demand(self, instance_id: UUID) -> Decimal | None:
        """What the same hours, slept through or not, cost at the large clouds; None without a like machine there."""
        likes = self.likes_of(instance_id)
        return sum((each.cost for each in likes), NOTHING) if likes else None


def window_of(now: datetime, since: datetime | None, until: datetime | None) -> Window:
    end = min(until or now, now)
    begin = since or end - USUAL
    if begin >= end:
        raise Invalid.field("from", "is not before the end of the window")
    if end - begin > LONGEST:
        raise Invalid.field("from", f"is more than {LONGEST.days} days before the end of the window")
    return Window(begin, end)


async def real(work: Work, window: Window, instance_id: UUID | None, market: Market, cache: Cache) -> Found:
    owners = (await access.mine(work)).owners
    sleeps = await store.sleeps(work.tx, owners, window, instance_id)
    spent = await store.spent_by_day(work.tx, owners, window, work.now, instance_id)
    held = await store.held(work.tx, owners, window, work.now, instance_id)
    names = await store.names(work.tx, list({sleep.instance_id for sleep in sleeps} | {one for one, _ in spent}))
    report = rules.report(sleeps, window, work.now)
    models = {gpus.name for gpus in (*(each.gpus for each in held), *(each.gpus for each in sleeps)) if gpus.name}
    references = {name: found for name in sorted(models) if (found := await _reference(market, cache, name, work.now))}
    return Found(window, report, sleeps, spent, names, list(_likes(held, sleeps, report, references)))


def _likes(
    held: Iterable[Held], sleeps: Iterable[Sleep], report: Report, references: Mapping[str, Reference]
) -> Iterator[Like]:
    """A sleep whose price was written down when it began keeps that one."""
    for each in held:
        if at := _of_all(references, each.gpus):
            yield Like(each.instance_id, each.gpus, each.hours, at.price_hour, at.of)
    for sleep in sleeps:
        hours, at = report.by_sleep[sleep.id].hours, _then(sleep) or _of_all(references, sleep.gpus)
        if hours and at:
            yield Like(sleep.instance_id, sleep.gpus, hours, at.price_hour, at.of, sleep.id)


def _then(sleep: Sleep) -> Reference | None:
    return Reference(sleep.on_demand_hour, sleep.on_demand_of or "") if sleep.on_demand_hour is not None else None


def _of_all(references: Mapping[str, Reference], gpus: Gpus) -> Reference | None:
    one = references.get(gpus.name or "")
    return one and Reference(one.price_hour * gpus.count, one.of)


async def _reference(market: Market, cache: Cache, model: str, now: datetime) -> Reference | None:
    """The cheapest of them now, of one GPU: nobody shall say that we chose the dearest to look good."""
    try:
        found = await market_savings.savings(market, cache, model, AN_HOUR, now)
    except MarketNotLoaded:
        return None
    offers = [Reference(Decimal(cloud["cost"]), f"{cloud['provider']} {cloud['model']}") for cloud in found["clouds"]]
    return min(offers, key=lambda offer: offer.price_hour, default=None)


def shown(found: Found, *, explain: bool) -> dict[str, Any]:
    spent = sum(found.spent.values(), NOTHING)
    total = found.report.total
    on_demand, in_its_place = _against_large_clouds(found)
    return {
        "from": found.window.since,
        "to": found.window.until,
        **_figures(total),
        "spent": money(spent),
        "never_hibernated": money(spent - total.race + total.given_up),
        "on_demand": None if on_demand is None else money(on_demand),
        "saved_on_demand": None if on_demand is None else money(on_demand - in_its_place),
        "instances": [_instance(found, one) for one in sorted(found.names, key=lambda one: found.names[one])],
        "days": [_day(found, day) for day in sorted(found.report.by_day)],
        "explained": [_explained(found, sleep) for sleep in found.sleeps] if explain else None,
        "explained_on_demand": [_like(each) for each in found.likes] if explain else None,
    }


def _against_large_clouds(found: Found) -> tuple[Decimal | None, Decimal]:
    """Their cost, and ours, of the instances that have a like machine there; the others are in neither."""
    costs = {one: cost for one in found.names if (cost := found.on_demand(one)) is not None}
    ours = sum((found.spent_by(one) + found.report.by_instance.get(one, Saved()).storage for one in costs), NOTHING)
    return (sum(costs.values(), NOTHING) if costs else None), ours


def _figures(saved: Saved) -> dict[str, Any]:
    return {
        "hours_asleep": round(float(saved.hours), 4),
        "given_up": money(saved.given_up),
        "storage": money(saved.storage),
        "race_overhead": money(saved.race),
        "saved": money(saved.saved),
    }


def _instance(found: Found, instance_id: UUID) -> dict[str, Any]:
    on_demand, of = found.on_demand(instance_id), {each.of: None for each in found.likes_of(instance_id)}
    return {
        "instance_id": instance_id,
        "name": found.names[instance_id],
        **_figures(found.report.by_instance.get(instance_id, Saved())),
        "spent": money(found.spent_by(instance_id)),
        "on_demand": None if on_demand is None else money(on_demand),
        "on_demand_of": ", ".join(of) or None,
    }


def _day(found: Found, day: Any) -> dict[str, Any]:
    spent = sum((cost for (_, of), cost in found.spent.items() if of == day), NOTHING)
    return {"day": day, **_figures(found.report.by_day[day]), "spent": money(spent)}


def _like(each: Like) -> dict[str, Any]:
    return {
        "instance_id": each.instance_id,
        "hibernation_id": each.hibernation_id,
        "gpu_name": each.gpus.name,
        "gpu_count": each.gpus.count,
        "hours": round(float(each.hours), 4),
        "price_hour": money(each.price_hour),
        "of": each.of,
        "cost": money(each.cost),
    }


def _explained(found: Found, sleep: Sleep) -> dict[str, Any]:
    saved = found.report.by_sleep[sleep.id]
    return {
        "hibernation_id": sleep.id,
        "instance_id": sleep.instance_id,
        "rental_id": sleep.rental_id,
        "snapshot_id": sleep.snapshot_id,
        "race_id": sleep.race_id,
        "why": sleep.why,
        "slept_at": sleep.slept_at,
        "ended_at": sleep.ended_at,
        "price_hour": sleep.price_hour,
        "on_demand_hour": sleep.on_demand_hour,
        "on_demand_of": sleep.on_demand_of,
        "snapshot_bytes": sleep.snapshot_bytes,
        "storage_price_gb_month": sleep.storage_price_gb_month,
        **_figures(saved),
        "formula": "It waited for a machine, which saves nothing."
        if sleep.why == rules.WAITS
        else (
            f"{saved.seconds} s / 3600 * {sleep.price_hour:f} - storage {money(saved.storage)}"
            f" - losers of the race {money(saved.race)} = {money(saved.saved)}"
        ),
    }
