"""Tidying up: what is over is ended in writing and told, what stands is left alone, what is long over is forgotten."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from dumont.basics.clock import Clock
from dumont.basics.machine_key import MachineKey
from dumont.platform.db import Db
from dumont.platform.db.partitions import tend
from dumont.platform.jobs.port import NoArgs
from dumont.platform.parts import Parts
from dumont.platform.settings import Settings
from dumont.platform.work import Publisher
from dumont.reliability import blacklist
from dumont.reliability.events import Cleared
from dumont.reliability.jobs import PARTITIONED
from dumont.reliability.store import blacklist as store
from dumont.reliability.tables import ReliabilityBlacklist
from dumont.reliability.tidying import clear_expired, forget
from tests.build.reliability import VAST, tried
from tests.fakes.clock import FakeClock
from tests.fakes.publisher import FakePublisher
from tests.fakes.run import FakeRun
from tests.reliability.conftest import WorkFor


@pytest.fixture
def run(db: Db, clock: FakeClock, settings: Settings, published: FakePublisher) -> FakeRun:
    parts = Parts()
    parts.put(Db, db)
    parts.put(Clock, clock)
    parts.put(Settings, settings)
    parts.put(Publisher, published)
    return FakeRun(parts)


async def entries(db: Db) -> dict[str, str | None]:
    async with db.begin() as tx:
        query = select(ReliabilityBlacklist.machine_id, ReliabilityBlacklist.ended_why)
        return {row.machine_id: row.ended_why for row in await tx.execute(query)}


class TestClearExpired:
    async def test_ends_what_is_over_and_nothing_else(
        self, run: FakeRun, db: Db, work_for: WorkFor, clock: FakeClock, published: FakePublisher
    ) -> None:
        async with db.begin() as tx:
            await tried(work_for(tx), ["boot_timeout"])
            await tried(work_for(tx), ["network"] * 3, MachineKey("vast", "week"))
            manual = MachineKey("vast", "ever")
            await blacklist.add(work_for(tx), manual, "manual", "stolen", for_everyone=True)
        clock.advance(hours=24, seconds=-1)
        assert await clear_expired(run, NoArgs()) == {"ended": 0}
        clock.advance(seconds=1)
        assert await clear_expired(run, NoArgs()) == {"ended": 1}
        assert await entries(db) == {"12345": "expired", "week": None, "ever": None}
        assert [(told.machine_id, told.why) for told in published.of(Cleared)] == [("12345", "expired")]
        assert await clear_expired(run, NoArgs()) == {"ended": 0}

    async def test_takes_as_many_steps_as_it_needs(
        self, run: FakeRun, db: Db, work_for: WorkFor, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(store, "BATCH", 2)
        async with db.begin() as tx:
            for number in range(5):
                await tried(work_for(tx), ["boot_timeout"], MachineKey("vast", f"m{number}"))
        clock.advance(days=2)
        assert await clear_expired(run, NoArgs()) == {"ended": 5}

    async def test_says_when_it_was_over_not_when_it_was_tidied(
        self, run: FakeRun, db: Db, work_for: WorkFor, clock: FakeClock
    ) -> None:
        async with db.begin() as tx:
            recorded = await tried(work_for(tx), ["boot_timeout"])
        clock.advance(days=2)
        await clear_expired(run, NoArgs())
        async with db.begin() as tx:
            entry = (await tx.execute(select(ReliabilityBlacklist))).scalar_one()
        assert recorded.entry is not None
        assert entry.ended_at == recorded.entry.expires_at


class TestForget:
    @pytest.mark.parametrize(("days", "left"), [(364, 1), (366, 0)])
    async def test_forgets_ends_a_year_later(
        self, run: FakeRun, db: Db, work_for: WorkFor, clock: FakeClock, days: int, left: int
    ) -> None:
        async with db.begin() as tx:
            await tried(work_for(tx), ["boot_timeout"])
            await blacklist.remove(work_for(tx), VAST)
        clock.advance(days=days)
        await forget(run, NoArgs())
        assert len(await entries(db)) == left


class TestAttempts:
    async def test_are_dropped_by_month_when_they_are_old(
        self, db: Db, work_for: WorkFor, clock: FakeClock, settings: Settings
    ) -> None:
        async with db.begin() as tx:
            await tried(work_for(tx), ["ok"])
        (table,) = PARTITIONED[:1]
        for later, left in ((timedelta(days=30), 1), (timedelta(days=400), 0)):
            await tend(db.begin, table, clock.now() + later, table.keep_days(settings))
            async with db.begin() as tx:
                count = (await tx.execute(text("SELECT count(*) FROM reliability_attempts"))).scalar_one()
            assert count == left
