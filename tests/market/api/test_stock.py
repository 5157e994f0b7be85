"""What there is on the market: models and clouds, with counts and prices."""

import pytest

from dumont.market.schemas.models import MarketProviders, Models
from tests.build.offers import Stall, row
from tests.fakes.clock import START, FakeClock
from tests.market.api.conftest import Caller
from tests.market.api.fitting import fits


@pytest.fixture
def market(stall: Stall) -> Stall:
    stall.put(
        row("1"),
        row("2", price_micros=2_000_000, gpu_count=4, spot_price_micros=None),
        row("3", available=False, price_micros=1),
        row("4", gone_at=START, price_micros=1),
        row("5", gpu_name=None, gpu_count=0, price_micros=10_000, spot_price_micros=None),
    )
    stall.put(row("6", provider="runpod", gpu_name="H100 SXM", vram_gb=80.0, price_micros=2_500_000))
    return stall


class TestModels:
    async def test_are_counted_and_priced_by_the_gpu(self, caller: Caller, market: Stall) -> None:
        found = await caller.gets("/gpus/models")
        fits(Models, found)
        assert [model["name"] for model in found["items"]] == ["H100 SXM", "RTX 4090"]
        mine = found["items"][1]
        assert (mine["offers"], mine["available"], mine["providers"]) == (3, 2, ["vast"])
        prices = [mine[name] for name in ("price_low", "price_median", "price_high", "spot_low")]
        assert prices == ["0.420000", "0.460000", "0.500000", "0.200000"]

    async def test_are_counted_anew_after_a_sync(self, caller: Caller, market: Stall) -> None:
        await caller.gets("/gpus/models")
        market.put(row("1"), row("7"))
        assert (await caller.gets("/gpus/models"))["items"][1]["offers"] == 2

    async def test_of_a_cloud_not_heard_of_have_no_price(self, caller: Caller, market: Stall, clock: FakeClock) -> None:
        await caller.gets("/gpus/models")
        clock.advance(hours=1)
        market.put(row("6", provider="runpod", gpu_name="H100 SXM", vram_gb=80.0), seen_at=clock.now())
        items = (await caller.gets("/gpus/models"))["items"]
        assert [(model["available"], model["price_low"]) for model in items] == [(1, "0.420000"), (0, None)]


class TestProviders:
    async def test_are_told_with_their_ages(self, caller: Caller, market: Stall, clock: FakeClock) -> None:
        clock.advance(seconds=30)
        found = await caller.gets("/gpus/providers")
        fits(MarketProviders, found)
        assert [(one["name"], one["title"]) for one in found["items"]] == [("runpod", "RunPod"), ("vast", "Vast.ai")]
        mine = found["items"][1]
        assert {name: mine[name] for name in ("offers", "available", "models", "price_low", "age_seconds")} == {
            "offers": 4,
            "available": 2,
            "models": 1,
            "price_low": "0.420000",
            "age_seconds": 30,
        }

    async def test_are_there_before_they_offer_anything(self, caller: Caller, stall: Stall) -> None:
        assert await caller.gets("/gpus/providers") == {"items": []}
