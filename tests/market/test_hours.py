"""What is written of an hour: at a cloud and in its regions, the price of useful work as the market shows it."""

from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest

from dumont.basics.machine_key import MachineKey
from dumont.main.joints import LearnedTrust
from dumont.market.following import InDatabase, Market
from dumont.market.means import Means
from dumont.market.rules.identity import offer_id
from dumont.market.store.hours import ModelHour, hours_in, hours_of
from dumont.market.sync import sync
from dumont.platform.db import Db
from dumont.platform.events import Event
from dumont.platform.work import SYSTEM, Work
from dumont.reliability.trust import MachineFeed
from tests.build.market import catalogue, listed
from tests.build.reliability import tried
from tests.fakes.clock import FakeClock
from tests.fakes.clouds import FakeClouds, kind

WEEK = timedelta(days=7)
TROMSO = "Norway, NO"
OFFERS = (
    listed("1"),
    listed("2", gpu_count=3, price_hour=Decimal("1.23"), region=TROMSO, inet_down_mbps=None, provider_reliability=None),
    listed("3", price_hour=None, region=TROMSO),
    listed("4", region=None, price_hour=Decimal(9)),
)


@pytest.fixture
async def hour(db: Db, means: Means, clouds: FakeClouds, clock: FakeClock) -> None:
    """Of a cloud whose first machine has failed more often than not."""

    async def unheard(_event: Event) -> None:
        return

    async with db.begin() as tx:
        work = Work(tx, clock.now(), Random(7), SYSTEM, unheard, means.settings)
        await tried(work, ["ok", "network", "network"], MachineKey("vast", "m1"))
    clouds.answers["vast"] = catalogue(OFFERS)
    await sync(means, kind("vast"), early=True)


async def useful(means: Means, clock: FakeClock, identity: str, gpus: int = 1) -> float:
    """In micro-dollars for one GPU, as a search tells it."""
    market = Market(InDatabase(means.db), clock, trust=LearnedTrust(MachineFeed(means.db, means.settings)))
    shelf = (await market.view()).shelf
    row = shelf.row_of(offer_id("vast", identity))
    assert row is not None
    return float(shelf.offer(row, clock.now())["effective_price_hour"]) * 1e6 / gpus


@pytest.mark.usefixtures("hour")
class TestHour:
    async def test_has_the_effective_price_that_a_search_shows(self, means: Means, clock: FakeClock) -> None:
        first, second = await useful(means, clock, "1"), await useful(means, clock, "2", 3)
        async with means.db.begin() as tx:
            (whole,) = await hours_of(tx, ["RTX 4090"], clock.now() - WEEK)
            (sweden,) = await hours_in(tx, ["RTX 4090"], {"vast": ["Sweden, SE"]}, clock.now() - WEEK)
        assert sweden.effective_lowest == pytest.approx(first, abs=5)
        assert whole.effective_lowest == pytest.approx(min(first, second), abs=5)
        assert first > second

    async def test_is_of_each_region_by_itself(self, db: Db, clock: FakeClock) -> None:
        async with db.begin() as tx:
            places = {"vast": ["Sweden, SE", TROMSO, ""]}
            found = await hours_in(tx, ["RTX 4090"], places, clock.now() - WEEK)
            (whole,) = await hours_of(tx, ["RTX 4090"], clock.now() - WEEK)
        told = [(one.lowest, one.median, one.highest, one.spot_lowest, one.count) for one in found]
        assert told == [
            (9_000_000, 9_000_000, 9_000_000, 200_000, 1),
            (410_000, 410_000, 410_000, 66_667, 2),
            (420_000, 420_000, 420_000, 200_000, 1),
        ]
        assert (whole.lowest, whole.highest, whole.count) == (410_000, 9_000_000, 4)

    async def test_is_written_over_within_the_hour_only(
        self, means: Means, clouds: FakeClouds, clock: FakeClock
    ) -> None:
        clouds.answers["vast"] = catalogue([listed("1", price_hour=Decimal("0.1"))])
        clock.advance(hours=1)
        await sync(means, kind("vast"), early=True)

        def lowest(hours: list[ModelHour]) -> list[int | None]:
            return [one.lowest for one in hours]

        async with means.db.begin() as tx:
            swedish = await hours_in(tx, ["RTX 4090"], {"vast": ["Sweden, SE"]}, clock.now() - WEEK)
            assert lowest(await hours_of(tx, ["RTX 4090"], clock.now() - WEEK)) == [410_000, 100_000]
        assert lowest(swedish) == [420_000, 100_000]
        assert all(one.effective_lowest and one.effective_lowest > (one.lowest or 0) for one in swedish)
