"""Differences of price between clouds, all for one GPU and an hour: spreads, what makes them, and the nearest GPU.

A cloud's price of a model is its lowest. The spread is how much more the dearest cloud asks than the cheapest, as a
percentage of the cheapest. One host can make a spread alone: if a host at either end of it is not known to be good,
and the spread would be too small without that host, the spread is marked. What is free is on no market, and not here.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dumont.basics.gpu import Gpu

Array = npt.NDArray[Any]
GOOD_SCORE, GOOD_CLAIM = 70, 0.95
"""A host that often failed us is not good. Any other is by our own score; without one, if it worked whenever we tried
it; and if we know nothing, if its cloud has verified it or claims so much for it."""
BY_STATUS = {"excellent": 1.0, "good": 1.0, "fair": 0.0, "poor": 0.0, "blacklisted": 0.0}
"""Whether attempts speak for a host; those with another status say nothing."""


@dataclass(frozen=True, slots=True)
class Asks:
    """Columns, all equally long. `place` is the offer's on the shelf, and settles ties; prices are micro-dollars."""

    model: Array
    provider: Array
    machine: Array
    price: Array
    good: Array
    place: Array

    def __len__(self) -> int:
        return len(self.price)

    def at(self, which: Array) -> "Asks":
        return Asks(*(getattr(self, name)[which] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Quote:
    provider: int
    price: int
    place: int


@dataclass(frozen=True, slots=True)
class Spread:
    model: int
    cheapest: Quote
    dearest: Quote
    median: int
    """Of all offers."""
    percent: float
    offers: int
    providers: int
    single: str | None
    """The end that one host which is not known to be good makes alone: `cheapest` or `dearest`."""


def good(score: Array, works: Array, verified: Array, claim: Array) -> Array:
    """NaN is "not known"; `works` is 1 or 0, by `BY_STATUS`."""
    told = np.where(np.isnan(works), verified | (claim >= GOOD_CLAIM), works > 0)
    known: Array = (works != 0) & np.where(np.isnan(score), told, score >= GOOD_SCORE)
    return known


def per_gpu(price: Array, count: Array) -> Array:
    """In whole micro-dollars; 0 where there is no price, or no GPU."""
    told = (price > 0) & (count > 0)
    return np.where(told, np.rint(np.where(told, price, 0) / np.maximum(count, 1)), 0).astype(np.int64)


def spreads(asks: Asks, *, least_percent: float) -> list[Spread]:
    """One a model, where two clouds have it and the spread is not smaller; in no order."""
    found = (_spread(group, least_percent) for group in models(asks))
    return [spread for spread in found if spread is not None and spread.percent >= least_percent]


def models(asks: Asks) -> Iterator[Asks]:
    """The asks of each model, from the cheapest on."""
    priced = asks.at(np.flatnonzero(asks.price > 0))
    ordered = priced.at(np.lexsort((priced.place, priced.price, priced.model)))
    starts = np.flatnonzero(np.diff(ordered.model)) + 1
    for group in np.split(np.arange(len(ordered)), starts) if len(ordered) else ():
        yield ordered.at(group)


def quotes(group: Asks) -> list[Quote]:
    """The lowest of each cloud, from the cheapest cloud on; `group` is from the cheapest on."""
    _, firsts = np.unique(group.provider, return_index=True)
    return [_quote(group, int(at)) for at in np.sort(firsts)]


def dearest(lows: Sequence[Quote]) -> Quote:
    return min(lows, key=lambda quote: (-quote.price, quote.place))


def sold(asks: Asks) -> Asks:
    """From the cheapest on, without what is free."""
    told = asks.at(np.flatnonzero(asks.price > 0))
    return told.at(np.lexsort((told.place, told.price)))


def below(asks: Asks, medians: Array) -> list[int]:
    """Which asks are below the median of their model, the farthest first; of each machine and model one. 0 is none."""
    usual = medians[asks.model]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(usual > 0, asks.price / usual, np.inf)
    order = np.lexsort((asks.place, share))
    order = order[share[order] < 1]
    pairs = np.stack((asks.machine[order], asks.model[order]))
    _, firsts = np.unique(pairs, axis=1, return_index=True)
    return [int(at) for at in order[np.sort(firsts)]]


def median(prices: Array) -> int:
    return int(np.rint(np.median(prices)))


def percent_between(low: int, high: int) -> float:
    return (high - low) / low * 100


def nearest(wanted: Gpu, known: Iterable[Gpu]) -> Gpu | None:
    """The same GPU, else the one whose compute times memory differs by the smallest factor."""

    def distance(gpu: Gpu) -> tuple[bool, float, str]:
        return gpu.name != wanted.name, abs(math.log(_size(gpu) / _size(wanted))), gpu.name

    return min(known, key=distance, default=None)


def times_as_large(gpu: Gpu, wanted: Gpu) -> float:
    return _size(gpu) / _size(wanted)


def _spread(group: Asks, least_percent: float) -> Spread | None:
    lows = quotes(group)
    if len(lows) < 2:
        return None
    low, high = lows[0], dearest(lows)
    return Spread(
        model=int(group.model[0]),
        cheapest=low,
        dearest=high,
        median=median(group.price),
        percent=percent_between(low.price, high.price),
        offers=len(group),
        providers=len(lows),
        single=_single(group, {"cheapest": low, "dearest": high}, least_percent),
    )


def _single(group: Asks, ends: dict[str, Quote], least_percent: float) -> str | None:
    for name, quote in ends.items():
        at = int(np.flatnonzero(group.place == quote.place)[0])
        if not group.good[at]:
            left = quotes(group.at(np.flatnonzero(group.machine != group.machine[at])))
            if len(left) < 2 or percent_between(left[0].price, dearest(left).price) < least_percent:
                return name
    return None


def _quote(group: Asks, at: int) -> Quote:
    return Quote(int(group.provider[at]), int(group.price[at]), int(group.place[at]))


def _size(gpu: Gpu) -> float:
    return gpu.fp16_tflops * gpu.memory_gb
