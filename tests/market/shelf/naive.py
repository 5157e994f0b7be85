"""The market done plainly: rows in a dictionary, a filter that reads like the specification, and Python's sort."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from dumont.market.rules import places
from dumont.market.rules.query import Query
from dumont.market.shelf.row import Mark, Row
from dumont.market.shelf.shelf import Shelf
from dumont.market.trust import Trust

STALE_SECONDS = 900
TFLOPS_PER_DOLLAR_MAX = ((1 << 40) - 2) / 1000
"""Of what costs a millionth of a dollar, all are equally good."""


@dataclass
class Naive:
    rows: dict[UUID, Row] = field(default_factory=dict)
    marks: dict[str, Mark] = field(default_factory=dict)
    trust: dict[str, Trust] = field(default_factory=dict)

    def find(self, query: Query, now: datetime, shelf: Shelf) -> tuple[list[UUID], dict[str, int]]:
        """All that fits, in order, and what is hidden. What offers are sorted by is read off the shelf: that those
        figures are right is for the tests of the rules."""
        found, hidden = [], {"unavailable": 0, "blacklisted": 0, "below_threshold": 0}
        for row in self.rows.values():
            if fits(row, self._trust(row), query):
                reason = self._hidden(row, query, now)
                if reason:
                    hidden[reason] += 1
                else:
                    found.append(row)
        return [row.id for row in in_order(found, query, now, shelf)], hidden

    def _hidden(self, row: Row, query: Query, now: datetime) -> str | None:
        trust = self._trust(row)
        marked = self.marks[row.provider].seen_at if row.provider in self.marks else None
        fresh = all(
            at is not None and at >= now - timedelta(seconds=STALE_SECONDS) for at in (marked, row.last_seen or now)
        )
        if query.available_only and not (row.available and row.gone_at is None and fresh):
            return "unavailable"
        until = trust.blacklisted_until
        if not query.include_blacklisted and trust.is_blacklisted and (until is None or until > now):
            return "blacklisted"
        score = trust.reliability_score
        if query.min_score is not None and score is not None and score < query.min_score:
            return "below_threshold"
        return None

    def _trust(self, row: Row) -> Trust:
        return self.trust.get(f"{row.provider}:{row.machine_id}", Trust())


def fits(row: Row, trust: Trust, query: Query) -> bool:
    price = row.spot_price_micros if query.spot else row.price_micros
    dollars = None if price is None else Decimal(price) / 1_000_000
    reliability = row.provider_reliability if trust.reliability_score is None else trust.reliability_score / 100
    least = 1 if query.min_gpus is None else query.min_gpus
    return (
        (query.models is None or row.gpu_name in query.models)
        and (query.providers is None or row.provider in query.providers)
        and (query.countries is None or row.country in query.countries)
        and (query.regions is None or in_region(row, query.regions))
        and (query.spot is None or dollars is not None)
        and between(row.vram_gb, query.min_vram, query.max_vram)
        and between(dollars, query.min_price, query.max_price)
        and (row.gpu_count == query.gpu_count if query.gpu_count is not None else row.gpu_count >= least)
        and (query.gpu_count is not None or between(row.gpu_count, None, query.max_gpus))
        and between(reliability, query.min_reliability, None)
        and between(row.inet_down_mbps, query.min_inet_down, None)
        and between(row.cuda_max, query.cuda_min, None)
        and (query.verified is None or row.verified == query.verified)
    )


def between(value: Any, least: Any, most: Any) -> bool:
    if least is None and most is None:
        return True
    return value is not None and (least is None or value >= least) and (most is None or value <= most)


def in_region(row: Row, wanted: frozenset[str]) -> bool:
    def means(text: str) -> bool:
        name = (row.region or "").lower()
        begins = name == text.lower() or (name.startswith(text.lower()) and not name[len(text)].isalpha())
        return begins or row.country in places.countries(text)

    return any(means(text) for text in wanted)


def in_order(rows: list[Row], query: Query, now: datetime, shelf: Shelf) -> list[Row]:
    """Ties by id, the other way round when going down; what has no figure is last either way."""
    figures = {row.id: figure(row, query, now, shelf) for row in rows}
    ordered = sorted(rows, key=lambda row: row.id.bytes, reverse=query.descending)
    known = [row for row in ordered if figures[row.id] is not None]
    known.sort(key=lambda row: figures[row.id], reverse=query.descending)
    return known + [row for row in ordered if figures[row.id] is None]


def figure(row: Row, query: Query, now: datetime, shelf: Shelf) -> Any:
    place = shelf.row_of(row.id)
    assert place is not None
    match query.sort:
        case "price":
            return row.spot_price_micros if query.spot else row.price_micros
        case "vram":
            return row.vram_gb if row.gpu_count else None
        case "reliability":
            return round(float(shelf.column("standing")[place]), 4)
        case "effective_price":
            shown = shelf.offer(place, now, query)["effective_price_hour"]
            return None if shown is None else Decimal(shown)
        case "tflops_per_dollar":
            shown = shelf.offer(place, now, query)["tflops_per_dollar"]
            return None if shown is None else min(shown, TFLOPS_PER_DOLLAR_MAX)
    return shelf.offer(place, now, query)[query.sort]
