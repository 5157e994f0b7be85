"""Workers killed while they read a cloud: another goes on, and nothing is ever half written."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dumont.platform.settings import Settings
from tests.faults import moving
from tests.faults.judge import Judge, judging
from tests.faults.workers import Workers, edges

pytestmark = pytest.mark.slow

REVISION = "SELECT coalesce(max(revision), 0) FROM market_providers"
DUTIES_ON = {"DUMONT_WORKER_DUTIES": "true", "DUMONT_WORKER_LEASE_SECONDS": "1"}


@pytest.fixture
async def judge(fresh_database_url: str, settings: Settings) -> AsyncIterator[Judge]:
    async with judging(fresh_database_url, settings, moving.contexts()) as judge:
        yield judge


def workers(url: str, folder: Path, contexts: str) -> Workers:
    return Workers(url, f"tests.faults.moving:{contexts}", folder / "home", DUTIES_ON)


class TestKilledReading:
    async def test_leaves_nothing_half_written_at_any_edge_of_a_commit(
        self, judge: Judge, fresh_database_url: str, tmp_path: Path
    ) -> None:
        several = workers(fresh_database_url, tmp_path, "contexts")
        for edge in edges(5):
            with several.start(edge) as dying:
                dying.died()
            assert await judge.rows(moving.HALF_A_CHANGE) == [], edge
        before = await judge.ask(REVISION)
        with several.start():
            await judge.until(f"SELECT ({REVISION}) >= $1", before + 3)
        assert await judge.rows(moving.HALF_A_CHANGE) == []

    async def test_is_taken_over_while_others_wait_for_the_same(
        self, judge: Judge, fresh_database_url: str, tmp_path: Path
    ) -> None:
        several = workers(fresh_database_url, tmp_path, "contexts")
        with several.start() as frozen, several.start():
            await judge.until(f"SELECT ({REVISION}) >= 3")
            frozen.freeze()
            before = await judge.ask(REVISION)
            await judge.until(f"SELECT ({REVISION}) >= $1", before + 3)
            frozen.thaw()
            await judge.until(f"SELECT ({REVISION}) >= $1", before + 8)
        assert await judge.rows(moving.HALF_A_CHANGE) == []

    async def test_that_is_careless_is_found_out(self, judge: Judge, fresh_database_url: str, tmp_path: Path) -> None:
        with workers(fresh_database_url, tmp_path, "careless").start():
            async with asyncio.timeout(30):
                while await judge.rows(moving.HALF_A_CHANGE) == []:
                    await asyncio.sleep(0.01)
