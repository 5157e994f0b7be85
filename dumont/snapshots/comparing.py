"""What differs between two snapshots, found once and shown page by page."""

import asyncio
import base64
import binascii
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal, NamedTuple

from dumont.basics.errors import Invalid
from dumont.basics.page import Page
from dumont.snapshots.looking import Place
from dumont.snapshots.stores import asked
from dumont.snapshots.trees import Tree, Trees
from dumont.snapstore import paths
from dumont.snapstore.diff import Difference, diff

KEPT = 4
KEPT_DIFFERENCES_MAX = 200_000
"""Of those that are kept together: two trees may have nothing in common."""


class Sieve(NamedTuple):
    """Which differences are asked for."""

    change: Literal["added", "removed", "changed", "attributes"] | None = None
    words: str = ""

    def lets(self, each: Difference) -> bool:
        if self.change is not None and each.what != self.change:
            return False
        return self.words.casefold() in paths.shown(each.path).casefold()


EVERYTHING = Sieve()


@dataclass(frozen=True, slots=True)
class Comparison:
    differences: Sequence[Difference]

    def of_kind(self, what: str) -> list[Difference]:
        return [each for each in self.differences if each.what == what]


class Comparisons:
    """The latest few are kept, so that the next page is not a new comparison."""

    def __init__(self, trees: Trees) -> None:
        self._trees = trees
        self._known: OrderedDict[tuple[Place, Place], Comparison] = OrderedDict()

    async def of(self, before: Place, after: Place) -> Comparison:
        key = (before, after)
        found = self._known.get(key)
        if found is None:
            first, second = await self._trees.of(*before), await self._trees.of(*after)
            found = self._known[key] = await asyncio.to_thread(asked, lambda: _compared(first, second))
        self._known.move_to_end(key)
        while len(self._known) > 1 and self._too_many():
            self._known.popitem(last=False)
        return found

    def _too_many(self) -> bool:
        kept = sum(len(each.differences) for each in self._known.values())
        return len(self._known) > KEPT or kept > KEPT_DIFFERENCES_MAX


def page(found: Comparison, cursor: str | None, limit: int, sieve: Sieve = EVERYTHING) -> Page[Difference]:
    begin = bisect_right(found.differences, _read_cursor(cursor), key=_order) if cursor else 0
    rest = islice(found.differences, begin, None)
    fitting = rest if sieve == EVERYTHING else filter(sieve.lets, rest)
    shown = list(islice(fitting, limit + 1))
    more = len(shown) > limit
    return Page(shown[:limit], base64.urlsafe_b64encode(shown[limit - 1].path).decode() if more else None)


def _compared(before: Tree, after: Tree) -> Comparison:
    return Comparison(list(diff(before.manifest, after.manifest, (before.repository, after.repository))))


def _order(difference: Difference) -> bytes:
    return difference.path.replace(b"/", b"\0")


def _read_cursor(cursor: str) -> bytes:
    try:
        return base64.b64decode(cursor, altchars=b"-_", validate=True).replace(b"/", b"\0")
    except (binascii.Error, ValueError):
        raise Invalid.field("cursor", "is not one that this list gave") from None
