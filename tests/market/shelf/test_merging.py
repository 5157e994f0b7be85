"""What is new makes another shelf, and that one is the same as if it had been built of everything at once."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dumont.market.rules.query import Query
from dumont.market.shelf.row import Mark, Row
from dumont.market.shelf.shelf import Shelf
from dumont.market.trust import Trust
from tests.build import offers as build
from tests.market.shelf import drawn
from tests.market.shelf.drawn import NOW

MARKS = {name: Mark(1, 1, NOW) for name in drawn.PROVIDERS}
EVERYTHING = Query(available_only=False, include_blacklisted=True, min_gpus=0, sort="g_score", limit=500)


def shown(shelf: Shelf) -> list[dict[str, Any]]:
    return shelf.offers(shelf.find_all(EVERYTHING, NOW), NOW)


class TestMerged:
    @settings(max_examples=20)
    @given(st.lists(st.lists(drawn.rows(), max_size=12), min_size=1, max_size=4), drawn.machines)
    def test_is_as_if_built_at_once(self, batches: list[list[Row]], machines: dict[str, Trust]) -> None:
        """Whatever was asked of it before, and in whatever order things were learned."""
        newest = {row.id: row for batch in batches for row in batch}
        shelf = Shelf.empty()
        for batch in batches:
            shelf = shelf.merged(batch, MARKS)
            shelf.find(Query(sort="vram", descending=True), NOW)
        assert shown(shelf.trusted(machines)) == shown(Shelf.build(list(newest.values()), MARKS, machines))

    @settings(max_examples=20)
    @given(st.lists(drawn.rows(), max_size=20), st.lists(drawn.rows(), max_size=9))
    def test_leaves_the_old_shelf_as_it_was(self, rows: list[Row], news: list[Row]) -> None:
        shelf = Shelf.build(rows, MARKS)
        before = shown(shelf)
        shelf.merged(news, MARKS)
        assert shown(shelf) == before

    def test_sets_marks_without_rows_and_copies_nothing(self) -> None:
        shelf = Shelf.build([build.row()], {"vast": Mark(0, 1, NOW)})
        later = NOW + drawn.timedelta(hours=1)
        other = shelf.merged((), {"vast": Mark(0, 2, later)})
        assert (other.ages(later), shelf.ages(later)) == ({"vast": 0.0}, {"vast": 3600.0})
        assert other.find(Query(), later).total == 1
        assert other.column("price_micros").base is shelf.column("price_micros").base

    def test_knows_a_machine_before_its_offer_comes(self) -> None:
        shelf = Shelf.empty().trusted({"vast:m7": Trust(is_blacklisted=True, blacklist_reason="broken fan")})
        shelf = shelf.merged([build.row("7")], {"vast": Mark(0, 1, NOW)})
        assert shelf.find(Query(), NOW).hidden.blacklisted == 1
        assert shelf.offer(0, NOW)["blacklist_reason"] == "broken fan"

    def test_forgets_what_was_taken_back(self) -> None:
        shelf = Shelf.build([build.row("7")], {"vast": Mark(0, 1, NOW)}, {"vast:m7": Trust(is_blacklisted=True)})
        assert shelf.trusted({"vast:m7": Trust()}).offer(0, NOW)["reliability_status"] == "unknown"


class TestReplaced:
    @settings(max_examples=20)
    @given(st.lists(drawn.rows(), max_size=20), st.lists(drawn.rows(), max_size=9))
    def test_has_of_that_provider_these_rows_and_no_others(self, rows: list[Row], news: list[Row]) -> None:
        news = [row for row in news if row.provider == "vast"]
        kept = [row for row in rows if row.provider != "vast"]
        shelf = Shelf.build(rows, MARKS).replaced("vast", news, MARKS["vast"])
        assert shown(shelf) == shown(Shelf.build([*kept, *news], MARKS))
