"""Tells what sleeping has saved, each figure with the rows that it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from cashews import Cache

from dumont.basics.errors import Invalid
from dumont.fleet.instances import access
from dumont.fleet.rules import savings as rules
from dumont.fleet.rules.savings import NOTHING, Report, Saved, Sleep, Window, money
from dumont.fleet.store import savings as store
from dumont.fleet.store.savings import Named
from dumont.market import savings as market_savings
from dumont.market.following import Market, MarketNotLoaded
from dumont.market.savings import Use
from dumont.platform.work import Work

USUAL = timedelta(days=30)
LONGEST = timedelta(days=366)
AN_HOUR = Use(1, 1)


@dataclass(frozen=True, slots=True)
class Reference:
    """The nearest machine of a large cloud, on demand, as the market knows it now."""

    price_hour: Decimal
    of: str


@dataclass(frozen=True, slots=True)
class Found:
    window: Window
    report: Report
    sleeps: list[Sleep]
    spent: dict[tuple[UUID, Any], Decimal]
    held: dict[UUID, Decimal]
    names: dict[UUID, Named]
    references: Mapping[UUID, Reference]

    def spent_by(self, instance_id: UUID) -> Decimal:
        return sum((cost for (owner, _), cost in self.spent.items() if owner == instance_id), NOTHING)

    def on_demand(self, instance_id: UUID) -> Decimal | None:
        """What the same hours, slept through or not, cost at the large cloud; None without a like machine there."""
        reference = self.references.get(instance_id)
        if reference is None:
            return None
        asleep = self.report.by_instance.get(instance_id, Saved()).hours
        return reference.price_hour * (asleep + self.held.get(instance_id, NOTHING))


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
    held = await store.held_hours(work.tx, owners, window, work.now, instance_id)
    names = await store.named(work.tx, list({sleep.instance_id for sleep in sleeps} | {one for one, _ in spent}))
    references = await _references(market, cache, names, work.now)
    return Found(window, rules.report(sleeps, window, work.now), sleeps, spent, held, names, references)


async def _references(
    market: Market, cache: Cache, names: Mapping[UUID, Named], now: datetime
) -> dict[UUID, Reference]:
    models: dict[str, Reference | None] = {}
    for named in names.values():
        if named.gpu_name and named.gpu_name not in models:
            models[named.gpu_name] = await _reference(market, cache, named.gpu_name, now)
    return {
        named.id: Reference(found.price_hour * named.gpu_count, found.of)
        for named in names.values()
        if named.gpu_name and (found := models[named.gpu_name])
    }


async def _reference(market: Market, cache: Cache, model: str, now: datetime) -> Reference | None:
    """The cheapest of them, of one GPU: nobody shall say that we chose the dearest to look good."""
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
        "instances": [_instance(found, one) for one in sorted(found.names, key=lambda one: found.names[one].name)],
        "days": [_day(found, day) for day in sorted(found.report.by_day)],
        "explained": [_explained(found, sleep) for sleep in found.sleeps] if explain else None,
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
    on_demand, reference = found.on_demand(instance_id), found.references.get(instance_id)
    return {
        "instance_id": instance_id,
        "name": found.names[instance_id].name,
        **_figures(found.report.by_instance.get(instance_id, Saved())),
        "spent": money(found.spent_by(instance_id)),
        "on_demand": None if on_demand is None else money(on_demand),
        "on_demand_of": reference and reference.of,
    }


def _day(found: Found, day: Any) -> dict[str, Any]:
    spent = sum((cost for (_, of), cost in found.spent.items() if of == day), NOTHING)
    return {"day": day, **_figures(found.report.by_day[day]), "spent": money(spent)}


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
