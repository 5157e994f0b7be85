"""Offers as they leave the shelf: plain values, ready for JSON, with all that was worked out for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from dumont.market.money import written
from dumont.market.rules import effective_price, gscore
from dumont.market.rules.effective_price import HOURS_A_MONTH
from dumont.market.rules.query import Query
from dumont.market.shelf.columns import EPOCH, NEVER, NO_PRICE, Columns, moment
from dumont.market.shelf.experience import Experience
from dumont.market.shelf.filters import Stock
from dumont.market.shelf.row import Mark
from dumont.market.shelf.worth import NONE, STEPS, effective_parts, g_parts, tflops_per_dollar

Array = npt.NDArray[Any]
FIGURES = ("vram_gb", "cpu_cores", "ram_gb", "disk_gb", "inet_down_mbps", "inet_up_mbps", "cuda_max")
TEXTS = ("host_id", "gpu_name", "driver", "region", "country")
PRICES = {
    "price_hour": "price_micros",
    "spot_price_hour": "spot_price_micros",
    "storage_price_gb_month": "storage_price_micros",
    "egress_price_gb": "egress_price_micros",
}


@dataclass(frozen=True, slots=True)
class View:
    """Of whom the offers are shown: when, for which terms, and how fresh each provider is."""

    now: datetime
    query: Query
    marks: Mapping[str, Mark]
    stale: frozenset[str]
    """Providers that were last heard of before `oldest`."""
    oldest: datetime


def offers(stock: Stock, known: Experience, rows: Array, view: View) -> list[dict[str, Any]]:
    some = stock.columns.at(rows)
    columns: dict[str, Sequence[Any]] = {
        **_names(stock, some),
        **{name: _figures(getattr(some, name), 2) for name in FIGURES},
        **{name: _prices(getattr(some, column)) for name, column in PRICES.items()},
        "gpu_count": some.gpu_count.tolist(),
        "provider_reliability": _figures(some.provider_reliability, 6),
        "verified": some.verified.tolist(),
        **_totals(some, view.query),
        **_worth(stock, known, rows, some, view.query),
    }
    names = tuple(columns)
    shown = [dict(zip(names, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    for row, machine in enumerate(some.machine.tolist()):
        shown[row] |= _times(some, row, shown[row]["provider"], view) | known.told(machine, view.now)
    return shown


def _names(stock: Stock, some: Columns) -> dict[str, Sequence[Any]]:
    machines = [str(key).split(":", 1) for key in stock.vocabularies["machine"].decode(some.machine)]
    return {
        "id": [str(some.uuid(row)) for row in range(len(some))],
        "provider": [provider for provider, _ in machines],
        "provider_offer_id": some.provider_offer_id.tolist(),
        "machine_id": [machine for _, machine in machines],
        **{name: stock.vocabularies[name].decode(getattr(some, name)) for name in TEXTS},
    }


def _totals(some: Columns, query: Query) -> dict[str, Sequence[Any]]:
    """With the disk that was asked for; a cloud that names no price for it has it in the price."""
    storage = np.maximum(some.storage_price_micros, 0)
    disk = np.rint(storage * query.disk_gb / HOURS_A_MONTH).astype(np.int64)
    return {
        name: _prices(np.where(price == NO_PRICE, NO_PRICE, price + disk))
        for name, price in (("dph_total", some.price_micros), ("spot_dph_total", some.spot_price_micros))
    }


def _worth(stock: Stock, known: Experience, rows: Array, some: Columns, query: Query) -> dict[str, Sequence[Any]]:
    worth = stock.worth
    spot = bool(query.spot)
    made = effective_parts(some, known, query.terms, spot=spot)
    parts = g_parts(stock.columns, worth, rows, stock.vocabularies["gpu_name"].texts())
    scored = worth.g_score[rows] != NONE
    return {
        "effective_price_hour": _prices(np.where(made.known, made.total, NO_PRICE)),
        "effective_parts": _where(made.known, _dicts(effective_price.PARTS, made, _prices)),
        "g_score": _where(scored, (worth.g_score[rows] / STEPS["g_score"]).tolist()),
        "g_parts": _where(scored, _dicts(gscore.PARTS, parts, lambda values: _figures(values, 2))),
        "tflops": _figures(worth.tflops[rows], 2),
        "tflops_per_dollar": _figures(tflops_per_dollar(some, worth.tflops[rows], spot=spot), 3),
        "pareto": worth.pareto[rows].tolist(),
    }


def _times(some: Columns, row: int, provider: str, view: View) -> dict[str, Any]:
    own, gone = int(some.last_seen[row]), int(some.gone_at[row])
    mark = view.marks.get(provider, Mark())
    seen = own if own != NEVER else moment(mark.seen_at)
    if seen == NEVER:
        seen = gone if gone != NEVER else int(some.first_seen[row])
    missed = gone == NEVER and own != NEVER and own < moment(view.oldest)
    stale = missed or provider in view.stale
    return {
        "available": bool(some.available[row]) and gone == NEVER and not stale,
        "first_seen": _iso(int(some.first_seen[row])),
        "last_seen": _iso(seen),
        "age_seconds": round(max(moment(view.now) - seen, 0) / 1e6, 1),
        "stale": stale,
    }


def _iso(at: int) -> str:
    return (EPOCH + timedelta(microseconds=at)).isoformat().replace("+00:00", "Z")


def _figures(values: Array, decimals: int) -> list[float | None]:
    """Kept with seven figures; rounded, so that they come out as they went in."""
    rounded = np.round(values.astype(np.float64), decimals)
    return [None if value != value else value for value in rounded.tolist()]  # noqa: PLR0124 - only NaN is not itself


def _prices(micros: Array) -> list[str | None]:
    return [None if price == NO_PRICE else written(price) for price in micros.tolist()]


def _dicts(names: Sequence[str], parts: Any, told: Any) -> list[dict[str, Any]]:
    columns = [told(getattr(parts, name)) for name in names]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def _where(known: Array, values: Sequence[Any]) -> list[Any]:
    return [value if there else None for there, value in zip(known.tolist(), values, strict=True)]
