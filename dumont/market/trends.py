"""Sets what is now beside the last 7 days: cloud by cloud for one GPU, and offers below their model's usual price."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

import numpy as np
from cashews import Cache

from dumont.basics.errors import Unavailable
from dumont.market.arbitrage import as_of, meant
from dumont.market.asks import Priced, named, offer_id, priced
from dumont.market.following import Market, View
from dumont.market.mine import NOBODYS, Mine
from dumont.market.money import price, prices, written
from dumont.market.remembered import key_of, remembered
from dumont.market.rules import spread, trend
from dumont.market.rules.query import Query
from dumont.market.rules.spread import Asks
from dumont.market.stock import title
from dumont.market.store.hours import ModelHour, hours_in, hours_of
from dumont.market.store.usual import Usual, usual
from dumont.platform.work import Work

Hours: TypeAlias = Mapping[tuple[str, str], Sequence[ModelHour]]
WEEK = timedelta(days=7)
DOUBTED = "Its host is not known to be reliable."
NO_HISTORY = "The database does not answer: past prices are missing."
THERE: dict[str, Any] = {"available": True, "note": None}
AWAY: dict[str, Any] = {"available": False, "note": NO_HISTORY}


@dataclass(frozen=True, slots=True)
class Wanted:
    limit: int
    model: str | None = None
    mine: Mine = NOBODYS


async def compare(work: Work, market: Market, cache: Cache, model: str, region: str | None = None) -> dict[str, Any]:
    """One row a cloud, the cheapest first. The past comes from the database, if that answers."""
    view = await market.view()
    asked = meant(model)
    query = Query(models=frozenset(asked.models), regions=frozenset({region}) if region else None)
    key = key_of("compare", view, work.now, asked.models, region)
    rows = await remembered(cache, key, lambda: _clouds(view, query, work.now)) if asked.models else []
    hours, known = await _hours(work, view, query) if rows else ({}, THERE)
    return {
        "model": model,
        "models": asked.models,
        "models_suggested": asked.suggested,
        "items": [_with_past(row, hours, work.now) for row in rows],
        "as_of": as_of(view, work.now),
        "history": known,
    }


async def best_deals(work: Work, market: Market, cache: Cache, wanted: Wanted) -> dict[str, Any]:
    """The farthest below the usual price first, one of each machine and model."""
    view = await market.view()
    asked = meant(wanted.model)
    try:
        prices_before, known = await usual(work.tx, work.now - WEEK), THERE
    except Unavailable:
        prices_before, known = {}, AWAY
    query = wanted.mine.careful(asked.query)
    own = (sorted(query.kept_out), query.min_score)
    key = key_of("deals", view, work.now, asked.models, wanted.limit, own, sorted(prices_before.items(), key=str))
    made = await remembered(cache, key, lambda: _deals(view, query, prices_before, wanted.limit, work.now))
    return {
        "items": _shown(view, made, work.now),
        "models_suggested": asked.suggested,
        "as_of": as_of(view, work.now),
        "history": known,
    }


def _clouds(view: View, query: Query, now: datetime) -> list[dict[str, Any]]:
    there = priced(view, query, now)
    claims = view.shelf.column("provider_reliability")
    cloud, gpu = named(view.shelf, "provider"), named(view.shelf, "gpu_name")
    found: dict[str, list[dict[str, Any]]] = {}
    for code, model in np.unique(np.stack((there.on_demand.provider, there.on_demand.model)), axis=1).T.tolist():
        own = np.flatnonzero((there.on_demand.provider == code) & (there.on_demand.model == model))
        found.setdefault(cloud(code), []).append(_of_one(view, gpu(model), there.at(own), claims))
    rows = [_cloud(name, sorted(own, key=_cheapest)) for name, own in found.items()]
    return sorted(rows, key=lambda row: (*_cheapest(row)[:2], row["provider"]))


def _cheapest(row: Mapping[str, Any]) -> tuple[bool, float, str]:
    return row["lowest"] is None, float(row["lowest"] or row["spot_lowest"] or 0), row["model"]


def _cloud(name: str, models: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A median over several GPUs would be that of none."""
    return {"provider": name, "title": title(name), **models[0], "others": models[1:]}


def _of_one(view: View, model: str, there: Priced, claims: Any) -> dict[str, Any]:
    sold, bids, useful = (spread.sold(asks) for asks in (there.on_demand, there.spot, there.effective))
    told = claims[there.on_demand.place]
    told = told[~np.isnan(told)]
    best = sold if len(sold) else bids
    return {
        "model": model,
        "lowest": price(int(sold.price[0])) if len(sold) else None,
        "median": price(spread.median(sold.price)) if len(sold) else None,
        "count": len(there.on_demand),
        "spot_lowest": price(int(bids.price[0])) if len(bids) else None,
        "effective_lowest": price(int(useful.price[0])) if len(useful) else None,
        "reliability": round(float(told.astype(np.float64).mean()), 4) if len(told) else None,
        "offer_id": offer_id(view.shelf, int(best.place[0])) if len(best) else None,
    }


async def _hours(work: Work, view: View, query: Query) -> tuple[Hours, dict[str, Any]]:
    """By cloud and model."""
    found: dict[tuple[str, str], list[ModelHour]] = {}
    models, since = sorted(query.models or ()), work.now - WEEK
    try:
        if query.regions is None:
            told = await hours_of(work.tx, models, since)
        else:
            told = await hours_in(work.tx, models, _regions(view, query, work.now), since)
    except Unavailable:
        return {}, AWAY
    for hour in told:
        found.setdefault((hour.provider, hour.gpu_name), []).append(hour)
    return found, THERE


def _regions(view: View, query: Query, now: datetime) -> Mapping[str, Sequence[str]]:
    """By cloud; those too where nothing is left to rent."""
    ever = replace(query, available_only=False, include_blacklisted=True)
    rows = view.shelf.find_all(ever, now, stale_seconds=view.stale_seconds)
    cloud, region = named(view.shelf, "provider"), view.shelf.texts("region")
    found: dict[str, list[str]] = {}
    pairs = np.stack((view.shelf.column("provider")[rows], view.shelf.column("region")[rows]))
    for code, place in np.unique(pairs, axis=1).T.tolist():
        if text := region[place]:
            found.setdefault(cloud(code), []).append(text)
    return found


def _with_past(row: dict[str, Any], hours: Hours, now: datetime) -> dict[str, Any]:
    others = [one | _past(one, hours.get((row["provider"], one["model"]), ()), now) for one in row["others"]]
    return row | _past(row, hours.get((row["provider"], row["model"]), ()), now) | {"others": others}


def _past(row: Mapping[str, Any], hours: Sequence[ModelHour], now: datetime) -> dict[str, Any]:
    lowest = None if row["lowest"] is None else round(float(row["lowest"]) * 1_000_000)
    series = [hour | prices(hour, *trend.HOURLY) for hour in trend.together(hours)]
    return {"trend_7d_percent": trend.change_percent(lowest, hours, now), "series": series}


def _deals(view: View, query: Query, before: Mapping[str, Usual], limit: int, now: datetime) -> list[dict[str, Any]]:
    asks = spread.sold(priced(view, query, now).on_demand)
    medians = np.array([before[name].median if name in before else 0 for name in _names(view)])
    order = spread.below(asks, medians)[:limit]
    read = named(view.shelf, "gpu_name")
    return [_deal(view, asks, at, before[read(int(asks.model[at]))]) for at in order]


def _names(view: View) -> list[str]:
    return [name or "" for name in view.shelf.texts("gpu_name")]


def _deal(view: View, asks: Asks, at: int, before: Usual) -> dict[str, Any]:
    cost = int(asks.price[at])
    return {
        "offer": offer_id(view.shelf, int(asks.place[at])),
        "price_gpu_hour": written(cost),
        "median_7d": written(before.median),
        "discount_percent": round((before.median - cost) / before.median * 100, 2),
        "hours_known": before.hours,
        "note": None if asks.good[at] else DOUBTED,
    }


def _shown(view: View, made: Sequence[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """With the offers as they are at this moment."""
    places = [(deal, view.shelf.row_of(UUID(deal["offer"]))) for deal in made]
    there = [(deal, place) for deal, place in places if place is not None]
    offers = view.shelf.offers([place for _, place in there], now, stale_seconds=view.stale_seconds)
    return [deal | {"offer": offer} for (deal, _), offer in zip(there, offers, strict=True)]
