"""How a search goes over the columns: one mask, then only as much of the order as the page needs."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dumont.market.rules import cursor
from dumont.market.rules.cursor import Place
from dumont.market.rules.query import Query
from dumont.market.shelf import orders
from dumont.market.shelf.columns import NEVER
from dumont.market.shelf.experience import Experience
from dumont.market.shelf.filters import Fitting, Mask, Stock, Test, codes, fitting, itself, one_of
from dumont.market.shelf.orders import USUAL, Order
from dumont.market.shelf.worth import effective_total, sort_numbers

Array = npt.NDArray[Any]
Rows = npt.NDArray[np.int64]
"""Places of offers on one shelf; on another shelf they mean others."""
WALK_MIN = 512
ORDERS_KEPT = 24


@dataclass(frozen=True, slots=True)
class Hidden:
    """Offers that fit, and are not shown; each is counted once, for the first of these reasons."""

    unavailable: int = 0
    blacklisted: int = 0
    below_threshold: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    rows: Rows
    """Of this page, in order."""
    total: int
    """Of all pages."""
    hidden: Hidden
    next: str | None = None
    """The cursor of the next page; None on the last one."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When somebody asks, and what was not seen for too long by then."""

    now: int
    oldest: int
    """Whatever was seen before is not available."""
    stale: frozenset[int]
    """The numbers of clouds of which all offers are older than that."""


class Searched:
    """The columns with what searches have worked out of them: masks and orders that the next search needs again."""

    def __init__(self, stock: Stock, known: Experience) -> None:
        self.stock = stock
        self.known = known
        self._live: dict[frozenset[int], Mask] = {}
        self._orders: dict[Order, Array] = {}
        self._sort_numbers: dict[tuple[str, bool], Array] = {}
        columns = stock.columns
        self._missed = bool(((columns.last_seen != NEVER) & (columns.gone_at == NEVER)).any())
        """Whether there are offers that the newest answer of their cloud lacked, though they are not gone."""

    def page(self, query: Query, at: Moment) -> Found:
        place = cursor.read(query)
        left, hidden = self._shown(query, at)
        ids, order = self.stock.columns.id, Order.of(query)
        start = 0 if place is None else orders.beginning(place, ids, descending=query.descending)
        rows = self._first(order, left, start, query.limit + 1)
        more = len(rows) > query.limit
        rows = rows[: query.limit]
        return Found(rows, len(left), hidden, self._cursor(query, int(rows[-1])) if more else None)

    def everything(self, query: Query, at: Moment) -> Rows:
        left, _ = self._shown(query, at)
        order = Order.of(query)
        if left.mask is None:
            return self._sorted(order, left.rows)
        rows = orders.rows_in(self._ordered(order), descending=order.descending)
        return rows[left.mask[rows]]

    def prepare(self, made: Iterable[Order]) -> None:
        """Orders that the shelf before this one was asked for, so that nobody waits for them again."""
        for order in made:
            self._ordered(order)

    @property
    def made(self) -> tuple[Order, ...]:
        return tuple(self._orders)

    @property
    def bytes(self) -> int:
        kept = (*self._orders.values(), *self._live.values(), *self._sort_numbers.values())
        return sum(array.nbytes for array in kept)

    def _shown(self, query: Query, at: Moment) -> tuple[Fitting, Hidden]:
        """What fits and may be seen, and how many of what fits may not."""
        worth = self.stock.worth
        left = fitting(self.stock, query)
        unavailable = blacklisted = below = 0
        if query.available_only:
            unavailable = left.keep(itself, self._live_mask(at.stale))
        if query.available_only and self._missed:
            unavailable += left.keep(lambda seen: (seen == NEVER) | (seen >= at.oldest), self.stock.columns.last_seen)
        if not query.include_blacklisted and worth.blocks:
            blacklisted = left.keep(lambda until: until <= at.now, worth.blocked_until)
        if not query.include_blacklisted and query.kept_out:
            blacklisted += left.keep(self._allowed(query.kept_out), self.stock.columns.machine)
        if query.min_score is not None:
            lowest = np.float32(query.min_score)
            below = left.keep(lambda score: ~(score < lowest), worth.score)
        return left, Hidden(unavailable, blacklisted, below)

    def _allowed(self, kept_out: frozenset[str]) -> Test:
        words = self.stock.vocabularies["machine"]
        among = one_of(codes(words, kept_out), len(words))
        return lambda machines: ~among(machines)

    def _live_mask(self, stale: frozenset[int]) -> Mask:
        made = self._live.get(stale)
        if made is None:
            columns = self.stock.columns
            made = columns.available & (columns.gone_at == NEVER)
            if stale:
                made &= ~np.isin(columns.provider, list(stale))
            self._live = {stale: made}
        return made

    def _first(self, order: Order, left: Fitting, start: int, count: int) -> Rows:
        """Few are sorted; of many, the order of all is walked until there are enough."""
        if left.mask is None or len(left) < count:
            return self._sorted(order, left.rows, start, count)
        keys = self._ordered(order)
        return _walked(keys[np.searchsorted(keys, np.uint64(start)) :], left.mask, count, descending=order.descending)

    def _sorted(self, order: Order, rows: Rows, start: int = 0, count: int | None = None) -> Rows:
        keys = orders.packed(self._numbers(order, rows), rows, descending=order.descending)
        if start:
            keys = keys[keys >= np.uint64(start)]
        if count is not None and count < len(keys):
            keys = np.partition(keys, count)[:count]
        return orders.rows_in(np.sort(keys), descending=order.descending)

    def _ordered(self, order: Order) -> Array:
        made = self._orders.get(order)
        if made is None:
            rising = self._orders.get(order._replace(descending=False)) if order.descending else None
            made = self._made(order) if rising is None else orders.turned(rising)
            self._orders = {**dict(list(self._orders.items())[1 - ORDERS_KEPT :]), order: made}
        return made

    def _made(self, order: Order) -> Array:
        rows = np.arange(len(self.stock.columns))
        return np.sort(orders.packed(self._numbers(order), rows, descending=order.descending))

    def _numbers(self, order: Order, rows: Rows | None = None) -> Array:
        columns = self.stock.columns
        if order.terms != USUAL:
            some = columns if rows is None else columns.at(rows)
            return effective_total(some, self.known, order.terms, spot=order.spot)
        numbers = self._sort_numbers.get((order.sort, order.spot))
        if numbers is None:
            numbers = sort_numbers(columns, self.stock.worth, order.sort, spot=order.spot)
            self._sort_numbers[order.sort, order.spot] = numbers
        return numbers if rows is None else numbers[rows]

    def _cursor(self, query: Query, row: int) -> str:
        number = min(int(self._numbers(Order.of(query), np.array([row]))[0]), orders.NUMBER_NONE - 1)
        return cursor.write(Place(number, self.stock.columns.uuid(row)), query)


def _walked(keys: Array, mask: Mask, count: int, *, descending: bool) -> Rows:
    """The first of these that fit; steps grow, for a filter may leave only the far end of an order."""
    found: list[Rows] = [np.empty(0, np.int64)]
    at, step, wanted = 0, WALK_MIN, count
    while at < len(keys) and wanted > 0:
        rows = orders.rows_in(keys[at : at + step], descending=descending)
        found.append(rows[mask[rows]])
        wanted -= len(found[-1])
        at, step = at + step, step * 4
    return np.concatenate(found)[:count]
