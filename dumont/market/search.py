"""Searches the offers in memory; the database is not asked."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from dumont.basics.gpu import named, nearest
from dumont.market.following import Market, View
from dumont.market.mine import NOBODYS, Mine
from dumont.market.rules import words
from dumont.market.rules.query import Query, sort_named

SUGGESTIONS = 3
LISTS = {"provider": "providers", "region": "regions"}


async def search(market: Market, given: Mapping[str, Any], now: datetime, mine: Mine = NOBODYS) -> dict[str, Any]:
    """`given` is what the caller said, by the names of the door; what is not said is not in it."""
    query = mine.narrowed(query_of(given, mine.usual))
    view = await market.view()
    found = view.shelf.find(query, now, stale_seconds=view.stale_seconds)
    return {
        "items": mine.marked(view.shelf.offers(found.rows, now, query, stale_seconds=view.stale_seconds)),
        "total": found.total,
        "next_cursor": found.next,
        "sort": f"-{query.sort}" if query.descending else query.sort,
        "hidden": {
            "blacklisted": found.hidden.blacklisted,
            "unavailable": found.hidden.unavailable,
            "below_threshold": found.hidden.below_threshold,
        },
        "providers": ages(view, now),
        "models_suggested": suggested(query.unknown_models),
        "understood": _understood(query),
        "reliability": mine.told(view),
    }


def query_of(given: Mapping[str, Any], usual: Mapping[str, Any] = MappingProxyType({})) -> Query:
    """`q` first, then the other parameters over it; `usual` is what holds where neither says anything."""
    fields = dict(given)
    text, sort, models = fields.pop("q", None), fields.pop("sort", None), fields.pop("model", None)
    for name, plural in LISTS.items():
        if chosen := fields.pop(name, None):
            fields[plural] = frozenset(chosen)
    if countries := fields.pop("country", None):
        fields["countries"] = frozenset(country.upper() for country in countries)
    for name in ("min_price", "max_price"):
        if fields.get(name) is not None:
            fields[name] = Decimal(str(fields[name]))
    if models:
        known, unknown = canonical_of(models)
        fields |= {"models": known, "unknown_models": unknown}
    if sort is not None:
        fields["sort"], fields["descending"] = sort_named(sort)
    said = {name: value for name, value in fields.items() if value is not None}
    return words.read(text or "", said, usual)


def canonical_of(asked: Iterable[str]) -> tuple[frozenset[str], tuple[str, ...]]:
    """The canonical names that these may mean, and those of them that mean nothing."""
    found = {text: named(text) for text in asked}
    unknown = tuple(text for text, gpus in found.items() if not gpus)
    return frozenset(gpu.name for gpus in found.values() for gpu in gpus), unknown


def suggested(unknown: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name for text in unknown for name in nearest(text, SUGGESTIONS)))


def ages(view: View, now: datetime) -> list[dict[str, Any]]:
    """How old what is known of each cloud is, by its name."""
    seconds = view.shelf.ages(now)
    return [
        {
            "name": head.name,
            "offers": head.offers,
            "age_seconds": rounded(seconds.get(head.name)),
            "stale": is_stale(view, seconds.get(head.name)),
            "error": head.last_error_code,
        }
        for head in view.heads
    ]


def rounded(age_seconds: float | None) -> float | None:
    return None if age_seconds is None else round(age_seconds, 1)


def is_stale(view: View, age_seconds: float | None) -> bool:
    return age_seconds is None or age_seconds > view.stale_seconds


def _understood(query: Query) -> dict[str, Any]:
    def listed(values: frozenset[str] | None) -> list[str] | None:
        return None if values is None else sorted(values)

    def number(value: Decimal | None) -> float | None:
        return None if value is None else float(value)

    return {
        "models": listed(query.models),
        "providers": listed(query.providers),
        "regions": listed(query.regions),
        "countries": listed(query.countries),
        "min_price": number(query.min_price),
        "max_price": number(query.max_price),
        **{name: getattr(query, name) for name in _AS_IT_IS},
    }


_AS_IT_IS = (
    *("min_vram", "max_vram", "gpu_count", "min_gpus", "max_gpus", "min_reliability", "min_inet_down", "min_inet_up"),
    *("min_cpu_cores", "min_ram_gb", "min_disk_gb", "cuda_min", "verified", "spot", "available_only"),
    *("include_blacklisted", "min_score", "disk_gb", "snapshot_gb", "hours"),
)
