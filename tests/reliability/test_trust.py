"""What followers of machines are told: all at first, then each change once it is committed, whatever the order."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import cast

import asyncpg
import pytest
from sqlalchemy import text

from dumont.basics.errors import Unavailable
from dumont.basics.machine_key import MachineKey
from dumont.main.joints import LearnedTrust, OffersOfMarket
from dumont.market.following import Market
from dumont.market.rules.query import Query
from dumont.market.shelf.row import Row
from dumont.market.trust import Trust, TrustChanges
from dumont.platform.db import Db
from dumont.platform.db.engine import asyncpg_url, make_db, make_engine
from dumont.platform.settings import Settings
from dumont.platform.work import Caller
from dumont.reliability import blacklist
from dumont.reliability.trust import MachineFeed
from tests.build.offers import Stall, row
from tests.build.reliability import VAST, tried
from tests.fakes.clock import START, FakeClock
from tests.reliability.conftest import WorkFor

OTHER = MachineKey("vast", "other")
OPERATOR = Caller("operator", None, frozenset({"machines:manage"}))


@pytest.fixture
async def real(fresh_database_url: str, settings: Settings) -> AsyncIterator[Db]:
    """A database in which transactions begin and end beside each other."""
    engine = make_engine(fresh_database_url, settings, name="trust")
    yield make_db(engine)
    await engine.dispose()


@pytest.fixture
def feed(db: Db, settings: Settings) -> MachineFeed:
    return MachineFeed(db, settings)


class TestChanges:
    async def test_are_everything_at_first(self, feed: MachineFeed, db: Db, work_for: WorkFor) -> None:
        async with db.begin() as tx:
            await tried(work_for(tx), ["ok", "ok", "ok", "network"])
            await tried(work_for(tx), ["boot_timeout"], OTHER)
        found = await feed.changes(None)
        good, bad = found.machines["vast:12345"], found.machines["vast:other"]
        assert (good.status, good.success_rate, good.boot_seconds) == ("good", 0.75, 40.0)
        assert (good.total_attempts, good.is_blacklisted) == (4, False)
        assert (bad.status, bad.boot_seconds) == ("unknown", None)
        assert (good.failure_rate, bad.failure_rate) == (1.5 / 14, 1.5 / 11)
        assert (bad.is_blacklisted, bad.blacklisted_until) == (True, START + timedelta(hours=24))
        assert bad.blacklist_reason == "critical failure: boot_timeout"

    async def test_expect_of_a_few_good_starts_not_that_none_ever_fails(
        self, feed: MachineFeed, db: Db, work_for: WorkFor
    ) -> None:
        async with db.begin() as tx:
            await tried(work_for(tx), ["ok"] * 6)
        expected = (await feed.changes(None)).machines["vast:12345"].failure_rate
        assert expected is not None
        assert 0.02 < expected < 0.05

    async def test_come_whichever_transaction_ends_first(self, real: Db, settings: Settings, work_for: WorkFor) -> None:
        feed = MachineFeed(real, settings)
        cursor = (await feed.changes(None)).cursor
        async with real.begin() as early:
            await tried(work_for(early), ["ok"])
            async with real.begin() as late:
                await tried(work_for(late), ["ok"], OTHER)
            first = await feed.changes(cursor)
            assert set(first.machines) == {"vast:other"}
        second = await feed.changes(first.cursor)
        assert "vast:12345" in second.machines

    async def test_tell_of_entries_that_come_and_go(self, real: Db, settings: Settings, work_for: WorkFor) -> None:
        feed = MachineFeed(real, settings)
        cursor = (await feed.changes(None)).cursor
        async with real.begin() as tx:
            await blacklist.add(work_for(tx, OPERATOR), VAST, "manual", "stolen", for_everyone=True)
        blocked = await feed.changes(cursor)
        known = blocked.machines["vast:12345"]
        assert (known.is_blacklisted, known.blacklisted_until, known.status) == (True, None, "unknown")
        async with real.begin() as tx:
            await blacklist.remove(work_for(tx, OPERATOR), VAST)
        assert (await feed.changes(blocked.cursor)).machines["vast:12345"].is_blacklisted is False

    async def test_are_told_of_every_write_whoever_makes_it(
        self, real: Db, settings: Settings, work_for: WorkFor
    ) -> None:
        feed = MachineFeed(real, settings)
        async with real.begin() as tx:
            await tried(work_for(tx), ["ok"])
        cursor = (await feed.changes(None)).cursor
        async with real.begin() as tx:
            await tx.execute(text("UPDATE reliability_machines SET score_low = 77"))
        assert (await feed.changes(cursor)).machines["vast:12345"].score_low == 77

    async def test_begin_anew_in_another_database(self, real: Db, settings: Settings, work_for: WorkFor) -> None:
        feed = MachineFeed(real, settings)
        async with real.begin() as tx:
            await tried(work_for(tx), ["ok"])
        assert "vast:12345" in (await feed.changes(str(2**60))).machines

    async def test_are_not_repeated_for_rows_of_a_restored_database(
        self, real: Db, settings: Settings, work_for: WorkFor
    ) -> None:
        feed = MachineFeed(real, settings)
        async with real.begin() as tx:
            await tried(work_for(tx), ["ok"])
            await tx.execute(text("ALTER TABLE reliability_machines DISABLE TRIGGER reliability_touch"))
            await tx.execute(text(f"UPDATE reliability_machines SET changed_xid = {2**50}"))
        cursor = (await feed.changes(None)).cursor
        assert (await feed.changes(cursor)).machines == {}

    async def test_raise_one_kind_of_error(self, fresh_database_url: str, settings: Settings) -> None:
        connection = await asyncpg.connect(asyncpg_url(fresh_database_url))
        await connection.execute("DROP TABLE reliability_machines CASCADE")
        await connection.close()
        engine = make_engine(fresh_database_url, settings, name="trust")
        with pytest.raises(Unavailable):
            await MachineFeed(make_db(engine), settings).changes(None)
        await engine.dispose()


class TestMarket:
    """The market with what is known of machines in it."""

    async def test_hides_a_blocked_machine_until_the_moment(
        self, feed: MachineFeed, db: Db, work_for: WorkFor, clock: FakeClock
    ) -> None:
        stall = stall_of(row("1", machine_id="other"))
        market = Market(stall, clock, trust=LearnedTrust(feed), stale_seconds=10**9)
        async with db.begin() as tx:
            await tried(work_for(tx), ["boot_timeout"], OTHER)
        shelf = (await market.view()).shelf
        ends = START + timedelta(hours=24)
        for at, total in ((ends - timedelta(seconds=1), 0), (ends, 1)):
            found = shelf.find(Query(), at, stale_seconds=10**9)
            assert (found.total, found.hidden.blacklisted) == (total, 1 - total)

    async def test_keeps_what_is_known_of_a_machine_until_its_offer_comes(
        self, feed: MachineFeed, db: Db, work_for: WorkFor, clock: FakeClock
    ) -> None:
        stall = stall_of(row("1", machine_id="m1"))
        market = Market(stall, clock, trust=LearnedTrust(feed), stale_seconds=10**9)
        async with db.begin() as tx:
            await tried(work_for(tx), ["ok", "ok", "ok"], OTHER)
        await market.view()
        stall.put(row("1", machine_id="m1"), row("2", machine_id="other"))
        shelf = (await market.view()).shelf
        (number,) = shelf.rows_of_machine("vast", "other").tolist()
        told = shelf.offer(number, clock.now())
        assert (told["reliability_status"], told["total_attempts"], told["success_rate"]) == ("excellent", 3, 100.0)

    async def test_learns_it_again_where_a_look_came_to_nothing(self, clock: FakeClock) -> None:
        trust = BrokenAtFirst()
        market = Market(stall_of(row("1")), clock, trust=trust, stale_seconds=10**9)
        with pytest.raises(AttributeError):
            await market.look()
        await market.look()
        assert trust.asked == [None, None]

    async def test_tells_reliability_what_a_machine_is_offered_as(self, clock: FakeClock) -> None:
        stall = stall_of(row("1", machine_id="m1"))
        offers = OffersOfMarket(Market(stall, clock, stale_seconds=10**9), clock)
        (offer,) = await offers.of(MachineKey("vast", "m1"))
        assert (offer.gpu_name, offer.available) == ("RTX 4090", True)
        assert await offers.of(OTHER) == []


class BrokenAtFirst:
    def __init__(self) -> None:
        self.asked: list[str | None] = []

    async def changes(self, since: str | None) -> TrustChanges:
        self.asked.append(since)
        broken = cast(Trust, object()) if len(self.asked) == 1 else Trust(total_attempts=4)
        return TrustChanges({"vast:1": broken}, "7")


def stall_of(*rows: Row) -> Stall:
    stall = Stall()
    stall.put(*rows)
    return stall
