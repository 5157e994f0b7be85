"""Offers as they leave the shelf: exact, complete, and ready for JSON."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dumont.market.rules.gscore import WEIGHTS
from dumont.market.rules.query import Query
from dumont.market.shelf.row import Mark, Row
from dumont.market.shelf.shelf import Shelf
from dumont.market.trust import Trust
from tests.build import offers as build
from tests.market.shelf import drawn
from tests.market.shelf.drawn import NOW

MARKS = {name: Mark(1, 1, NOW) for name in drawn.PROVIDERS}
EVERYTHING = Query(available_only=False, include_blacklisted=True, min_gpus=0)


def offer(row: Row, query: Query | None = None, trust: Trust | None = None, **times: Any) -> dict[str, Any]:
    shelf = Shelf.build([row], times.get("marks", MARKS), {"vast:m1": trust} if trust else None)
    return shelf.offer(0, times.get("now", NOW), query)


class TestOffer:
    @given(st.lists(drawn.rows(), max_size=12), drawn.machines)
    @settings(max_examples=20)
    def test_has_prices_to_the_last_figure_and_parts_that_add_up(
        self, rows: list[Row], machines: dict[str, Trust]
    ) -> None:
        told = {str(row.id): row for row in rows}
        shelf = Shelf.build(rows, MARKS, machines)
        for shown in orjson.loads(orjson.dumps(shelf.offers(shelf.find_all(EVERYTHING, NOW), NOW))):
            row = told[shown["id"]]
            for name, micros in (("price_hour", row.price_micros), ("spot_price_hour", row.spot_price_micros)):
                assert shown[name] == (None if micros is None else f"{Decimal(micros).scaleb(-6):.6f}")
            if row.price_micros is None:
                assert (shown["effective_price_hour"], shown["effective_parts"]) == (None, None)
            else:
                added = sum(Decimal(part) for part in shown["effective_parts"].values())
                assert Decimal(shown["effective_price_hour"]) == min(added, Decimal("999999.999999"))
            if shown["g_score"] is not None:
                weighed = sum(shown["g_parts"][name] * weight for name, weight in WEIGHTS.items())
                assert shown["g_score"] == pytest.approx(weighed, abs=0.011)

    def test_counts_the_disk_in_what_is_paid(self) -> None:
        row = build.row("1", price_micros=400_000, spot_price_micros=None, storage_price_micros=146_000)
        shown = offer(row, Query(disk_gb=100))
        assert (shown["dph_total"], shown["spot_dph_total"]) == ("0.420000", None)
        assert shown["effective_parts"]["disk"] == "0.020000"

    def test_has_the_effective_price_at_spot_for_who_asks_for_spot(self) -> None:
        assert offer(build.row("1"), Query(spot=True))["effective_parts"]["compute"] == "0.200000"

    def test_tells_what_is_not_known_as_null(self) -> None:
        names = ("host_id", "region", "country", "driver", "cuda_max", "inet_up_mbps", "provider_reliability")
        shown = offer(build.row("1", **dict.fromkeys(names)))
        assert [shown[name] for name in names] == [None] * len(names)

    def test_keeps_figures_as_they_were_told(self) -> None:
        shown = offer(build.row("1", provider_reliability=0.9876, inet_down_mbps=123.4, cuda_max=12.8, vram_gb=23.99))
        assert (shown["provider_reliability"], shown["inet_down_mbps"]) == (0.9876, 123.4)
        assert (shown["cuda_max"], shown["vram_gb"]) == (12.8, 23.99)

    def test_has_neither_score_nor_speed_without_a_gpu(self) -> None:
        shown = offer(build.row("1", gpu_name=None, gpu_count=0, vram_gb=0))
        assert (shown["g_score"], shown["g_parts"], shown["tflops"], shown["tflops_per_dollar"]) == (
            None,
            None,
            0,
            None,
        )
        assert not shown["pareto"]

    def test_shows_what_is_known_of_its_machine(self) -> None:
        trust = Trust(status="poor", success_rate=0.335, total_attempts=3, reliability_score=61.5, score_low=50)
        shown = offer(build.row("1"), trust=trust)
        known = [shown[name] for name in ("reliability_status", "success_rate", "total_attempts", "reliability_score")]
        assert known == ["poor", 33.5, 3, 61.5]
        assert shown["g_parts"]["reliability"] == 50

    def test_says_why_it_is_blacklisted_while_it_is(self) -> None:
        trust = Trust(status="good", is_blacklisted=True, blacklist_reason="no boot", blacklisted_until=NOW)
        before = offer(build.row("1"), trust=trust, now=NOW - timedelta(seconds=1))
        assert (before["reliability_status"], before["is_blacklisted"]) == ("blacklisted", True)
        assert before["blacklist_reason"] == "no boot"
        after = offer(build.row("1"), trust=trust)
        assert (after["reliability_status"], after["is_blacklisted"], after["blacklist_reason"]) == (
            "good",
            False,
            None,
        )


class TestAge:
    def test_is_that_of_its_provider_while_it_is_on_offer(self) -> None:
        shown = offer(build.row("1"), now=NOW + timedelta(seconds=90))
        assert (shown["age_seconds"], shown["available"], shown["stale"]) == (90, True, False)
        assert shown["last_seen"] == NOW.isoformat().replace("+00:00", "Z")

    def test_is_its_own_once_it_is_gone(self) -> None:
        row = build.row("1", available=False, last_seen=NOW - timedelta(hours=1), gone_at=NOW - timedelta(minutes=59))
        shown = offer(row)
        assert (shown["age_seconds"], shown["available"], shown["stale"]) == (3600, False, False)

    def test_makes_it_stale_and_unavailable_when_answers_have_lacked_it_for_too_long(self) -> None:
        marks = {"vast": Mark(1, 1, NOW)}
        missed = [build.row(str(age), last_seen=NOW - timedelta(seconds=age)) for age in (900, 901)]
        shelf = Shelf.build([*missed, build.row("seen")], marks)
        found = shelf.find(Query(), NOW)
        shown = {one["provider_offer_id"]: one for one in shelf.offers(shelf.find_all(EVERYTHING, NOW), NOW)}
        assert {name: (one["available"], one["stale"]) for name, one in shown.items()} == {
            "900": (True, False),
            "901": (False, True),
            "seen": (True, False),
        }
        assert (found.total, found.hidden.unavailable) == (2, 1)

    def test_makes_it_stale_and_unavailable_when_its_provider_is_silent(self) -> None:
        shown = offer(build.row("1"), now=NOW + timedelta(seconds=901))
        assert (shown["available"], shown["stale"]) == (False, True)
        assert offer(build.row("1"), marks={})["stale"]


class TestListings:
    @settings(max_examples=15)
    @given(st.lists(drawn.rows(), max_size=12), st.lists(drawn.rows(), max_size=6))
    def test_are_the_same_whether_made_now_or_kept_from_before(self, rows: list[Row], news: list[Row]) -> None:
        shelf = Shelf.build(rows, MARKS)
        shelf.listings(shelf.find_all(EVERYTHING, NOW))
        later = shelf.merged(news, MARKS)
        newest = {row.id: row for row in [*rows, *news]}
        fresh = Shelf.build(list(newest.values()), MARKS)
        places = later.find_all(EVERYTHING, NOW)
        assert repr(later.listings(places)) == repr(fresh.listings(fresh.find_all(EVERYTHING, NOW)))
        told = [newest[row_id] for row_id in map(later.id_of, places.tolist())]
        assert [each.price_hour for each in later.listings(places)] == [
            None if row.price_micros is None else row.price_micros / 1e6 for row in told
        ]
