"""Which rows fit a query: one mask over the columns, and what is then hidden from it."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from dumont.market.rules import places
from dumont.market.rules.query import Query
from dumont.market.shelf.columns import Columns
from dumont.market.shelf.vocabulary import Vocabulary
from dumont.market.shelf.worth import Worth

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]
FEW = 3
"""Up to so many codes it is quicker to compare with each."""


@dataclass(frozen=True, slots=True)
class Stock:
    """What a filter looks at."""

    columns: Columns
    worth: Worth
    vocabularies: Mapping[str, Vocabulary]


def fitting(stock: Stock, query: Query) -> Mask | None:
    """None where the query asks for nothing but GPUs or no GPUs in particular."""
    mask: Mask | None = None
    for each in _asked(stock, query):
        mask = each if mask is None else np.logical_and(mask, each, out=mask)
    return mask


def _asked(stock: Stock, query: Query) -> Iterator[Mask]:
    yield from _by_name(stock, query)
    yield from _by_price(stock.columns, query)
    yield from _by_count(stock.columns, query)
    yield from _by_figure(stock, query)
    if query.verified is not None:
        yield stock.columns.verified == query.verified


def _by_name(stock: Stock, query: Query) -> Iterator[Mask]:
    columns, words = stock.columns, stock.vocabularies
    if query.models is not None:
        yield _one_of(columns.gpu_name, _codes(words["gpu_name"], query.models), len(words["gpu_name"]))
    if query.providers is not None:
        yield _one_of(columns.provider, _codes(words["provider"], query.providers), len(words["provider"]))
    if query.countries is not None:
        yield _one_of(columns.country, _codes(words["country"], query.countries), len(words["country"]))
    if query.regions is not None:
        yield _in_regions(stock, query.regions)


def _by_price(columns: Columns, query: Query) -> Iterator[Mask]:
    price = columns.spot_price_micros if query.spot else columns.price_micros
    if query.min_price is not None or query.max_price is not None or query.spot is not None:
        yield price >= (0 if query.min_price is None else _micros(query.min_price, ROUND_CEILING))
    if query.max_price is not None:
        yield price <= _micros(query.max_price, ROUND_FLOOR)


def _by_count(columns: Columns, query: Query) -> Iterator[Mask]:
    if query.gpu_count is not None:
        yield columns.gpu_count == query.gpu_count
        return
    if query.min_gpus is not None and query.min_gpus > 1:
        yield columns.gpu_count >= query.min_gpus
    if query.max_gpus is not None:
        yield columns.gpu_count <= query.max_gpus


def _by_figure(stock: Stock, query: Query) -> Iterator[Mask]:
    columns = stock.columns
    least = (
        (columns.vram_gb, query.min_vram),
        (columns.inet_down_mbps, query.min_inet_down),
        (columns.inet_up_mbps, query.min_inet_up),
        (columns.cpu_cores, query.min_cpu_cores),
        (columns.ram_gb, query.min_ram_gb),
        (columns.disk_gb, query.min_disk_gb),
        (columns.cuda_max, query.cuda_min),
        (stock.worth.reliability, query.min_reliability),
    )
    for column, lowest in least:
        if lowest is not None:
            yield column >= np.float32(lowest)
    if query.max_vram is not None:
        yield columns.vram_gb <= np.float32(query.max_vram)


def _in_regions(stock: Stock, wanted: Iterable[str]) -> Mask:
    """By the cloud's own word, from its beginning to the end of one of its words, or by the country."""
    words = stock.vocabularies["region"]
    asked = list(wanted)
    starts = tuple(text.casefold() for text in asked)
    regions = [at for at, text in enumerate(words.texts()) if text and places.begins(text, starts)]
    countries = frozenset().union(*(places.countries(text) for text in asked))
    inside = _one_of(stock.columns.region, regions, len(words))
    if countries:
        known = stock.vocabularies["country"]
        inside = inside | _one_of(stock.columns.country, _codes(known, countries), len(known))
    return inside


def _codes(words: Vocabulary, wanted: Iterable[str]) -> list[int]:
    return [code for code in map(words.number, wanted) if code is not None]


def _one_of(column: Array, codes: Collection[int], count: int) -> Mask:
    if not codes:
        return np.zeros(len(column), np.bool_)
    if len(codes) <= FEW:
        first, *others = codes
        mask: Mask = column == first
        for code in others:
            mask |= column == code
        return mask
    table = np.zeros(count, np.bool_)
    table[list(codes)] = True
    return table[column]


def _micros(dollars: Decimal, rounding: str) -> int:
    return int((dollars * 1_000_000).to_integral_value(rounding=rounding))
