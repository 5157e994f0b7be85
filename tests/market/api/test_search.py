"""The search, by its front door."""

from typing import Any

import pytest

from dumont.market.schemas.search import SearchAnswer
from dumont.platform.db.engine import DatabaseAway, Db, make_db, make_engine
from dumont.platform.parts import Parts
from dumont.platform.settings import Settings
from tests.build.offers import Stall, row
from tests.fakes.clock import FakeClock
from tests.market.api.conftest import Caller
from tests.market.api.fitting import fits


@pytest.fixture
def three(stall: Stall) -> Stall:
    stall.put(
        row("1"),
        row("2", price_micros=900_000, gpu_name="H100 SXM", vram_gb=80.0, gpu_count=1),
        row("3", price_micros=300_000, spot_price_micros=None, country="US", region="US-CA", verified=False),
    )
    return stall


def ids(answer: Any) -> list[str]:
    return [offer["provider_offer_id"] for offer in answer["items"]]


class TestSearch:
    async def test_answers_with_what_it_declares(self, caller: Caller, three: Stall) -> None:
        answer = await caller.gets("/gpus/search")
        fits(SearchAnswer, answer)
        fits(SearchAnswer, await caller.gets("/offers", q="H100 <5 EU", sort="-g_score", limit=1))

    async def test_lists_the_cheapest_first_with_exact_prices(self, caller: Caller, three: Stall) -> None:
        answer = await caller.gets("/gpus/search")
        assert ids(answer) == ["3", "1", "2"]
        assert [offer["price_hour"] for offer in answer["items"]] == ["0.300000", "0.420000", "0.900000"]
        assert (answer["total"], answer["sort"]) == (3, "price")

    async def test_answers_alike_under_both_names(self, caller: Caller, three: Stall) -> None:
        assert await caller.gets("/offers", model="4090") == await caller.gets("/gpus/search", model="4090")

    @pytest.mark.parametrize(
        ("params", "found"),
        [
            ({"model": ["h100", "RTX 4090"], "max_price": 0.5}, ["3", "1"]),
            ({"min_vram": 48}, ["2"]),
            ({"country": "us"}, ["3"]),
            ({"region": "EU"}, ["1", "2"]),
            ({"spot": True, "min_vram": 48}, ["2"]),
            ({"spot": True, "country": "US"}, []),
            ({"verified": False}, ["3"]),
            ({"provider": "runpod"}, []),
            ({"sort": "-price"}, ["2", "1", "3"]),
            ({"q": "4090 <0.4"}, ["3"]),
            ({"q": "4090", "max_price": 0.35}, ["3"]),
            ({"q": "4090 <0.1", "max_price": 0.35}, ["3"]),
        ],
    )
    async def test_filters(self, caller: Caller, three: Stall, params: dict[str, Any], found: list[str]) -> None:
        assert ids(await caller.gets("/gpus/search", **params)) == found

    async def test_tells_how_it_understood(self, caller: Caller, three: Stall) -> None:
        understood = (await caller.gets("/gpus/search", q="4090 x1 <0.5", country="se"))["understood"]
        told = {name: understood[name] for name in ("models", "gpu_count", "max_price", "countries", "spot")}
        assert told == {
            "models": ["RTX 4090"],
            "gpu_count": 1,
            "max_price": 0.5,
            "countries": ["SE"],
            "spot": None,
        }

    async def test_suggests_names_for_a_model_that_nobody_knows(self, caller: Caller, three: Stall) -> None:
        answer = await caller.gets("/gpus/search", model="RTX 4091")
        assert (answer["items"], answer["total"]) == ([], 0)
        assert len(answer["models_suggested"]) == 3
        assert "RTX 4090" in answer["models_suggested"]


class TestPages:
    async def test_lead_through_all_of_it_once(self, caller: Caller, stall: Stall) -> None:
        stall.put(*[row(str(number), price_micros=100_000 + number % 3) for number in range(11)])
        seen, cursor = [], None
        for _ in range(4):
            answer = await caller.gets("/gpus/search", limit=3, **({"cursor": cursor} if cursor else {}))
            seen += ids(answer)
            assert answer["total"] == 11
            cursor = answer["next_cursor"]
        assert cursor is None
        assert sorted(seen, key=int) == [str(number) for number in range(11)]

    async def test_are_linked(self, caller: Caller, three: Stall) -> None:
        answer = await caller.client.get("/api/v1/offers?limit=2&model=4090&model=H100")
        link = answer.headers["link"]
        assert link.endswith('rel="next"')
        following = await caller.client.get("/api/v1/offers" + link[1 : link.index(">")])
        assert ids(following.json()) == ["2"]


class TestWrongInput:
    @pytest.mark.parametrize(
        ("params", "field"),
        [
            ({"min_price": -1}, "min_price"),
            ({"min_price": 2, "max_price": 1}, "min_price"),
            ({"min_vram": 80, "max_vram": 8}, "min_vram"),
            ({"min_gpus": 4, "max_gpus": 2}, "min_gpus"),
            ({"sort": "beauty"}, "sort"),
            ({"cursor": "nonsense"}, "cursor"),
            ({"limit": 501}, "limit"),
            ({"limit": 0}, "limit"),
            ({"min_reliability": 1.5}, "min_reliability"),
            ({"max_price": "inf"}, "max_price"),
            ({"country": "Sweden"}, "country.0"),
            ({"max_pirce": 1}, "max_pirce"),
            ({"q": "colour=blue"}, "q"),
        ],
    )
    async def test_is_refused_by_its_name(self, caller: Caller, params: dict[str, Any], field: str) -> None:
        answer = await caller.gets("/gpus/search", 422, **params)
        assert field in [error["field"] for error in answer["errors"]]

    async def test_is_a_cursor_of_another_sort(self, caller: Caller, three: Stall) -> None:
        cursor = (await caller.gets("/gpus/search", limit=1))["next_cursor"]
        answer = await caller.gets("/gpus/search", 422, limit=1, sort="-vram", cursor=cursor)
        assert [error["field"] for error in answer["errors"]] == ["cursor"]


class TestAges:
    async def test_are_told_of_each_cloud(self, caller: Caller, three: Stall, clock: FakeClock) -> None:
        clock.advance(seconds=60)
        answer = await caller.gets("/gpus/search")
        assert answer["providers"] == [{"name": "vast", "offers": 3, "age_seconds": 60, "stale": False, "error": None}]
        assert answer["items"][0]["age_seconds"] == 60

    async def test_hide_a_cloud_that_was_not_heard_of_for_long(
        self, caller: Caller, three: Stall, clock: FakeClock
    ) -> None:
        clock.advance(seconds=901)
        answer = await caller.gets("/gpus/search")
        assert (answer["items"], answer["hidden"]["unavailable"]) == ([], 3)
        assert answer["providers"][0]["stale"] is True
        shown = await caller.gets("/gpus/search", available_only=False)
        assert [offer["stale"] for offer in shown["items"]] == [True] * 3


class TestWithoutADatabase:
    async def test_opens_no_connection(self, caller: Caller, three: Stall, parts: Parts, settings: Settings) -> None:
        parts.put(Db, make_db(make_engine("postgresql://nobody@127.0.0.1:9/none", settings, name="tests")))
        assert (await caller.gets("/gpus/search"))["total"] == 3
        assert len((await caller.gets("/gpus/models"))["items"]) == 2

    async def test_goes_on_with_what_it_knew_and_says_so(self, caller: Caller, three: Stall) -> None:
        assert (await caller.gets("/gpus/search"))["reliability"] == {"available": True, "note": None}
        three.away = DatabaseAway("away")
        answer = await caller.gets("/gpus/search")
        assert answer["total"] == 3
        assert answer["reliability"]["available"] is False
        assert "as they were" in answer["reliability"]["note"]
        three.away = None
        assert (await caller.gets("/gpus/search"))["reliability"]["available"] is True

    async def test_says_when_nothing_is_known_yet(self, caller: Caller, stall: Stall) -> None:
        stall.away = DatabaseAway("away")
        answer = await caller.gets("/gpus/search", 503)
        assert answer["code"] == "market_not_loaded"
