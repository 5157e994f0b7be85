"""The market's duties and its job: each cloud for itself, and a reading on demand."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from dumont.market import jobs
from dumont.market.ask import Which
from dumont.market.jobs import DUTIES, SYNC
from dumont.market.report import Report
from dumont.market.store import claims, following
from dumont.market.store.claims import Claim
from dumont.platform.db import Db
from dumont.platform.parts import Parts
from dumont.platform.work import Caller
from dumont.providers import registry
from dumont.providers.errors import Unavailable
from dumont.providers.opening import Clouds
from tests.build.market import catalogue, many
from tests.fakes.clock import FakeClock
from tests.fakes.clouds import FakeClouds, kind
from tests.fakes.run import FakeRun

BY_NAME = {duty.name: duty for duty in DUTIES}
VAST = BY_NAME["market.sync.vast"]


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The adapters' own files have tests of their own."""
    known = {name: kind(name) for name in registry.NAMES}
    known |= {"render": kind("render", disabled="It has no API."), "lambda": kind("lambda", public_search=False)}
    monkeypatch.setattr(registry, "kind", known.__getitem__)


@pytest.fixture
def parts(parts: Parts, clouds: FakeClouds) -> Parts:
    parts.put(Clouds, clouds)
    return parts


async def offers(db: Db) -> dict[str, int]:
    async with db.begin() as tx:
        return {head.name: head.offers for head in await following.heads(tx)}


async def read_now(parts: Parts) -> Report:
    report = await SYNC.run(FakeRun(parts), Which(provider="vast"))
    assert isinstance(report, Report)
    return report


class TestDuties:
    def test_are_one_for_each_cloud(self) -> None:
        assert set(BY_NAME) == {f"market.sync.{name}" for name in registry.NAMES}

    async def test_read_a_cloud_and_look_again_before_it_is_due(
        self, parts: Parts, clouds: FakeClouds, db: Db, clock: FakeClock
    ) -> None:
        clouds.answers["vast"] = catalogue(many(3))
        assert await VAST.run(parts) == jobs.LOOK_AGAIN_SECONDS
        clock.advance(seconds=28)
        assert await VAST.run(parts) == 2
        assert len(clouds.asked) == 1
        clock.advance(seconds=2)
        await VAST.run(parts)
        assert len(clouds.asked) == 2
        assert await offers(db) == {"vast": 3}

    async def test_do_not_insist_on_a_cloud_in_trouble(
        self, parts: Parts, clouds: FakeClouds, clock: FakeClock
    ) -> None:
        clouds.answers["vast"] = Unavailable("away")
        for _ in range(20):
            await VAST.run(parts)
            clock.advance(seconds=30)
        assert 3 <= len(clouds.asked) <= 6

    @pytest.mark.parametrize("name", ["render", "lambda"])
    async def test_leave_a_cloud_that_cannot_be_asked(self, parts: Parts, clouds: FakeClouds, name: str) -> None:
        assert await BY_NAME[f"market.sync.{name}"].run(parts) == 30
        assert clouds.asked == []


class TestSync:
    async def test_does_not_wait_until_it_is_due(self, parts: Parts, clouds: FakeClouds, db: Db) -> None:
        clouds.answers["vast"] = [catalogue(many(3)), catalogue(many(2))]
        await VAST.run(parts)
        report = await read_now(parts)
        assert (report.fetched, report.gone) == (2, 1)

    async def test_waits_for_another_reading_and_reads_again(
        self, parts: Parts, clouds: FakeClouds, db: Db, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(jobs, "BUSY_SECONDS", 0.001)
        clouds.answers["vast"] = catalogue(many(1))
        await VAST.run(parts)
        other = Claim("vast", UUID(int=1))
        async with db.begin() as tx:
            await claims.take(tx, other, clock.now(), clock.now() + timedelta(seconds=15), early=True)
        waiting = asyncio.create_task(read_now(parts))
        await asyncio.sleep(0.03)
        assert not waiting.done()
        clock.advance(seconds=15)
        assert (await waiting).fetched == 1

    async def test_reports_what_went_wrong(self, parts: Parts, clouds: FakeClouds) -> None:
        clouds.answers["vast"] = Unavailable("vast did not answer (HTTP 502).")
        report = await read_now(parts)
        assert (report.error_code, report.error) == ("unavailable", "vast did not answer (HTTP 502).")

    def test_of_one_cloud_runs_once_at_a_time(self) -> None:
        assert SYNC.key is not None
        assert SYNC.key(Which(provider="vast")) != SYNC.key(Which(provider="aws"))


class TestTopics:
    @pytest.mark.parametrize(("topic", "open_to_all"), [("market", True), ("providers", False)])
    async def test_are_for_everybody_or_for_operators(self, topic: str, open_to_all: bool, db: Db) -> None:
        check = next(rule.check for rule in jobs.TOPICS if rule.pattern == topic)
        stranger, operator = Caller("anonymous"), Caller("operator", permissions=frozenset({"providers:sync"}))
        async with db.begin() as tx:
            assert await check(operator, "", tx)
            assert await check(stranger, "", tx) is open_to_all
