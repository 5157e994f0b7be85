"""The offers of the memory as asks: prices of one GPU for an hour, for everything that compares clouds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt

from dumont.market.following import View
from dumont.market.rules import spread
from dumont.market.rules.query import Query
from dumont.market.rules.spread import Asks
from dumont.market.shelf.experience import STATUSES
from dumont.market.shelf.shelf import Shelf

Array = npt.NDArray[Any]
WORKS = np.array([spread.BY_STATUS.get(status, np.nan) for status in STATUSES])
COLUMNS = {"model": "gpu_name", "provider": "provider", "machine": "machine"}


@dataclass(frozen=True, slots=True)
class Priced:
    """The same offers three times, by each kind of price; 0 where an offer has none."""

    on_demand: Asks
    effective: Asks
    spot: Asks

    def at(self, which: Array) -> "Priced":
        return Priced(*(getattr(self, name).at(which) for name in self.__slots__))


def priced(view: View, query: Query, now: datetime) -> Priced:
    """Of all offers that fit the query. Takes milliseconds for each 100,000: it belongs in a thread."""
    rows = view.shelf.find_all(query, now, stale_seconds=view.stale_seconds)

    def of(column: str) -> Array:
        return view.shelf.column(column)[rows]

    known = {name: of(column) for name, column in COLUMNS.items()}
    known["good"] = spread.good(of("score"), WORKS[of("status")], of("verified"), of("provider_reliability"))

    def asks(price: str) -> Asks:
        return Asks(**known, price=spread.per_gpu(of(price), of("gpu_count")), place=rows)

    return Priced(asks("price_micros"), asks("effective"), asks("spot_price_micros"))


def named(shelf: Shelf, column: str) -> Callable[[int], str]:
    """Reads a number of this column of text."""
    texts = shelf.texts(column)
    return lambda code: str(texts[code])


def offer_id(shelf: Shelf, place: int) -> str:
    return str(UUID(bytes=bytes(shelf.column("id")[place]).ljust(16, b"\0")))


def distinct(codes: Array, read: Callable[[int], str]) -> Sequence[str]:
    return sorted(read(code) for code in np.unique(codes).tolist())
