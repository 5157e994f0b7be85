"""The demo's marketplace: of the real one's shape, the same for the same seed, and never standing still."""

from datetime import UTC, datetime
from itertools import islice
from math import log
from random import Random
from statistics import median

import pytest
from httpx import ASGITransport, AsyncClient

from dumont.basics.gpu import gpus
from dumont.simulators import going_rates, vast
from dumont.simulators.demo import STRANGER, marketplace, past, stirred
from dumont.simulators.stock import SimMachine
from dumont.simulators.vast import SETUP
from dumont.simulators.world import World

DAY = 86400.0


@pytest.fixture(scope="module")
def machines() -> list[SimMachine]:
    return marketplace(Random(1))


class TestRates:
    def test_are_of_gpus_that_exist(self) -> None:
        assert {rate.gpu for rate in going_rates.MARKETPLACE} <= gpus().keys()

    def test_ask_the_median_and_rarely_far_below_it(self) -> None:
        rate, random = going_rates.MARKETPLACE[0], Random(2)
        prices = sorted(going_rates.price_of(rate, 2, random) for _ in range(2000))
        assert prices[1000] == pytest.approx(2 * rate.hour, rel=0.03)
        assert log(prices[1900] / prices[1000]) > log(prices[1000] / prices[100])

    def test_move_about_once_a_day_and_stay_near(self) -> None:
        steps = list(islice(going_rates.moves(1.0, Random(3)), 3000))
        assert sum(seconds for seconds, _ in steps) / len(steps) == pytest.approx(DAY / 1.08, rel=0.1)
        assert median(price for _, price in steps) == pytest.approx(1.0, rel=0.1)
        assert all(0.49 < price < 2.02 for _, price in steps)


class TestMarketplace:
    def test_has_a_few_thousand_offers_of_many_gpus_hosts_and_countries(self, machines: list[SimMachine]) -> None:
        offers = sum(1 for _ in World(SETUP, stock=machines).asks())
        assert 3000 < offers < 8000
        assert len({machine.gpu for machine in machines}) > 30
        assert len({machine.country for machine in machines}) > 20
        assert len({machine.host for machine in machines}) > 500

    def test_is_the_same_for_the_same_seed(self) -> None:
        assert marketplace(Random(4), 50) == marketplace(Random(4), 50)
        assert marketplace(Random(4), 50) != marketplace(Random(5), 50)

    def test_costs_what_such_gpus_cost(self, machines: list[SimMachine]) -> None:
        rate = next(rate for rate in going_rates.MARKETPLACE if rate.gpu == "RTX 4090")
        prices = [float(machine.gpu_price_at(0)) for machine in machines if machine.gpu == "RTX 4090"]
        assert median(prices) == pytest.approx(rate.hour, rel=0.15)


class TestStirred:
    @pytest.fixture
    def world(self) -> World:
        world = World(SETUP, stock=marketplace(Random(6), 200), start=datetime(2026, 11, 1, tzinfo=UTC))
        stirred(world)
        return world

    def test_others_hold_machines_that_are_not_ours(self, world: World) -> None:
        assert world.live(STRANGER)
        assert world.live(SETUP.key) == []

    async def test_their_machines_are_neither_shown_to_us_nor_on_our_bill(self, world: World) -> None:
        world.advance(DAY)
        theirs = world.live(STRANGER)[0].id
        key = {"Authorization": f"Bearer {SETUP.key}"}
        cloud = AsyncClient(transport=ASGITransport(app=vast.app(world)), base_url="http://vast", headers=key)
        listed = (await cloud.get("/api/v1/instances/")).json()
        shown = (await cloud.get(f"/api/v0/instances/{theirs}/")).json()
        account = (await cloud.get("/api/v0/users/current/")).json()
        assert (listed["total_instances"], shown["instances"]) == (0, None)
        assert account["credit"] == float(SETUP.credit)

    def test_they_come_and_go(self, world: World) -> None:
        before = {ask.id for ask in world.asks()}
        world.advance(DAY)
        after = {ask.id for ask in world.asks()}
        assert before - after
        assert after - before
        assert len(world.live(STRANGER)) < 300

    def test_tells_a_week_of_each_price(self, world: World) -> None:
        world.advance(3600)
        told = past(world)
        assert set(told) == {str(ask.id) for ask in world.asks()}
        first = next(iter(told.values()))["steps"]
        assert first[0][0] < -7 * DAY
        assert [since for since, _ in first] == sorted(since for since, _ in first)
        assert first[-1][0] <= 0
