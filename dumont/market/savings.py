"""Works out what a time of use costs at the cheapest, the median and the dearest cloud, and at the large ones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from cashews import Cache

from dumont.basics.gpu import Gpu, gpus
from dumont.market.arbitrage import as_of, meant, quoted
from dumont.market.asks import named, priced
from dumont.market.following import Market, View
from dumont.market.money import written
from dumont.market.remembered import key_of, remembered
from dumont.market.rules import spread
from dumont.market.rules.query import Query
from dumont.market.rules.spread import Asks, Quote

LARGE = ("aws", "gcp")
COSTS = ("cheapest", "median", "dearest", "saving_on_median", "saving_on_dearest")
NOBODY: Mapping[str, Any] = {"variant": None, **dict.fromkeys(COSTS), "clouds": [], "offers": 0}


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
    """Of each model that the name means by itself: a median over several would be that of none. Whoever asks for an
    A100 takes any of them, so that with the cheapest offer comes first."""
    view = await market.view()
    asked = meant(model)
    key = key_of("savings", view, now, asked.models, use)
    found = await remembered(cache, key, lambda: _worked_out(view, asked.query, use, now)) if asked.models else []
    return {
        "model": model,
        "models": asked.models,
        "models_suggested": asked.suggested,
        "hours_per_day": use.hours_per_day,
        "days": use.days,
        "hours": use.hours,
        **(found[0] if found else NOBODY),
        "others": found[1:],
        "as_of": as_of(view, now),
    }


def _worked_out(view: View, query: Query, use: Use, now: datetime) -> list[dict[str, Any]]:
    groups = sorted(
        spread.models(priced(view, query, now).on_demand), key=lambda asks: (int(asks.price[0]), int(asks.place[0]))
    )
    large = {name: _large(view, name, now) for name in LARGE} if groups else {}
    return [_of_one(view, asks, large, use) for asks in groups]


def _large(view: View, name: str, now: datetime) -> Asks:
    return spread.sold(priced(view, Query(spot=False, providers=frozenset({name})), now).on_demand)


def _of_one(view: View, asks: Asks, large: Mapping[str, Asks], use: Use) -> dict[str, Any]:
    variant = named(view.shelf, "gpu_name")(int(asks.model[0]))
    clouds = list(_clouds(view, gpus()[variant], large, use, use.cost(int(asks.price[0]))))
    return {"variant": variant, **_costs(view, asks, use), "clouds": clouds, "offers": len(asks)}


def _costs(view: View, asks: Asks, use: Use) -> dict[str, Any]:
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


def _clouds(view: View, wanted: Gpu, large: Mapping[str, Asks], use: Use, spent: int) -> Iterator[dict[str, Any]]:
    """Of each large cloud its nearest machine on demand, in that model the cheapest."""
    read = named(view.shelf, "gpu_name")
    for own in large.values():
        sold = {read(code): code for code in np.unique(own.model).tolist()}
        nearest = spread.nearest(wanted, [gpus()[model] for model in sold if model in gpus()])
        if nearest is not None:
            quote = spread.quotes(own.at(np.flatnonzero(own.model == sold[nearest.name])))[0]
            yield _against(view, quote, (nearest.name, wanted.name), spent, use)


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
