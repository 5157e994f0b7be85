"""Differences of price between clouds, by their doors."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from dumont.market.schemas.arbitrage import Deals, Opportunities, ProviderComparison, Savings
from dumont.market.tables import MarketModelHour, MarketRegionHour
from dumont.platform.db import Db
from tests.build.offers import Stall, row
from tests.fakes.clock import FakeClock
from tests.market.api.conftest import Caller
from tests.market.api.fitting import fits


@pytest.fixture
def clouds(stall: Stall) -> Stall:
    stall.put(row("1", price_micros=400_000), row("2", price_micros=1_000_000, gpu_count=2))
    stall.put(row("3", provider="runpod", price_micros=690_000, spot_price_micros=None))
    stall.put(
        row("4", provider="aws", price_micros=24_000_000, gpu_name="A100 40GB SXM", vram_gb=40.0, gpu_count=8),
        row("5", provider="aws", price_micros=1_200_000, gpu_name="L4", spot_price_micros=None),
    )
    return stall


@pytest.fixture
async def week(db: Db, clock: FakeClock) -> None:
    """Two hours of history: the first five days ago."""
    async with db.begin() as tx:
        for days, lowest in ((5, "0.5"), (1, "0.45")):
            hour = clock.now() - timedelta(days=days)
            prices = {"lowest": Decimal(lowest), "median": Decimal("0.8"), "highest": Decimal(2), "count": 2}
            tx.add(MarketModelHour(gpu_name="RTX 4090", hour=hour, provider="vast", **prices))


class TestOpportunities:
    async def test_are_the_cheapest_and_the_dearest_cloud_of_a_model(self, caller: Caller, clouds: Stall) -> None:
        found = await caller.gets("/arbitrage/opportunities")
        fits(Opportunities, found)
        assert [item["model"] for item in found["items"]] == ["RTX 4090"]
        item = found["items"][0]
        assert (item["cheapest"]["provider"], item["cheapest"]["price_gpu_hour"]) == ("vast", "0.400000")
        assert (item["dearest"]["provider"], item["dearest"]["price_gpu_hour"]) == ("runpod", "0.690000")
        assert (item["median"], item["spread_percent"]) == ("0.500000", 72.5)
        assert (item["saving_hour"], item["saving_month"]) == ("0.290000", "211.700000")
        assert (item["offers"], item["providers"], item["single_host"]) == (3, 2, False)
        assert item["effective"]["cheapest"]["provider"] == "vast"

    @pytest.mark.parametrize(
        "params", [{"min_spread": 80}, {"region": "US"}, {"model": "H100"}, {"model": "L4", "min_spread": 0}]
    )
    async def test_are_filtered(self, caller: Caller, clouds: Stall, params: dict[str, Any]) -> None:
        assert (await caller.gets("/arbitrage/opportunities", **params))["items"] == []

    async def test_are_marked_where_one_doubtful_host_makes_them(self, caller: Caller, clouds: Stall) -> None:
        clouds.put(
            row("1", price_micros=100_000, verified=False, provider_reliability=0.6), row("2", price_micros=680_000)
        )
        item = (await caller.gets("/arbitrage/opportunities"))["items"][0]
        assert item["single_host"] is True
        assert "low end" in item["note"]

    async def test_are_worked_out_again_after_a_sync(self, caller: Caller, clouds: Stall) -> None:
        await caller.gets("/arbitrage/opportunities")
        clouds.put(row("1", price_micros=690_000))
        assert (await caller.gets("/arbitrage/opportunities"))["items"] == []

    async def test_suggest_names(self, caller: Caller, clouds: Stall) -> None:
        found = await caller.gets("/arbitrage/opportunities", model="RTX 4091")
        assert (found["items"], len(found["models_suggested"])) == ([], 3)

    async def test_refuse_a_negative_spread(self, caller: Caller) -> None:
        answer = await caller.gets("/arbitrage/opportunities", 422, min_spread=-1)
        assert [error["field"] for error in answer["errors"]] == ["min_spread"]


class TestSavings:
    async def test_are_worked_out_for_a_time_of_use(self, caller: Caller, clouds: Stall) -> None:
        found = await caller.gets("/arbitrage/savings/4090", hours_per_day=10, days=30)
        fits(Savings, found)
        assert found["hours"] == 300
        costs = [found[name]["cost"] for name in ("cheapest", "median", "dearest")]
        assert costs == ["120.000000", "150.000000", "207.000000"]
        assert (found["saving_on_median"], found["saving_on_dearest"]) == ("30.000000", "87.000000")

    async def test_are_against_the_nearest_machine_of_a_large_cloud(self, caller: Caller, clouds: Stall) -> None:
        found = await caller.gets("/arbitrage/savings/4090", hours_per_day=10, days=30)
        (cloud,) = found["clouds"]
        # 165 TFLOPS x 24 GB: an L4 is 0.7 of it, an A100 with 40 GB is 3.1
        assert (cloud["provider"], cloud["model"], cloud["same_model"]) == ("aws", "L4", False)
        assert (cloud["cost"], cloud["saving"], cloud["saving_percent"]) == ("360.000000", "240.000000", 66.67)

    async def test_take_the_same_model_where_a_large_cloud_has_it(self, caller: Caller, clouds: Stall) -> None:
        clouds.put(row("9", provider="gcp", price_micros=3_000_000), row("10", provider="gcp", gpu_name="L4"))
        found = await caller.gets("/arbitrage/savings/RTX 4090")
        told = {cloud["provider"]: cloud["same_model"] for cloud in found["clouds"]}
        assert told == {"aws": False, "gcp": True}

    async def test_suggest_names_for_a_model_that_nobody_knows(self, caller: Caller, clouds: Stall) -> None:
        found = await caller.gets("/arbitrage/savings/RTX 4091")
        assert (found["cheapest"], found["clouds"], len(found["models_suggested"])) == (None, [], 3)


class TestNameOfSeveral:
    """An A100 has 40 or 80 GB, and is SXM or PCIe: a median over all of them would be that of none."""

    @pytest.fixture
    def several(self, stall: Stall) -> Stall:
        small: dict[str, Any] = {"gpu_name": "A100 40GB PCIe", "vram_gb": 40.0}
        large: dict[str, Any] = {"gpu_name": "A100 80GB SXM", "vram_gb": 80.0}
        stall.put(
            *[row(f"s{micros}", price_micros=micros, region="Norway, NO", **small) for micros in (700_000, 900_000)],
            *[row(f"l{micros}", price_micros=micros, **large) for micros in (1_000_000, 1_400_000, 2_000_000)],
        )
        stall.put(row("9", provider="runpod", price_micros=1_600_000, **large))
        stall.put(row("10", provider="aws", price_micros=3_200_000, spot_price_micros=None, **large))
        return stall

    async def test_is_saved_on_by_each_gpu(self, caller: Caller, several: Stall) -> None:
        found = await caller.gets("/arbitrage/savings/A100", hours_per_day=1, days=1)
        fits(Savings, found)
        assert (found["variant"], len(found["models"])) == ("A100 40GB PCIe", 4)
        assert (found["median"]["price_gpu_hour"], found["saving_on_dearest"]) == ("0.800000", "0.000000")
        assert [(cloud["model"], cloud["same_model"]) for cloud in found["clouds"]] == [("A100 80GB SXM", False)]
        (large,) = found["others"]
        assert (large["variant"], large["offers"], large["cheapest"]["cost"]) == ("A100 80GB SXM", 5, "1.000000")
        assert (large["median"]["price_gpu_hour"], large["saving_on_median"]) == ("1.600000", "0.600000")
        assert large["clouds"][0]["same_model"] is True

    async def test_says_the_same_of_a_gpu_as_its_whole_name(self, caller: Caller, several: Stall) -> None:
        (one,) = (await caller.gets("/arbitrage/savings/A100"))["others"]
        found = await caller.gets("/arbitrage/savings/A100 80GB SXM")
        assert {name: found[name] for name in one} == one
        assert (found["models"], found["others"]) == (["A100 80GB SXM"], [])

    async def test_is_compared_by_each_gpu_with_its_own_past(
        self, caller: Caller, several: Stall, db: Db, clock: FakeClock
    ) -> None:
        async with db.begin() as tx:
            for name, median in (("A100 40GB PCIe", "0.85"), ("A100 80GB SXM", "1.5")):
                hour = {"hour": clock.now() - timedelta(days=2), "provider": "vast", "count": 3}
                tx.add(MarketModelHour(gpu_name=name, lowest=Decimal(1), median=Decimal(median), **hour))
        found = await caller.gets("/arbitrage/compare/A100")
        fits(ProviderComparison, found)
        vast, *rest = found["items"]
        assert [item["provider"] for item in rest] == ["runpod", "aws"]
        (other,) = vast["others"]
        told = [(one["model"], one["lowest"], one["median"], one["count"]) for one in (vast, other)]
        assert told == [("A100 40GB PCIe", "0.700000", "0.800000", 2), ("A100 80GB SXM", "1.000000", "1.400000", 3)]
        assert [[hour["median"] for hour in one["series"]] for one in (vast, other)] == [["0.850000"], ["1.500000"]]
        assert [one["trend_7d_percent"] for one in (vast, other)] == [-30.0, 0.0]

    async def test_is_compared_in_one_region_with_the_past_of_that_region(
        self, caller: Caller, several: Stall, db: Db, clock: FakeClock
    ) -> None:
        hour = {"hour": clock.now() - timedelta(days=2), "provider": "vast", "count": 1}
        async with db.begin() as tx:
            for region, lowest in (("Norway, NO", "1.4"), ("Sweden, SE", "0.1")):
                tx.add(MarketRegionHour(gpu_name="A100 40GB PCIe", region=region, lowest=Decimal(lowest), **hour))
        (vast,) = (await caller.gets("/arbitrage/compare/A100", region="Norway"))["items"]
        told = [vast[name] for name in ("model", "count", "others", "trend_7d_percent")]
        assert told == ["A100 40GB PCIe", 2, [], -50.0]
        assert [point["lowest"] for point in vast["series"]] == ["1.400000"]


class TestCompare:
    async def test_is_one_row_a_cloud(self, caller: Caller, clouds: Stall, week: None) -> None:
        found = await caller.gets("/arbitrage/compare/4090")
        fits(ProviderComparison, found)
        rows = [(row["provider"], row["lowest"], row["median"], row["count"]) for row in found["items"]]
        assert rows == [("vast", "0.400000", "0.450000", 2), ("runpod", "0.690000", "0.690000", 1)]
        assert [row["spot_lowest"] for row in found["items"]] == ["0.100000", None]
        useful = [Decimal(row["effective_lowest"]) - Decimal(row["lowest"]) for row in found["items"]]
        assert all(0 < more < Decimal("0.1") for more in useful)
        assert [row["trend_7d_percent"] for row in found["items"]] == [-20.0, None]
        assert [point["lowest"] for point in found["items"][0]["series"]] == ["0.500000", "0.450000"]

    async def test_is_empty_where_nobody_has_it(self, caller: Caller, clouds: Stall) -> None:
        found = await caller.gets("/arbitrage/compare/H100")
        assert (found["items"], found["models_suggested"]) == ([], [])
        assert found["models"]


class TestBestDeals:
    async def test_are_below_the_usual_price_the_farthest_first(
        self, caller: Caller, clouds: Stall, week: None
    ) -> None:
        found = await caller.gets("/arbitrage/best-deals")
        fits(Deals, found)
        told = [(deal["offer"]["provider_offer_id"], deal["discount_percent"]) for deal in found["items"]]
        assert told == [("1", 50.0), ("2", 37.5), ("3", 13.75)]
        assert [deal["hours_known"] for deal in found["items"]] == [2] * 3
        assert found["items"][0]["median_7d"] == "0.800000"

    async def test_a_few_dear_offers_of_many_clouds_do_not_make_the_usual_price(
        self, caller: Caller, clouds: Stall, week: None, db: Db, clock: FakeClock
    ) -> None:
        async with db.begin() as tx:
            for name in ("aws", "gcp", "lambda"):
                one = {"provider": name, "lowest": Decimal(5), "median": Decimal(5), "highest": Decimal(5), "count": 1}
                tx.add(MarketModelHour(gpu_name="RTX 4090", hour=clock.now() - timedelta(days=1), **one))
        found = await caller.gets("/arbitrage/best-deals")
        assert (found["items"][0]["median_7d"], found["items"][0]["hours_known"]) == ("0.800000", 2)

    async def test_are_none_before_there_is_a_past(self, caller: Caller, clouds: Stall) -> None:
        assert (await caller.gets("/arbitrage/best-deals"))["items"] == []

    async def test_can_be_limited(self, caller: Caller, clouds: Stall, week: None) -> None:
        assert len((await caller.gets("/arbitrage/best-deals", limit=1))["items"]) == 1
        assert (await caller.gets("/arbitrage/best-deals", model="L4"))["items"] == []
