"""The invented past of the demo's machines: repeatable, and as machines that are good or bad would leave it."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from statistics import mean

import pytest
from httpx import URL, AsyncClient
from sqlalchemy import text

from dumont.basics.machine_key import MachineKey
from dumont.main import demo_machines
from dumont.main.invented import PAST_DAYS, Past, past_of
from dumont.market.rules.identity import offer_id
from dumont.market.tables import MarketOffer
from dumont.platform.db import Db
from dumont.platform.parts import Parts
from dumont.reliability.attempts import Succeeded
from tests.build.accounts import Person
from tests.fakes.clock import START, FakeClock


@pytest.fixture(scope="module")
def pasts() -> list[tuple[float, Past]]:
    claims = [0.86 + 0.14 * (number % 50) / 50 for number in range(600)]
    return [(claim, past_of(1, MachineKey("vast", str(at)), claim, START)) for at, claim in enumerate(claims)]


class TestPast:
    def test_is_the_same_for_the_same_machine(self) -> None:
        machine = MachineKey("vast", "12")
        assert past_of(1, machine, 0.97, START) == past_of(1, machine, 0.97, START)
        assert past_of(1, machine, 0.97, START) != past_of(2, machine, 0.97, START)

    def test_is_in_the_past(self, pasts: list[tuple[float, Past]]) -> None:
        for _, past in pasts:
            moments = [attempt.at for attempt in past.attempts if attempt.at] + [day.data_until for day in past.days]
            assert all(START - timedelta(days=PAST_DAYS + 1) < at <= START for at in moments)
            assert all(day.uptime_seconds <= day.observed_seconds for day in past.days)
            assert all(day.interruptions <= day.rentals for day in past.days)
            assert len({day.day for day in past.days}) == len(past.days)

    def test_is_better_for_better_machines(self, pasts: list[tuple[float, Past]]) -> None:
        def succeeded(low: float, high: float) -> float:
            return mean(
                isinstance(attempt.outcome, Succeeded)
                for claim, past in pasts
                for attempt in past.attempts
                if low <= claim < high
            )

        assert succeeded(0.86, 0.9) + 0.1 < succeeded(0.95, 1)

    def test_is_of_all_kinds(self, pasts: list[tuple[float, Past]]) -> None:
        kinds = Counter("none" if not past.attempts else "short" if len(past.days) < 7 else "long" for _, past in pasts)
        assert min(kinds["none"], kinds["short"], kinds["long"]) > 20


class TestFilling:
    @pytest.fixture(autouse=True)
    async def _offers(self, db: Db, clock: FakeClock) -> None:
        async with db.begin() as tx:
            await tx.execute(
                text(
                    "INSERT INTO market_providers (name, generation, revision, offers, next_at, failures, shrunken) "
                    "VALUES ('vast', 0, 1, 60, now(), 0, 0)"
                )
            )
            for number in range(60):
                offer = listed_offer(number, clock)
                tx.add(offer)

    async def test_writes_what_reliability_shows_and_once(self, db: Db, parts: Parts) -> None:
        filled = await demo_machines.fill_cloud(parts, "vast")
        await demo_machines.score_all(parts)
        async with db.begin() as tx:
            (machines, tried, scored) = (await tx.execute(text(COUNTED))).one()
        assert filled > 200
        assert tried <= filled
        assert 40 < machines <= 60
        assert scored > 25
        untold = await demo_machines.fill_cloud(parts, "vast")
        assert untold == 0

    async def test_adds_people_only_when_somebody_is_there(self, db: Db, parts: Parts, client: AsyncClient) -> None:
        await demo_machines.fill_cloud(parts, "vast")
        assert not await demo_machines.fill_ratings(parts, ["vast"])
        client.base_url = URL("http://dumont.test/api/v1")
        first = await Person.joins(client, "ada@example.com")
        assert (await first.gets("/auth/me"))["role"] == "admin"
        assert await demo_machines.fill_ratings(parts, ["vast"])
        async with db.begin() as tx:
            rated = (await tx.execute(text("SELECT count(*) FROM reliability_ratings"))).scalar_one()
        assert rated > 5
        assert await demo_machines.fill_ratings(parts, ["vast"])


COUNTED = "SELECT count(*), sum(total), count(score) FROM reliability_machines"


def listed_offer(number: int, clock: FakeClock) -> MarketOffer:
    return MarketOffer(
        id=offer_id("vast", str(number)),
        provider="vast",
        provider_offer_id=str(number),
        machine_id=str(number),
        gpu_count=1,
        vram_gb=24,
        verified=True,
        available=True,
        provider_reliability=0.99,
        price_hour=Decimal(1),
        first_seen=clock.now(),
        digest=number,
        revision=1,
    )
