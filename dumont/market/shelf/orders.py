"""Orders of the shelf: each offer's sort number and its place in one whole number, sorted.

    number (40 bits) | row (24 bits)

Rows are in the order of ids, so sorting these numbers settles ties by id, and finding a place in them is one search.
Going down, both halves are turned round; what has no number is last either way.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dumont.market.rules.cursor import Place
from dumont.market.rules.effective_price import Terms
from dumont.market.rules.query import Query
from dumont.market.shelf.columns import id_bytes

Array = npt.NDArray[Any]
ROW_BITS = 24
ROW_MAX = (1 << ROW_BITS) - 1
NUMBER_NONE = (1 << 40) - 1
USUAL = Terms()


class Order(NamedTuple):
    """What an order of all offers depends on."""

    sort: str = "price"
    descending: bool = False
    spot: bool = False
    terms: Terms = USUAL

    @staticmethod
    def of(query: Query) -> "Order":
        terms = query.terms if query.sort == "effective_price" else USUAL
        return Order(query.sort, query.descending, bool(query.spot), terms)


def packed(numbers: Array, rows: Array, *, descending: bool) -> Array:
    """Of these rows, whose sort numbers these are; the smaller comes first."""
    wide = np.minimum(numbers.astype(np.int64, copy=False), NUMBER_NONE - 1)
    if descending:
        high, low = np.where(numbers < 0, NUMBER_NONE, NUMBER_NONE - 1 - wide), ROW_MAX - rows
    else:
        high, low = np.where(numbers < 0, NUMBER_NONE, wide), rows
    return (high.astype(np.uint64) << np.uint64(ROW_BITS)) | low.astype(np.uint64)


def rows_in(order: Array, *, descending: bool) -> Array:
    rows = (order & np.uint64(ROW_MAX)).astype(np.int64)
    return ROW_MAX - rows if descending else rows


def turned(order: Array) -> Array:
    """The same order going down; cheaper than to sort again."""
    rows = order & np.uint64(ROW_MAX)
    numbers = order >> np.uint64(ROW_BITS)
    none = int(np.searchsorted(order, np.uint64(NUMBER_NONE << ROW_BITS)))
    high = np.where(numbers == NUMBER_NONE, numbers, np.uint64(NUMBER_NONE - 1) - numbers)
    down = (high << np.uint64(ROW_BITS)) | (np.uint64(ROW_MAX) - rows)
    return np.concatenate((down[:none][::-1], down[none:][::-1]))


def beginning(place: Place, ids: Array, *, descending: bool) -> int:
    """The smallest packed number that comes after this place."""
    wanted = id_bytes(place.offer_id)
    number = min(place.number, NUMBER_NONE - 1)
    if descending:
        high = NUMBER_NONE if number < 0 else NUMBER_NONE - 1 - number
        # one beyond the largest when nothing is before that id: it carries over to the next number, as it should
        low = ROW_MAX + 1 - int(np.searchsorted(ids, wanted, side="left"))
    else:
        high = NUMBER_NONE if number < 0 else number
        low = int(np.searchsorted(ids, wanted, side="right"))
    return (high << ROW_BITS) + low
