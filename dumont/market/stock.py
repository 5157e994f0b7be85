"""Tells what there is on the market: models of GPU and clouds, with counts and prices."""

from datetime import datetime
from typing import Any

import numpy as np
from cashews import Cache

from dumont.basics.gpu import gpus
from dumont.market import search
from dumont.market.asks import Array, distinct, named, priced
from dumont.market.following import Market, View
from dumont.market.money import price
from dumont.market.remembered import key_of, remembered
from dumont.market.rules import spread
from dumont.market.rules.query import Query
from dumont.market.rules.spread import Asks
from dumont.market.shelf.columns import NEVER
from dumont.providers.registry import NAMES, kind


async def models(market: Market, cache: Cache, now: datetime) -> dict[str, Any]:
    view = await market.view()
    return await remembered(cache, key_of("models", view, now), lambda: _models(view, now))


async def providers(market: Market, cache: Cache, now: datetime) -> dict[str, Any]:
    view = await market.view()
    counted = await remembered(cache, key_of("providers", view, now), lambda: _providers(view, now))
    seconds = view.shelf.ages(now)
    fresh = {
        name: {"age_seconds": search.rounded(age), "stale": search.is_stale(view, age)}
        for name, age in sorted(seconds.items())
    }
    return {"items": [_none_of(name) | counted.get(name, {}) | age for name, age in fresh.items()]}


def title(provider: str) -> str:
    return kind(provider).title if provider in NAMES else provider


def _models(view: View, now: datetime) -> dict[str, Any]:
    """In the order of the table of facts: the newest and largest first."""
    there = priced(view, Query(), now)
    listed = np.bincount(view.shelf.column("gpu_name")[_listed(view)])
    numbers = {text: code for code, text in enumerate(view.shelf.texts("gpu_name")) if text}
    found = ((name, numbers[name]) for name in gpus() if name in numbers)
    return {
        "items": [
            _model(view, name, there.on_demand.at(own), there.spot.at(own)) | {"offers": int(listed[code])}
            for name, code in found
            if code < len(listed) and listed[code]
            for own in [np.flatnonzero(there.on_demand.model == code)]
        ]
    }


def _model(view: View, name: str, on_demand: Asks, spot: Asks) -> dict[str, Any]:
    gpu, prices, bids = gpus()[name], _sold(on_demand), _sold(spot)
    return {
        "name": name,
        "vendor": gpu.vendor,
        "architecture": gpu.architecture,
        "vram_gb": gpu.memory_gb,
        "tflops": gpu.fp16_tflops,
        "bandwidth_gbs": gpu.bandwidth_gbs,
        "available": len(on_demand),
        "providers": distinct(on_demand.provider, named(view.shelf, "provider")),
        "price_low": price(int(prices.min())) if len(prices) else None,
        "price_median": price(spread.median(prices)) if len(prices) else None,
        "price_high": price(int(prices.max())) if len(prices) else None,
        "spot_low": price(int(bids.min())) if len(bids) else None,
    }


def _providers(view: View, now: datetime) -> dict[str, dict[str, Any]]:
    there = priced(view, Query(), now).on_demand
    listed = np.bincount(view.shelf.column("provider")[_listed(view)])
    read = named(view.shelf, "provider")
    return {
        read(code): _provider(read(code), int(listed[code]), there.at(np.flatnonzero(there.provider == code)))
        for code in np.flatnonzero(listed).tolist()
    }


def _provider(name: str, listed: int, own: Asks) -> dict[str, Any]:
    prices = _sold(own)
    return _none_of(name) | {
        "offers": listed,
        "available": len(own),
        "models": len(np.unique(own.model)),
        "price_low": price(int(prices.min())) if len(prices) else None,
        "price_high": price(int(prices.max())) if len(prices) else None,
    }


def _none_of(name: str) -> dict[str, Any]:
    counts = {"offers": 0, "available": 0, "models": 0}
    return {"name": name, "title": title(name), **counts, "price_low": None, "price_high": None}


def _listed(view: View) -> Array:
    """The rows in the newest lists, whether they can be had or not."""
    return np.flatnonzero(view.shelf.column("gone_at") == NEVER)


def _sold(asks: Asks) -> Array:
    return asks.price[asks.price > 0]
