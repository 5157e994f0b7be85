"""Orders of the shelf: turning one round is as sorting it the other way, and a walk goes on until the page is full."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dumont.market.rules.query import Query
from dumont.market.shelf.orders import packed, rows_in, turned
from dumont.market.shelf.row import Mark
from dumont.market.shelf.shelf import Shelf
from dumont.market.trust import Trust
from tests.build import offers as build
from tests.market.shelf.drawn import NOW

NUMBERS = st.lists(st.sampled_from([-1, 0, 1, 2, 10**12 - 1, 1 << 41]), max_size=20)


class TestTurned:
    @given(NUMBERS)
    def test_is_as_sorted_the_other_way(self, drawn: list[int]) -> None:
        numbers, rows = np.array(drawn, np.int64), np.arange(len(drawn))
        rising = np.sort(packed(numbers, rows, descending=False))
        falling = np.sort(packed(numbers, rows, descending=True))
        assert turned(rising).tolist() == falling.tolist()

    @given(NUMBERS, st.booleans())
    def test_has_what_has_no_number_last_either_way(self, drawn: list[int], descending: bool) -> None:
        numbers, rows = np.array(drawn, np.int64), np.arange(len(drawn))
        order = rows_in(np.sort(packed(numbers, rows, descending=descending)), descending=descending)
        known = [drawn[row] for row in order.tolist() if drawn[row] >= 0]
        assert [drawn[row] for row in order.tolist()] == known + [-1] * (len(drawn) - len(known))
        limited = [min(number, (1 << 40) - 2) for number in known]
        assert limited == sorted(limited, reverse=descending)


class TestWalk:
    @pytest.mark.parametrize("descending", [False, True])
    def test_goes_to_the_far_end_where_all_that_fits_is_there(self, descending: bool) -> None:
        """Every fourth of 3000 offers fits, and those come last in the order."""
        dear = [build.row(str(n), price_micros=10_000 + n, verified=False) for n in range(2250)]
        cheap = [build.row(str(n), price_micros=n if descending else 50_000 + n) for n in range(2250, 3000)]
        shelf = Shelf.build([*dear, *cheap], {"vast": Mark(0, 1, NOW)})
        found = shelf.find(Query(verified=True, descending=descending, limit=500), NOW)
        wanted = sorted((row.price_micros or 0 for row in cheap), reverse=descending)[:500]
        assert shelf.column("price_micros")[found.rows].tolist() == wanted
        assert (found.total, found.next is None) == (750, False)


class TestThreshold:
    def test_shows_a_machine_that_just_reaches_it_and_one_without_a_score(self) -> None:
        trust = {f"vast:m{n}": Trust(reliability_score=score) for n, score in ((1, 70.0), (2, 69.9))}
        shelf = Shelf.build([build.row(str(n)) for n in (1, 2, 3)], {"vast": Mark(0, 1, NOW)}, trust)
        found = shelf.find(Query(min_score=70), NOW)
        assert (found.total, found.hidden.below_threshold) == (2, 1)
