"""Each night: offers long gone are forgotten, prices of old days are thinned, and followers learn of it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from dumont.market import daily
from dumont.market.means import Means
from dumont.market.store import following, history
from dumont.market.store.hours import hours_of
from dumont.market.store.usual import Usual, usual
from dumont.market.sync import sync
from dumont.platform.db import Db, raw
from dumont.platform.jobs import NoArgs
from dumont.platform.parts import Parts
from tests.build.market import catalogue, listed, many
from tests.fakes.clock import FakeClock
from tests.fakes.clouds import FakeClouds, kind
from tests.fakes.run import FakeRun

DAY = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture
def run(parts: Parts) -> FakeRun:
    return FakeRun(parts)


async def say(means: Means, clouds: FakeClouds, *offers: str) -> None:
    clouds.answers["vast"] = catalogue([listed(each) for each in offers])
    await sync(means, kind("vast"), early=True)


class TestForgetting:
    async def test_takes_what_went_a_week_ago(
        self, means: Means, clouds: FakeClouds, clock: FakeClock, run: FakeRun, db: Db
    ) -> None:
        await say(means, clouds, "1", "2", "3")
        await say(means, clouds, "1", "2")
        clock.advance(days=6)
        await say(means, clouds, "1")
        clock.advance(days=1, seconds=1)
        before = await generation(db)
        assert (await daily.tidy(run, NoArgs())).dropped == 1
        async with db.begin() as tx:
            left = [row["provider_offer_id"] for row in await following.all_of(tx, "vast")]
        assert sorted(left) == ["1", "2"]
        assert await generation(db) == before + 1

    async def test_of_nothing_leaves_followers_alone(
        self, means: Means, clouds: FakeClouds, run: FakeRun, db: Db
    ) -> None:
        await say(means, clouds, "1")
        before = await generation(db)
        assert (await daily.tidy(run, NoArgs())).dropped == 0
        assert await generation(db) == before

    async def test_goes_on_in_small_steps(
        self,
        means: Means,
        clouds: FakeClouds,
        clock: FakeClock,
        run: FakeRun,
        db: Db,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(daily, "BATCH", 3)
        clouds.answers["vast"] = catalogue(many(12))
        await sync(means, kind("vast"), early=True)
        await say(means, clouds, "0", "1", "2", "3", "4")
        clock.advance(days=8)
        assert (await daily.tidy(run, NoArgs())).dropped == 7


class TestThinning:
    async def test_keeps_a_week_whole_and_the_edges_of_older_days(self, run: FakeRun, db: Db, clock: FakeClock) -> None:
        now = clock.now()
        old, young = now - timedelta(days=20), now - timedelta(days=6)
        await put_prices(db, 1, [old + timedelta(minutes=n) for n in range(5)])
        await put_prices(db, 2, [old])
        await put_prices(db, 3, [young + timedelta(minutes=n) for n in range(5)])
        assert (await daily.tidy(run, NoArgs())).thinned == 3
        assert await prices(db, 1) == [old, old + timedelta(minutes=4)]
        assert await prices(db, 2) == [old]
        assert len(await prices(db, 3)) == 5
        assert (await daily.tidy(run, NoArgs())).thinned == 0


class TestHistory:
    async def test_of_an_offer_begins_with_what_it_cost_then(self, db: Db) -> None:
        moments = [DAY + timedelta(hours=n) for n in range(4)]
        await put_prices(db, 1, moments)
        async with db.begin() as tx:
            found = await history.prices_of(tx, UUID(int=1), DAY + timedelta(hours=1, minutes=30))
        assert [price.at for price in found] == moments[1:]

    async def test_of_models_is_by_model_hour_and_cloud(
        self, means: Means, clouds: FakeClouds, clock: FakeClock, db: Db
    ) -> None:
        await say(means, clouds, "1")
        clock.advance(hours=1)
        await say(means, clouds, "1")
        async with db.begin() as tx:
            found = await hours_of(tx, ["RTX 4090", "H100"], clock.now() - timedelta(days=7))
            middle = await usual(tx, clock.now() - timedelta(days=7))
        assert [(each.gpu_name, each.hour.hour, each.lowest, each.count) for each in found] == [
            ("RTX 4090", 12, 420_000, 1),
            ("RTX 4090", 13, 420_000, 1),
        ]
        assert middle == {"RTX 4090": Usual(median=420_000, hours=2)}


async def generation(db: Db) -> int:
    async with db.begin() as tx:
        return next(head.generation for head in await following.heads(tx))


async def put_prices(db: Db, offer: int, moments: list[datetime]) -> None:
    async with db.begin() as tx:
        await (await raw(tx)).executemany(
            "INSERT INTO market_price_changes (offer_id, at, provider, gpu_count) VALUES ($1, $2, 'vast', 1)",
            [(UUID(int=offer), at) for at in moments],
        )


async def prices(db: Db, offer: int) -> list[datetime]:
    async with db.begin() as tx:
        return [price.at for price in await history.prices_of(tx, UUID(int=offer), datetime(2020, 1, 1, tzinfo=UTC))]
