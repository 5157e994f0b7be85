"""Sets what is now beside the last 7 days: cloud by cloud for one GPU, and offers below their model's usual price."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from cashews import Cache

from dumont.basics.errors import Unavailable
from dumont.market.arbitrage import as_of, meant
from dumont.market.asks import named, offer_id, priced
from dumont.market.following import Market, View
from dumont.market.mine import NOBODYS, Mine
from dumont.market.money import price, prices, written
from dumont.market.remembered import key_of, remembered
from dumont.market.rules import spread, trend
from dumont.market.rules.query import Query
from dumont.market.rules.spread import Asks
from dumont.market.stock import title
from dumont.market.store import history
from dumont.market.store.history import ModelHour
from dumont.market.store.usual import Usual, usual
from dumont.platform.work import Work

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


async def compare(work: Work, market: Market, cache: Cache, model: str) -> dict[str, Any]:
    """One row a cloud, the cheapest first. The past comes from the database, if that answers."""
    view = await market.view()
    asked = meant(model)
    query = Query(models=frozenset(asked.models))
    key = key_of("compare", view, work.now, asked.models)
    rows = await remembered(cache, key, lambda: _clouds(view, query, work.now)) if asked.models else []
    hours, known = await _hours(work, asked.models if rows else ())
    return {
        "model": model,
        "models": asked.models,
        "models_suggested": asked.suggested,
        "items": [_with_past(row, hours.get(row["provider"], ()), work.now) for row in rows],
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
    read = named(view.shelf, "provider")
    rows = []
    for code in np.unique(there.on_demand.provider).tolist():
        own = np.flatnonzero(there.on_demand.provider == code)
        rows.append(_cloud(view, read(code), there.on_demand.at(own), there.spot.at(own), claims))
    return sorted(rows, key=lambda row: (row["lowest"] is None, float(row["lowest"] or 0), row["provider"]))


def _cloud(view: View, name: str, on_demand: Asks, spot: Asks, claims: Any) -> dict[str, Any]:
    sold, bids = spread.sold(on_demand), spread.sold(spot)
    told = claims[on_demand.place]
    told = told[~np.isnan(told)]
    best = sold if len(sold) else bids
    return {
        "provider": name,
        "title": title(name),
        "lowest": price(int(sold.price[0])) if len(sold) else None,
        "median": price(spread.median(sold.price)) if len(sold) else None,
        "count": len(on_demand),
        "spot_lowest": price(int(bids.price[0])) if len(bids) else None,
        "reliability": round(float(told.astype(np.float64).mean()), 4) if len(told) else None,
        "offer_id": offer_id(view.shelf, int(best.place[0])) if len(best) else None,
    }


async def _hours(work: Work, models: Sequence[str]) -> tuple[Mapping[str, Sequence[ModelHour]], dict[str, Any]]:
    """By cloud."""
    found: dict[str, list[ModelHour]] = {}
    try:
        for hour in await history.hours_of(work.tx, models, work.now - WEEK) if models else ():
            found.setdefault(hour.provider, []).append(hour)
    except Unavailable:
        return {}, AWAY
    return found, THERE


def _with_past(row: dict[str, Any], hours: Sequence[ModelHour], now: datetime) -> dict[str, Any]:
    lowest = None if row["lowest"] is None else round(float(row["lowest"]) * 1_000_000)
    series = [hour | prices(hour, "lowest", "median", "highest", "spot_lowest") for hour in trend.together(hours)]
    return row | {"trend_7d_percent": trend.change_percent(lowest, hours, now), "series": series}


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
