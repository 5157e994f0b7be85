"""Which rows fit a query: each filter leaves fewer, and looks only at what the ones before it have left."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from dumont.market.rules import places
from dumont.market.rules.query import Query
from dumont.market.shelf.columns import Columns
from dumont.market.shelf.vocabulary import Vocabulary
from dumont.market.shelf.worth import Worth

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]
Test: TypeAlias = Callable[..., Mask]
SHARE_FEW = 8
"""Fewer than one row of so many are kept as a list of rows, of which the next filter looks at no others."""
CODES_FEW = 3
"""Up to so many codes it is quicker to compare with each."""


@dataclass(frozen=True, slots=True)
class Stock:
    """What a filter looks at."""

    columns: Columns
    worth: Worth
    vocabularies: Mapping[str, Vocabulary]


class Fitting:
    """What has passed so far: a mask over all rows while it is much, a list of rows once it is little."""

    def __init__(self, count: int) -> None:
        self.mask: Mask | None = np.ones(count, np.bool_)
        self._few = np.empty(0, np.int64)
        self._all = self._left = count

    def __len__(self) -> int:
        return self._left

    def keep(self, test: Test, *columns: Array) -> int:
        """How many did not pass."""
        before = self._left
        if self.mask is None:
            few = self.rows
            self._few = few[test(*(column[few] for column in columns))]
            self._left = len(self._few)
            return before - self._left
        passed = test(*columns)
        self.mask = passed if before == self._all else self.mask & passed
        self._left = int(np.count_nonzero(self.mask))
        if self._left * SHARE_FEW < self._all:
            self._few, self.mask = self.rows, None
        return before - self._left

    @property
    def rows(self) -> Array:
        return self._few if self.mask is None else np.flatnonzero(self.mask)


def fitting(stock: Stock, query: Query) -> Fitting:
    left = Fitting(len(stock.columns))
    for test, *columns in _asked(stock, query):
        left.keep(test, *columns)
    return left


def itself(values: Array) -> Mask:
    return values


def _asked(stock: Stock, query: Query) -> Iterator[tuple[Any, ...]]:
    """What leaves least first, and what takes longest last."""
    columns = stock.columns
    yield from _by_name(stock, query)
    yield from _by_count(columns, query)
    yield from _by_price(columns, query)
    yield from _by_figure(stock, query)
    if query.verified is not None:
        yield itself if query.verified else np.logical_not, columns.verified
    if query.regions is not None:
        yield _in_regions(stock, query.regions), columns.region, columns.country


def _by_name(stock: Stock, query: Query) -> Iterator[tuple[Any, ...]]:
    asked = (("gpu_name", query.models), ("provider", query.providers), ("country", query.countries))
    for name, wanted in asked:
        if wanted is not None:
            words = stock.vocabularies[name]
            yield one_of(codes(words, wanted), len(words)), getattr(stock.columns, name)


def _by_price(columns: Columns, query: Query) -> Iterator[tuple[Any, ...]]:
    price = columns.spot_price_micros if query.spot else columns.price_micros
    if query.min_price is not None or query.max_price is not None or query.spot is not None:
        yield _at_least(0 if query.min_price is None else _micros(query.min_price, ROUND_CEILING)), price
    if query.max_price is not None:
        yield _at_most(_micros(query.max_price, ROUND_FLOOR)), price


def _by_count(columns: Columns, query: Query) -> Iterator[tuple[Any, ...]]:
    """Machines without GPU only for those who ask."""
    if query.gpus_from > 0:
        yield _at_least(query.gpus_from), columns.gpu_count
    if query.gpus_to is not None:
        yield _at_most(query.gpus_to), columns.gpu_count


def _by_figure(stock: Stock, query: Query) -> Iterator[tuple[Any, ...]]:
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
            yield _at_least(np.float32(lowest)), column
    if query.max_vram is not None:
        yield _at_most(np.float32(query.max_vram)), columns.vram_gb


def _at_least(lowest: Any) -> Test:
    return lambda values: values >= lowest


def _at_most(highest: Any) -> Test:
    return lambda values: values <= highest


def _in_regions(stock: Stock, wanted: Iterable[str]) -> Test:
    """Of region and country: by the cloud's own word for the region, from its beginning, or by the country."""
    words, lands = stock.vocabularies["region"], stock.vocabularies["country"]
    asked = list(wanted)
    starts = tuple(text.casefold() for text in asked)
    regions = [at for at, text in enumerate(words.texts()) if text and places.begins(text, starts)]
    inside = one_of(regions, len(words))
    within = one_of(codes(lands, frozenset().union(*(places.countries(text) for text in asked))), len(lands))
    return lambda region, country: inside(region) | within(country)


def codes(words: Vocabulary, wanted: Iterable[str]) -> list[int]:
    return [code for code in map(words.number, wanted) if code is not None]


def one_of(codes: Sequence[int], count: int) -> Test:
    if len(codes) <= CODES_FEW:
        return lambda values: _equal(values, codes)
    table = np.zeros(count, np.bool_)
    table[codes] = True
    return lambda values: table[values]


def _equal(values: Array, codes: Sequence[int]) -> Mask:
    mask = np.zeros(len(values), np.bool_)
    for code in codes:
        mask |= values == code
    return mask


def _micros(dollars: Decimal, rounding: str) -> int:
    return int((dollars * 1_000_000).to_integral_value(rounding=rounding))
