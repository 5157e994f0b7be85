"""Finds differences of price between clouds, all for one GPU and an hour: where they are, and what they save."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cashews import Cache

from dumont.market import search
from dumont.market.asks import named, offer_id, priced
from dumont.market.following import Market, View
from dumont.market.money import written
from dumont.market.remembered import key_of, remembered
from dumont.market.rules import spread
from dumont.market.rules.effective_price import HOURS_A_MONTH
from dumont.market.rules.query import Query
from dumont.market.rules.spread import Quote, Spread
from dumont.market.shelf.shelf import Shelf

NOTES = {
    "cheapest": "The low end is one host that is not known to be reliable.",
    "dearest": "The high end is one host that is not known to be reliable.",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    min_spread: float
    model: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Meant:
    """What a name of a GPU means: the models, and names near to it where it means none."""

    models: Sequence[str] = ()
    suggested: Sequence[str] = ()
    query: Query = field(default_factory=lambda: Query(spot=False))


async def opportunities(market: Market, cache: Cache, wanted: Wanted, now: datetime) -> dict[str, Any]:
    view = await market.view()
    asked = meant(wanted.model, wanted.region)
    key = key_of("opportunities", view, now, asked.models, wanted.region, wanted.min_spread)
    items = await remembered(cache, key, lambda: _opportunities(view, asked.query, wanted.min_spread, now))
    return {"items": items, "as_of": as_of(view, now), "models_suggested": asked.suggested}


def meant(model: str | None, region: str | None = None) -> Meant:
    """Only what can be had on demand, and from machines that are not blocked."""
    regions = frozenset({region}) if region else None
    if model is None:
        return Meant(query=Query(spot=False, regions=regions))
    models, unknown = search.canonical_of([model])
    return Meant(sorted(models), search.suggested(unknown), Query(spot=False, models=models, regions=regions))


def as_of(view: View, now: datetime) -> datetime | None:
    """The age of the oldest list that still counts."""
    stale = view.shelf.stale(now, view.stale_seconds)
    seen = [mark.seen_at for name, mark in view.shelf.marks.items() if name not in stale and mark.seen_at is not None]
    return min(seen, default=None)


def _opportunities(view: View, query: Query, min_spread: float, now: datetime) -> list[dict[str, Any]]:
    """The widest first."""
    there = priced(view, query, now)
    found = spread.spreads(there.on_demand, least_percent=min_spread)
    effective = {one.model: one for one in spread.spreads(there.effective, least_percent=0)}
    read = named(view.shelf, "gpu_name")
    items = [_opportunity(view.shelf, read(one.model), one, effective.get(one.model)) for one in found]
    return sorted(items, key=lambda item: (-item["spread_percent"], item["model"]))


def _opportunity(shelf: Shelf, model: str, found: Spread, effective: Spread | None) -> dict[str, Any]:
    return {
        "model": model,
        **_ends(shelf, found),
        "median": written(found.median),
        "effective": _ends(shelf, effective) if effective else None,
        "offers": found.offers,
        "providers": found.providers,
        "single_host": found.single is not None,
        "note": NOTES.get(found.single or ""),
    }


def _ends(shelf: Shelf, found: Spread) -> dict[str, Any]:
    saving = found.dearest.price - found.cheapest.price
    return {
        "cheapest": quoted(shelf, found.cheapest),
        "dearest": quoted(shelf, found.dearest),
        "spread_percent": round(found.percent, 2),
        "saving_hour": written(saving),
        "saving_month": written(round(saving * HOURS_A_MONTH)),
    }


def quoted(shelf: Shelf, quote: Quote) -> Mapping[str, Any]:
    return {
        "provider": named(shelf, "provider")(quote.provider),
        "price_gpu_hour": written(quote.price),
        "offer_id": offer_id(shelf, quote.place),
    }
