"""One offer with everything known of it, and a few of them side by side."""

from decimal import Decimal
from uuid import UUID

import pytest

from dumont.market.rules.identity import offer_id
from dumont.market.schemas.compare import Comparison
from dumont.market.schemas.offers import OfferDetail
from dumont.market.tables import MarketModelHour, MarketPriceChange
from dumont.platform.db import Db
from dumont.platform.db.engine import make_db, make_engine
from dumont.platform.parts import Parts
from dumont.platform.settings import Settings
from tests.build.offers import Stall, row
from tests.fakes.clock import FakeClock
from tests.market.api.conftest import Caller
from tests.market.api.fitting import fits

NOBODY = UUID(int=7)


def of(identity: str, provider: str = "vast") -> str:
    return str(offer_id(provider, identity))


@pytest.fixture
def house(stall: Stall) -> Stall:
    """Two offers of one machine, and two like the first elsewhere."""
    stall.put(
        row("1", machine_id="m1"),
        row("1x2", machine_id="m1", gpu_count=2, price_micros=800_000),
        row("3", price_micros=500_000),
    )
    stall.put(row("4", provider="runpod", price_micros=450_000), row("5", provider="runpod", gpu_name="A40"))
    return stall


class TestOffer:
    async def test_comes_with_its_machine_its_gpu_and_its_like(self, caller: Caller, house: Stall) -> None:
        found = await caller.gets(f"/gpus/{of('1')}")
        fits(OfferDetail, found)
        assert found["machine"]["key"] == "vast:m1"
        assert [offer["provider_offer_id"] for offer in found["machine"]["offers"]] == ["1x2"]
        assert found["gpu"]["vram_gb"] == 24
        assert [offer["provider_offer_id"] for offer in found["similar"]] == ["4", "3"]
        assert (found["price_history"], found["history"]) == ([], [])
        assert found["reliability"]["available"] is True

    async def test_tells_its_prices_so_far(self, caller: Caller, house: Stall, db: Db, clock: FakeClock) -> None:
        hour = clock.now()
        async with db.begin() as tx:
            values = {"gpu_name": "RTX 4090", "provider": "vast"}
            tx.add(MarketPriceChange(offer_id=UUID(of("1")), at=hour, gpu_count=1, price_hour=Decimal("0.4"), **values))
            prices = {"lowest": Decimal("0.3"), "median": Decimal("0.35"), "effective_lowest": Decimal("0.37")}
            tx.add(MarketModelHour(hour=hour, count=4, **prices, **values))
            values["provider"] = "runpod"
            tx.add(MarketModelHour(hour=hour, lowest=Decimal("0.1"), count=1, **values))
        found = await caller.gets(f"/gpus/{of('1')}")
        assert [point["price_hour"] for point in found["price_history"]] == ["0.400000"]
        told = [(one["lowest"], one["median"], one["effective_lowest"], one["count"]) for one in found["history"]]
        assert told == [("0.300000", "0.350000", "0.370000", 4)]

    async def test_is_shown_without_its_past_while_the_database_is_away(
        self, caller: Caller, house: Stall, parts: Parts, settings: Settings
    ) -> None:
        parts.put(Db, make_db(make_engine("postgresql://nobody@127.0.0.1:9/none", settings, name="tests")))
        found = await caller.gets(f"/gpus/{of('1')}")
        assert found["price_hour"] == "0.420000"
        assert found["reliability"]["available"] is False

    async def test_is_not_found_where_there_is_none(self, caller: Caller, house: Stall) -> None:
        assert (await caller.gets(f"/gpus/{NOBODY}", 404))["code"] == "not_found"
        await caller.gets("/gpus/no-id", 404)


class TestCompare:
    async def test_names_the_winner_of_each_row(self, caller: Caller, house: Stall) -> None:
        found = await caller.posts("/gpus/compare", {"ids": [of("1"), of("3"), of("4", "runpod")]})
        fits(Comparison, found)
        rows = {line["field"]: line for line in found["rows"]}
        assert rows["vram_gb"]["winners"] == [0, 1, 2]
        assert rows["dph_total"]["winners"] == [0]
        assert (rows["gpu_name"]["better"], rows["gpu_name"]["winners"]) == ("none", [])
        assert found["winner"] == 0

    async def test_counts_the_disk_that_is_wanted(self, caller: Caller, house: Stall) -> None:
        small, large = [
            (await caller.posts("/gpus/compare", {"ids": [of("1"), of("3")], "disk_gb": disk}))["offers"][0]
            for disk in (0, 730)
        ]
        assert small["dph_total"] == "0.420000"
        assert large["dph_total"] == "0.570000"

    @pytest.mark.parametrize(
        ("ids", "status", "field"),
        [
            ([of("1")], 422, "ids"),
            ([of("1")] * 2, 422, "ids"),
            ([of("1")] * 7, 422, "ids"),
            ([of("1"), "what"], 422, "ids.1"),
            ([of("1"), str(NOBODY)], 404, None),
        ],
    )
    async def test_refuses_what_it_cannot_compare(
        self, caller: Caller, house: Stall, ids: list[str], status: int, field: str | None
    ) -> None:
        answer = await caller.posts("/gpus/compare", {"ids": ids}, status)
        assert [error["field"] for error in answer["errors"]] == ([field] if field else [])
