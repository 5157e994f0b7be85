"""A past that somebody else has seen, put behind what the market saw itself."""

from datetime import timedelta
from decimal import Decimal

import pytest

from dumont.market import past
from dumont.market.means import Means
from dumont.market.past import Course
from dumont.market.rules.identity import offer_id
from dumont.market.store import history
from dumont.market.store.hours import hours_in, hours_of
from dumont.market.sync import sync
from dumont.platform.db import Db
from tests.build.market import catalogue, listed
from tests.fakes.clock import FakeClock
from tests.fakes.clouds import FakeClouds, kind

DAY = 86400.0
STEPS = [(8 * DAY, Decimal("0.30")), (3 * DAY, Decimal("0.50"))]
COURSES = {"1": Course(STEPS, Decimal("0.5"))}


@pytest.fixture
async def read(means: Means, clouds: FakeClouds) -> None:
    clouds.answers["vast"] = catalogue([listed("1", gpu_count=2), listed("2", gpu_name="L40S", vram_gb=48)])
    await sync(means, kind("vast"), early=True)


@pytest.mark.usefixtures("read")
class TestPast:
    async def test_is_missing_until_it_is_written(self, db: Db, clock: FakeClock) -> None:
        async with db.begin() as tx:
            assert not await past.has_past(tx, "vast", clock.now())
            await past.write(tx, "vast", COURSES, clock.now())
            assert await past.has_past(tx, "vast", clock.now())

    async def test_gives_an_offer_the_steps_of_all_its_gpus(self, db: Db, clock: FakeClock) -> None:
        async with db.begin() as tx:
            await past.write(tx, "vast", COURSES, clock.now())
            prices = await history.prices_of(tx, offer_id("vast", "1"), clock.now() - timedelta(days=9))
        assert [price.price_micros for price in prices][:2] == [600_000, 1_000_000]
        assert [price.spot_price_micros for price in prices][:2] == [300_000, 500_000]

    async def test_takes_an_offer_without_a_course_to_have_cost_what_it_costs(self, db: Db, clock: FakeClock) -> None:
        async with db.begin() as tx:
            await past.write(tx, "vast", COURSES, clock.now())
            hours = await hours_of(tx, ["L40S"], clock.now() - timedelta(days=8))
        assert len(hours) >= 7 * 24
        assert {hour.median for hour in hours} == {420_000}

    async def test_is_of_each_region_too_and_tells_what_useful_work_cost(self, db: Db, clock: FakeClock) -> None:
        async with db.begin() as tx:
            await past.write(tx, "vast", COURSES, clock.now())
            since, places = clock.now() - timedelta(days=8), {"vast": ["Sweden, SE"]}
            hours = await hours_of(tx, ["RTX 4090"], since)
            assert await hours_in(tx, ["RTX 4090"], places, since) == hours
            assert await hours_in(tx, ["RTX 4090"], {"vast": ["Norway, NO"], "runpod": ["Sweden, SE"]}, since) == []
        dear = [hour for hour in hours if hour.lowest == 500_000]
        cheap = [hour for hour in hours if hour.lowest == 300_000]
        (least,) = {hour.effective_lowest or 0 for hour in cheap}
        (most,) = {hour.effective_lowest or 0 for hour in dear}
        assert 300_000 < least < most - 200_000

    async def test_writes_each_hour_once_however_often_it_is_asked(self, db: Db, clock: FakeClock) -> None:
        async with db.begin() as tx:
            await past.write(tx, "vast", COURSES, clock.now())
            once = await hours_of(tx, ["RTX 4090"], clock.now() - timedelta(days=8))
            await past.write(tx, "vast", {"1": Course([(8 * DAY, Decimal(9))])}, clock.now())
            assert await hours_of(tx, ["RTX 4090"], clock.now() - timedelta(days=8)) == once
        assert (once[0].lowest, once[-2].lowest) == (300_000, 500_000)
