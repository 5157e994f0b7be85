"""Following the database: whatever happens between two questions, every follower ends with the truth."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dumont.basics.errors import Unavailable
from dumont.market.following import InDatabase, Market, MarketNotLoaded
from dumont.market.means import Means
from dumont.market.rules.query import Query
from dumont.market.shelf.row import Row
from dumont.market.store.following import Head
from dumont.market.sync import sync
from dumont.market.trust import Trust, TrustChanges
from dumont.platform.db import Db
from dumont.platform.db.engine import DatabaseAway, asyncpg_url, make_db, make_engine
from dumont.platform.settings import Settings
from tests.build.market import catalogue, listed
from tests.build.offers import Stall, head, row
from tests.fakes.clock import START, FakeClock
from tests.fakes.clouds import kind

EVERYTHING = Query(available_only=False, include_blacklisted=True, limit=500)
Step = tuple[str, str, int, int]

steps = st.lists(
    st.tuples(
        st.sampled_from(["price", "price", "gone", "drop", "quiet"]),
        st.sampled_from(["vast", "runpod"]),
        st.integers(0, 1),
        st.integers(1, 9),
    ),
    min_size=5,
    max_size=40,
)
meanwhile = st.lists(st.integers(0, 3), min_size=1, max_size=12)


class Table:
    """What has been committed. A follower sees it at moments; what is done in between is drawn."""

    def __init__(self, steps: Sequence[Step], meanwhile: Sequence[int]) -> None:
        self.rows: dict[str, dict[str, Row]] = {"vast": {}, "runpod": {}}
        self.known: dict[str, Head] = {}
        self._steps = list(steps)
        self._meanwhile = list(meanwhile)
        self._asked = 0

    async def heads(self) -> list[Head]:
        answer = sorted(self.known.values(), key=lambda one: one.name)
        await self._let_pass()
        return answer

    async def since(self, provider: str, revision: int) -> list[Row]:
        answer = [one for one in self.rows[provider].values() if one.revision > revision]
        await self._let_pass()
        return answer

    async def whole(self, provider: str) -> list[Row]:
        answer = list(self.rows[provider].values())
        await self._let_pass()
        return answer

    def finish(self) -> None:
        for step in self._steps:
            self._do(step)
        self._steps.clear()

    async def _let_pass(self) -> None:
        count = self._meanwhile[self._asked % len(self._meanwhile)]
        self._asked += 1
        for step in self._steps[:count]:
            self._do(step)
        del self._steps[:count]
        await asyncio.sleep(0)

    def _do(self, step: Step) -> None:
        """One transaction: it holds the head of its cloud from beginning to end."""
        what, provider, number, price = step
        known = self.known.get(provider, head(provider, revision=0))
        rows, identity = self.rows[provider], str(number)
        seen_at = (known.seen_at or START) + timedelta(seconds=1)
        if what == "drop":
            self.rows[provider] = {name: one for name, one in rows.items() if one.gone_at is None}
            known = replace(known, generation=known.generation + 1)
        elif what == "quiet":
            known = replace(known, seen_at=seen_at)
        elif what == "gone" and identity not in rows:
            return
        else:
            known = replace(known, revision=known.revision + 1, seen_at=seen_at)
            values: dict[str, Any] = {"price_micros": price * 1000, "gone_at": None, "last_seen": None}
            if what == "gone":
                values = {"gone_at": seen_at, "last_seen": seen_at, "available": False}
            made = row(identity, provider)._replace(**values, revision=known.revision)
            rows[identity] = made if what == "price" else rows[identity]._replace(**values, revision=known.revision)
        self.known[provider] = known


class TestFollowers:
    @settings(max_examples=25)
    @given(steps, meanwhile)
    def test_end_with_the_truth_whatever_happened_in_between(self, steps: list[Step], meanwhile: list[int]) -> None:
        asyncio.run(self.end_with_the_truth(Table(steps, meanwhile)))

    async def end_with_the_truth(self, table: Table) -> None:
        early, late = Market(table, FakeClock()), Market(table, FakeClock())
        for _ in range(6):
            await asyncio.gather(early.look(), late.look(), early.look())
        table.finish()
        shown = [await self.shown(market) for market in (early, late)]
        assert shown[0] == shown[1]
        wanted = {one.id: one for rows in table.rows.values() for one in rows.values()}
        assert {offer["id"] for offer in shown[0]} == {str(one) for one in wanted}
        for offer in shown[0]:
            one = next(one for one in wanted.values() if str(one.id) == offer["id"])
            assert offer["price_hour"] == f"{Decimal(one.price_micros or 0) / 1_000_000:.6f}"
            assert offer["available"] == (one.gone_at is None)

    async def shown(self, market: Market) -> list[dict[str, Any]]:
        await market.look()
        shelf = (await market.view()).shelf
        return shelf.offers(shelf.find_all(EVERYTHING, START), START)

    async def test_read_only_what_is_new(self) -> None:
        stall = Stall()
        market = Market(stall, FakeClock())
        stall.put(row("1"))
        await market.look()
        stall.known["vast"] = head(revision=2)
        stall.rows["vast"].append(row("2", revision=2))
        stall.asked.clear()
        view = await market.view()
        assert stall.asked == ["heads", "since"]
        assert len(view.shelf) == 2

    async def test_forget_a_cloud_that_is_no_more(self) -> None:
        stall = Stall()
        stall.put(row("1"), row("2", provider="runpod"))
        market = Market(stall, FakeClock())
        await market.look()
        del stall.known["vast"]
        assert len((await market.view()).shelf) == 1


class TestView:
    async def test_stays_the_same_for_who_holds_it(self) -> None:
        stall = Stall()
        stall.put(row("1"))
        market = Market(stall, FakeClock())
        view = await market.view()
        stall.put(row("1"), row("2"))
        assert len((await market.view()).shelf) == 2
        assert len(view.shelf) == 1

    async def test_has_another_version_after_a_change_and_only_then(self) -> None:
        stall = Stall()
        stall.put(row("1"))
        first, other = Market(stall, FakeClock()), Market(stall, FakeClock())
        version = (await first.view()).version
        stall.known["vast"] = replace(stall.known["vast"], seen_at=START + timedelta(hours=1))
        assert (await first.view()).version == (await other.view()).version == version
        stall.put(row("1", price_micros=1))
        assert (await first.view()).version != version

    async def test_knows_machines_from_experience(self) -> None:
        stall, trust = Stall(), Experience()
        market = Market(stall, FakeClock(), trust=trust)
        await market.look()
        stall.put(row("1"))
        view = await market.view()
        assert view.shelf.offers([0], START)[0]["reliability_score"] == 93
        trust.away = True
        view = await market.view()
        assert view.reliability["available"] is False
        assert view.shelf.offers([0], START)[0]["reliability_score"] == 93

    async def test_ranks_without_entries_of_the_blacklist_as_soon_as_they_end(self, clock: FakeClock) -> None:
        """Long before the row of the entry is cleared, which nobody tells of here."""
        stall = Stall()
        stall.put(row("1", price_micros=100_000), row("2"), row("3"))
        until = clock.now() + timedelta(seconds=5)
        market = Market(stall, clock, trust=Experience(Trust(is_blacklisted=True, blacklisted_until=until)))

        def ranks() -> list[float]:
            shelf = market.newest.shelf
            return sorted(shelf.column("price_rank").tolist())

        await market.view()
        assert ranks() == [100.0, 100.0, 100.0]
        clock.advance(seconds=4)
        before = (await market.view()).shelf
        assert ranks() == [100.0, 100.0, 100.0]
        clock.advance(seconds=1)
        assert (await market.view()).shelf is not before
        assert ranks() == [50.0, 50.0, 100.0]

    async def test_makes_no_new_shelf_for_what_is_told_again(self) -> None:
        stall, trust = Stall(), Experience()
        stall.put(row("1"))
        market = Market(stall, FakeClock(), trust=trust)
        trust.again = True
        shelf = (await market.view()).shelf
        assert (await market.view()).shelf is shelf

    async def test_keeps_up_with_offers_whatever_fails_in_following_trust(self) -> None:
        stall, trust = Stall(), Experience()
        market = Market(stall, FakeClock(), trust=trust)
        trust.broken = True
        stall.put(row("1"))
        view = await market.view()
        assert (len(view.shelf), view.reliability["available"]) == (1, False)


class Experience:
    """Knows one machine, and tells of it once."""

    again = broken = False

    away = False

    def __init__(self, known: Trust = Trust(status="excellent", reliability_score=93.0)) -> None:
        self.known = known

    async def changes(self, since: str | None) -> TrustChanges:
        if self.away:
            raise Unavailable("away")
        if self.broken:
            raise RuntimeError("what nobody thought of")
        machines = {} if since and not self.again else {"vast:m1": self.known}
        return TrustChanges(machines, "told")


class TestInTheBackground:
    @pytest.fixture
    def stall(self) -> Stall:
        return Stall()

    @pytest.fixture
    async def market(self, stall: Stall, clock: FakeClock) -> AsyncIterator[Market]:
        market = Market(stall, clock)
        await market.start()
        yield market
        await market.stop()

    async def test_looks_every_second(self, market: Market, stall: Stall, clock: FakeClock) -> None:
        assert len((await market.view()).shelf) == 0
        stall.put(row("1"))
        assert len((await market.view()).shelf) == 0
        clock.advance(seconds=1)
        await until(lambda: len(market.newest.shelf) == 1)

    async def test_makes_the_first_to_ask_wait_but_not_for_ever(self, stall: Stall, clock: FakeClock) -> None:
        stall.away = DatabaseAway("away")
        market = Market(stall, clock)
        await market.start()
        with pytest.raises(MarketNotLoaded):
            await market.view(wait_seconds=0.01)
        stall.away = None
        stall.put(row("1"))
        asking = asyncio.create_task(market.view())
        await asyncio.sleep(0)
        clock.advance(seconds=10)
        assert len((await asking).shelf) == 1
        await market.stop()

    async def test_survives_whatever_goes_wrong(self, market: Market, stall: Stall, clock: FakeClock) -> None:
        stall.put(row("1"))
        await market.view()
        stall.away = RuntimeError("what nobody thought of")
        clock.advance(seconds=5)
        await until(lambda: market.newest.note is not None)
        stall.away = None
        clock.advance(seconds=10)
        await until(lambda: market.newest.note is None)
        assert len(market.newest.shelf) == 1


class TestInTheDatabase:
    """Two followers, and two workers that read two clouds at once, over real PostgreSQL."""

    @pytest.fixture
    async def own(self, fresh_database_url: str, settings: Settings) -> AsyncIterator[Db]:
        engine = make_engine(fresh_database_url, settings, name="following")
        yield make_db(engine)
        await engine.dispose()

    async def test_two_followers_end_with_the_truth(self, own: Db, means: Means, clock: FakeClock) -> None:
        working = replace(means, db=own)
        followers = [Market(InDatabase(own), clock) for _ in range(2)]
        done = asyncio.Event()

        async def follow(market: Market) -> int:
            looks = 0
            while not done.is_set():
                await market.look()
                looks += 1
            return looks

        following = [asyncio.create_task(follow(market)) for market in followers]
        await asyncio.gather(*[change(working, name) for name in ("vast", "runpod")])
        done.set()
        assert min(await asyncio.gather(*following)) > 0
        fresh = Market(InDatabase(own), clock)
        shown = [await TestFollowers().shown(market) for market in (*followers, fresh)]
        assert len(shown[2]) > 40
        assert shown[0] == shown[1] == shown[2]

    async def test_goes_on_when_its_connections_are_cut(
        self, own: Db, fresh_database_url: str, means: Means, clock: FakeClock
    ) -> None:
        await change(replace(means, db=own), "vast", rounds=1)
        market = Market(InDatabase(own), clock)
        known = len((await market.view()).shelf)
        other = await asyncpg.connect(asyncpg_url(fresh_database_url))
        await other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await other.close()
        views = [await market.view() for _ in range(3)]
        assert [len(view.shelf) for view in views] == [known] * 3
        assert views[-1].note is None


async def change(means: Means, name: str, rounds: int = 12) -> None:
    """Reads a cloud whose prices move, and whose offers come and go."""
    random = Random(name)
    for _ in range(rounds):
        there = [number for number in range(30) if random.random() < 0.8]
        offers = [listed(str(number), price_hour=Decimal(random.randrange(1, 50)) / 100) for number in there]
        means.clouds.answers[name] = catalogue(offers)  # type: ignore[attr-defined]
        await sync(means, kind(name), early=True)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.001)
