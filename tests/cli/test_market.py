"""Finding a machine by the command line, among offers that clouds have just told of."""

import asyncio
import time
from decimal import Decimal
from random import Random

import pytest

from dumont.client.http import Api
from dumont.client.market import Market
from dumont.market.means import Means
from dumont.market.sync import sync
from dumont.platform.clock import SystemClock
from dumont.platform.db.engine import make_db, make_engine
from dumont.platform.secrets import Vault, new_key
from dumont.platform.settings import Settings
from tests.build.market import catalogue, listed
from tests.cli.terminal import Terminal
from tests.fakes.clock import FakeClock
from tests.fakes.clouds import FakeClouds, kind
from tests.fakes.publisher import FakePublisher

H100 = {"gpu_name": "H100 SXM", "vram_gb": 80.0}
OFFERS = {
    "vast": [
        listed("1"),
        listed("2", gpu_count=2, price_hour=Decimal("0.8")),
        listed("3", price_hour=Decimal("1.9"), **H100),
        listed("4", price_hour=Decimal("9.9"), spot_price_hour=None, gpu_count=4, **H100),
    ],
    "runpod": [
        listed("5", price_hour=Decimal("0.69"), spot_price_hour=None, country="US", region="US-CA"),
        listed("6", price_hour=Decimal("3.1"), **H100),
    ],
}


@pytest.fixture(scope="session", autouse=True)
def offers(server: str, database: str, settings: Settings) -> None:
    """Two clouds have been read, and the server has heard of it."""
    asyncio.run(read_clouds(database, settings))
    with Api(server) as api:
        deadline = time.monotonic() + 30
        while next(Market(api).search(limit=1))["total"] < 6:
            assert time.monotonic() < deadline
            time.sleep(0.05)


async def read_clouds(database: str, settings: Settings) -> None:
    engine, clouds, clock = make_engine(database, settings, name="tests"), FakeClouds(FakeClock()), SystemClock()
    things = (FakePublisher(), settings, Vault([new_key()]), clouds, clouds.freezes)
    for name, told in OFFERS.items():
        clouds.answers[name] = catalogue(told)
        await sync(Means(make_db(engine), clock, Random(7), *things), kind(name), early=True)
    await engine.dispose()


class TestSearch:
    def test_understands_words(self, nobody: Terminal) -> None:
        found = nobody.does("search", "4090 x1 <0.5", "--json").json
        assert [offer["price_hour"] for offer in found["items"]] == ["0.420000"]
        assert found["total"] == 1

    def test_shows_a_table_with_figures_on_the_right(self, nobody: Terminal) -> None:
        lines = nobody.does("search", "4090").lines
        assert lines[0].split()[:3] == ["GPU", "GB", "$/H"]
        assert lines[1].startswith("RTX 4090 x1")
        ends = {
            line.index(price) + len(price)
            for line, price in zip(lines[1:], ("0.4200", "0.6900", "0.8000"), strict=True)
        }
        assert len(ends) == 1

    def test_prints_ids_alone_for_a_pipe(self, nobody: Terminal) -> None:
        ids = nobody.does("search", "H100", "-q").lines
        assert len(ids) == 3
        assert all(len(one) == 36 for one in ids)

    def test_sorts_limits_and_tells_of_more(self, nobody: Terminal) -> None:
        shown = nobody.does("search", "--sort", "-vram", "--limit", "2")
        assert len(shown.lines) == 3
        assert "2 of 6" in shown.err
        assert len(nobody.does("search", "--all", "-q").lines) == 6

    def test_suggests_a_name_for_a_gpu_that_nobody_knows(self, nobody: Terminal) -> None:
        answer = nobody.does("search", "model=RTX_4091")
        assert answer.out == ""
        assert "RTX 4090" in answer.err

    def test_says_what_it_did_not_understand(self, nobody: Terminal) -> None:
        answer = nobody.run("search", "colour=blue")
        assert answer.code == 2
        assert "colour" in answer.err

    def test_prints_the_call(self, nobody: Terminal) -> None:
        assert "/api/v1/offers?q=4090" in nobody.does("search", "4090", "--curl").out


class TestOffers:
    def test_takes_the_options_of_other_tools(self, nobody: Terminal) -> None:
        words = ("offers", "--gpu", "H100:80GB:1..8", "--max-price", "3")
        assert [offer["price_hour"] for offer in nobody.does(*words, "--json").json["items"]] == ["1.900000"]

    def test_tells_spot_from_on_demand(self, nobody: Terminal) -> None:
        assert len(nobody.does("offers", "--gpu", "H100", "--spot", "-q").lines) == 2
        assert len(nobody.does("offers", "--gpu", "H100", "--on-demand", "-q").lines) == 3
        assert nobody.run("offers", "--spot", "--on-demand").code == 2

    def test_chooses_clouds_and_regions(self, nobody: Terminal) -> None:
        assert len(nobody.does("offers", "--provider", "runpod", "-q").lines) == 2
        assert len(nobody.does("offers", "--region", "US", "-q").lines) == 1
        assert len(nobody.does("offers", "--region", "US", "--region", "SE", "-q").lines) == 6
        assert "region=US&region=SE" in nobody.does("offers", "--region", "US", "--region", "SE", "--curl").out


class TestCompare:
    def test_stars_the_best_of_each_row(self, nobody: Terminal) -> None:
        ids = nobody.does("search", "4090", "-q").lines
        shown = nobody.does("compare", *ids)
        price = next(line for line in shown.lines if line.startswith("Price with disk"))
        assert price.count("*") == 1
        assert price.split("$/h")[1].split()[0] == "*"

    def test_takes_ids_from_a_pipe_and_gives_the_winner(self, nobody: Terminal) -> None:
        ids = nobody.does("search", "4090", "-q")
        winner = nobody.does("compare", "-", "-q", given=ids.out)
        assert winner.out.strip() in ids.lines

    def test_refuses_one_alone(self, nobody: Terminal) -> None:
        (one,) = nobody.does("search", "4090 x2", "-q").lines
        assert nobody.run("compare", one).code == 2
        assert nobody.run("compare", one, "00000000-0000-7000-8000-000000000000").code == 5


class TestArbitrage:
    def test_lists_where_one_gpu_has_two_prices(self, nobody: Terminal) -> None:
        found = nobody.does("arbitrage", "--json").json
        assert {item["model"] for item in found["items"]} == {"RTX 4090", "H100 SXM"}
        assert "RTX 4090" in nobody.does("arbitrage").out
        assert nobody.does("arbitrage", "--min-spread", "1000").out == ""

    def test_goes_cloud_by_cloud_for_a_gpu(self, nobody: Terminal) -> None:
        assert nobody.does("arbitrage", "4090", "-q").lines == ["vast", "runpod"]
        assert "0.4000" in nobody.does("arbitrage", "4090").out

    def test_works_out_savings(self, nobody: Terminal) -> None:
        shown = nobody.does("arbitrage", "4090", "--savings", "--hours-per-day", "10").out
        assert "120.00" in shown
        assert "87.00" in shown
        assert nobody.run("arbitrage", "--savings").code == 2

    def test_suggests_names(self, nobody: Terminal) -> None:
        assert "RTX 4090" in nobody.does("arbitrage", "RTX 4091").err

    def test_lists_deals(self, nobody: Terminal) -> None:
        assert "items" in nobody.does("arbitrage", "--deals", "--json").json
