"""Works out what a time of use costs at the cheapest, the median and the dearest cloud, and at the large ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from cashews import Cache

from dumont.basics.gpu import gpus
from dumont.market.arbitrage import as_of, meant, quoted
from dumont.market.asks import named, priced
from dumont.market.following import Market, View
from dumont.market.money import written
from dumont.market.remembered import key_of, remembered
from dumont.market.rules import spread
from dumont.market.rules.query import Query
from dumont.market.rules.spread import Asks, Quote

LARGE = ("aws", "gcp")


@dataclass(frozen=True, slots=True)
class Use:
    hours_per_day: float
    days: float

    @property
    def hours(self) -> float:
        return self.hours_per_day * self.days

    def cost(self, price: int) -> int:
        return round(price * self.hours)


async def savings(market: Market, cache: Cache, model: str, use: Use, now: datetime) -> dict[str, Any]:
    """Of all models that the name means, as if they were one: whoever asks for an A100 takes any of them."""
    view = await market.view()
    asked = meant(model)
    key = key_of("savings", view, now, asked.models, use)
    worked_out = await remembered(cache, key, lambda: _worked_out(view, asked.query, use, now))
    return {
        "model": model,
        "models": asked.models,
        "models_suggested": asked.suggested,
        "hours_per_day": use.hours_per_day,
        "days": use.days,
        "hours": use.hours,
        **worked_out,
        "as_of": as_of(view, now),
    }


def _worked_out(view: View, query: Query, use: Use, now: datetime) -> dict[str, Any]:
    asks = spread.sold(priced(view, query, now).on_demand)
    return {**_costs(view, asks, use), "clouds": list(_clouds(view, asks, use, now)), "offers": len(asks)}


def _costs(view: View, asks: Asks, use: Use) -> dict[str, Any]:
    if not len(asks):
        names = ("cheapest", "median", "dearest", "saving_on_median", "saving_on_dearest")
        return dict.fromkeys(names)
    lows = spread.quotes(asks)
    cheapest, dearest, median = lows[0], spread.dearest(lows), spread.median(asks.price)
    spent = use.cost(cheapest.price)
    return {
        "cheapest": _cost(view, cheapest, use),
        "median": {
            "provider": None,
            "offer_id": None,
            "price_gpu_hour": written(median),
            "cost": written(use.cost(median)),
        },
        "dearest": _cost(view, dearest, use),
        "saving_on_median": written(use.cost(median) - spent),
        "saving_on_dearest": written(use.cost(dearest.price) - spent),
    }


def _cost(view: View, quote: Quote, use: Use) -> dict[str, Any]:
    return {**quoted(view.shelf, quote), "cost": written(use.cost(quote.price))}


def _clouds(view: View, asks: Asks, use: Use, now: datetime) -> Iterator[dict[str, Any]]:
    """Of each large cloud its nearest machine on demand, in that model the cheapest."""
    if not len(asks):
        return
    read = named(view.shelf, "gpu_name")
    cheapest = spread.quotes(asks)[0]
    wanted = gpus()[read(int(asks.model[np.flatnonzero(asks.place == cheapest.place)[0]]))]
    for name in LARGE:
        own = spread.sold(priced(view, Query(spot=False, providers=frozenset({name})), now).on_demand)
        sold = {read(code): code for code in np.unique(own.model).tolist()}
        nearest = spread.nearest(wanted, [gpus()[model] for model in sold if model in gpus()])
        if nearest is not None:
            quote = spread.quotes(spread.sold(own.at(np.flatnonzero(own.model == sold[nearest.name]))))[0]
            yield _against(view, quote, (nearest.name, wanted.name), use.cost(cheapest.price), use)


def _against(view: View, quote: Quote, names: tuple[str, str], spent: int, use: Use) -> dict[str, Any]:
    found, wanted = names
    cost = use.cost(quote.price)
    return {
        **_cost(view, quote, use),
        "model": found,
        "same_model": found == wanted,
        "why": _why(found, wanted),
        "saving": written(cost - spent),
        "saving_percent": round((cost - spent) / cost * 100, 2) if cost else 0.0,
    }


def _why(found: str, wanted: str) -> str:
    if found == wanted:
        return "The same GPU."
    times = spread.times_as_large(gpus()[found], gpus()[wanted])
    return f"The nearest by compute times memory: {times:.1f} times {wanted}."
