"""The shelf against the market done plainly: the same offers, in the same order, on pages that lose none."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dumont.basics.errors import Invalid
from dumont.market.rules.query import Query
from dumont.market.shelf import filters, search
from dumont.market.shelf.row import Mark, Row
from dumont.market.shelf.shelf import Shelf
from tests.build import offers as build
from tests.market.shelf import drawn
from tests.market.shelf.drawn import NOW
from tests.market.shelf.naive import Naive

ROWS = st.lists(drawn.rows(), max_size=40) | st.lists(drawn.rows(), min_size=8, max_size=20)


def ids_of(shelf: Shelf, rows: "search.Rows") -> list[UUID]:
    return [UUID(offer["id"]) for offer in shelf.offers(rows, NOW)]


def pages(shelf: Shelf, query: Query) -> list[UUID]:
    """All of them, one after the other."""
    found: list[UUID] = []
    cursor: str | None = None
    while len(found) <= len(shelf):
        page = shelf.find(replace(query, cursor=cursor), NOW)
        found += ids_of(shelf, page.rows)
        if page.next is None:
            return found
        cursor = page.next
    raise AssertionError("the pages have no end")


class TestFind:
    @settings(max_examples=50)
    @given(ROWS, drawn.marks(), drawn.machines, drawn.queries(), st.sampled_from([1, 16, 10**6]))
    def test_finds_what_a_plain_search_finds_in_the_same_order(self, rows, marks, machines, query, share) -> None:  # type: ignore[no-untyped-def]
        """By either way: sorting the few that fit, or walking an order of all."""
        naive = Naive({row.id: row for row in rows}, marks, machines)
        shelf = Shelf.build(rows, marks, machines)
        before, filters.SHARE_FEW = filters.SHARE_FEW, share
        try:
            page = shelf.find(query, NOW)
            wanted, hidden = naive.find(query, NOW, shelf)
            assert ids_of(shelf, page.rows) == wanted[: query.limit]
            assert page.total == len(wanted)
            assert {name: getattr(page.hidden, name) for name in hidden} == hidden
            assert (page.next is None) == (len(wanted) <= query.limit)
            assert pages(shelf, query) == wanted
            assert ids_of(shelf, shelf.find_all(query, NOW)) == wanted
        finally:
            filters.SHARE_FEW = before

    def test_is_empty_on_an_empty_shelf(self) -> None:
        assert Shelf.empty().find(Query(), NOW).total == 0

    def test_shows_machines_without_gpu_to_those_who_ask(self) -> None:
        plain = build.row("1", gpu_name=None, gpu_count=0, vram_gb=0)
        shelf = Shelf.build([plain, build.row("2")], {"vast": Mark(0, 1, NOW)})
        totals = [shelf.find(query, NOW).total for query in (Query(), Query(gpu_count=0), Query(min_gpus=0))]
        assert totals == [1, 1, 2]

    def test_counts_a_blacklist_entry_until_its_last_moment(self) -> None:
        trust = {"vast:m1": drawn.Trust(is_blacklisted=True, blacklisted_until=NOW)}
        shelf = Shelf.build([build.row("1")], {"vast": Mark(0, 1, NOW)}, trust)
        assert shelf.find(Query(), NOW - drawn.timedelta(microseconds=1)).hidden.blacklisted == 1
        assert shelf.find(Query(), NOW).total == 1


class TestPaging:
    @pytest.mark.parametrize("sort", ["-tflops_per_dollar", "tflops_per_dollar", "-price", "-effective_price"])
    def test_goes_on_behind_what_costs_next_to_nothing_or_next_to_everything(self, sort: str) -> None:
        rows = [build.row(str(at), gpu_name="H100 SXM", gpu_count=8, price_micros=1) for at in range(3)]
        rows += [build.row(str(at), gpu_name="H100 SXM", gpu_count=8, price_micros=10**12 - 1) for at in range(3, 6)]
        query = Query(limit=1, sort=sort.removeprefix("-"), descending=sort.startswith("-"))
        found = pages(Shelf.build(rows, {"vast": Mark(0, 1, NOW)}), query)
        assert sorted(found) == sorted(row.id for row in rows)

    @settings(max_examples=25)
    @given(ROWS, st.lists(st.lists(drawn.rows(), max_size=6), max_size=6), drawn.queries())
    def test_neither_loses_nor_repeats_what_stays_as_it_was(
        self, rows: list[Row], news: list[list[Row]], query: Query
    ) -> None:
        """While offers come, go and change between two pages."""
        marks = {name: Mark(1, 1, NOW) for name in drawn.PROVIDERS}
        shelf = Shelf.build(rows, marks)
        first, naive, waiting = shelf, Naive({row.id: row for row in rows}, marks), list(news)
        seen: list[UUID] = []
        cursor: str | None = None
        while True:
            page = shelf.find(replace(query, cursor=cursor), NOW)
            seen += ids_of(shelf, page.rows)
            assert len(seen) <= len(rows) + sum(len(coming) for coming in news), "the pages have no end"
            cursor = page.next
            if cursor is None:
                break
            if waiting:
                coming = waiting.pop()
                shelf = shelf.merged(coming, {})
        stayed = [row for row in naive.find(query, NOW, first)[0] if self.stays(row, news, query, first, shelf)]
        assert [each for each in seen if each in set(stayed)] == stayed

    @staticmethod
    def stays(offer_id: UUID, news: list[list[Row]], query: Query, first: Shelf, last: Shelf) -> bool:
        """G-scores and standings are relative to others: an offer that nobody touched may have moved all the same."""
        touched = {row.id for rows in news for row in rows}
        if offer_id in touched:
            return False
        relative = query.sort in {"g_score", "reliability"}
        return not (relative and news)

    @pytest.mark.parametrize("cursor", ["", "x", "Zm9v", "[]", "é", "W10", "A" * 300])
    def test_refuses_a_cursor_that_it_did_not_give(self, cursor: str) -> None:
        with pytest.raises(Invalid) as refused:
            Shelf.empty().find(Query(cursor=cursor), NOW)
        assert [fault.field for fault in refused.value.faults] == ["cursor"]

    @settings(max_examples=20)
    @given(drawn.queries(), drawn.queries())
    def test_refuses_a_cursor_of_another_order(self, one: Query, other: Query) -> None:
        rows = [build.row(str(number)) for number in range(3)]
        shelf = Shelf.build(rows, {"vast": Mark(0, 1, NOW)})
        same = (one.sort, one.descending, bool(one.spot)) == (other.sort, other.descending, bool(other.spot))
        if one.sort == "effective_price":
            same = same and one.terms == other.terms
        mine = Query(sort=one.sort, descending=one.descending, spot=one.spot, disk_gb=one.disk_gb, hours=one.hours)
        cursor = shelf.find(replace(mine, limit=1), NOW).next
        assert cursor is not None
        if same:
            shelf.find(replace(other, cursor=cursor), NOW)
        else:
            with pytest.raises(Invalid):
                shelf.find(replace(other, cursor=cursor), NOW)

    def test_goes_on_behind_an_offer_that_is_no_more(self) -> None:
        rows = [build.row(str(number), price_micros=5) for number in range(9)]
        shelf = Shelf.build(rows, {"vast": Mark(0, 1, NOW)})
        page = shelf.find(Query(limit=4), NOW)
        last = ids_of(shelf, page.rows)[-1]
        after = shelf.replaced("vast", [row for row in rows if row.id != last], Mark(1, 1, NOW))
        rest = after.find(Query(cursor=page.next), NOW)
        assert len(rest.rows) == 5
        assert not set(ids_of(after, rest.rows)) & set(ids_of(shelf, page.rows))
