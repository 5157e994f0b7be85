"""Workers killed and frozen at every edge: no job is lost, none is done twice where it counts, no key is shared.

Each test ends by asking the same questions of the database, from outside: is every job done, has each step of each left
exactly one mark, did the marks of two jobs of one key ever mix, is anything left over in the queue.
"""

import shutil
from collections.abc import AsyncIterator
from itertools import groupby
from pathlib import Path

import pytest

from dumont.platform.settings import Settings
from tests.faults import marking
from tests.faults.judge import Judge, judging
from tests.faults.marking import Marking
from tests.faults.workers import EVERY_POINT, WorkerProcess, Workers, edges

pytestmark = pytest.mark.slow

KEYS = ("red", "red", "blue", None)
RUNNING_AT = "SELECT jobs.id FROM jobs JOIN workers ON workers.id = worker WHERE state = 'running' AND pid = $1"


@pytest.fixture
async def judge(fresh_database_url: str, settings: Settings) -> AsyncIterator[Judge]:
    async with judging(fresh_database_url, settings, marking.contexts()) as judge:
        await judge.execute(marking.TABLES)
        yield judge


@pytest.fixture
def workers(fresh_database_url: str, tmp_path: Path) -> Workers:
    return Workers(fresh_database_url, "tests.faults.marking:contexts", tmp_path / "home")


class TestKilledWorkers:
    async def test_lose_nothing_at_any_edge_of_a_commit(self, judge: Judge, workers: Workers) -> None:
        commits, rounds = (18, 40) if EVERY_POINT else (10, 12)
        await _enqueue_some(judge, rounds=rounds)
        for edge in edges(commits):
            with workers.start(edge) as dying:
                dying.died()
        with workers.start():
            await judge.until_all_done()
        await _assert_all_is_well(judge)
        assert await judge.ask("SELECT count(*) FROM jobs WHERE attempt > 1") > 0, "nothing was ever interrupted"

    async def test_lose_their_jobs_to_another(self, judge: Judge, workers: Workers) -> None:
        with workers.start() as first, workers.start():
            for nth in range(8):
                await judge.enqueue("marking.mark", Marking(steps=20, seconds=0.1), key=f"k{nth}")
            await judge.until("SELECT count(DISTINCT worker) = 2 FROM jobs WHERE state = 'running'")
            lost = await _jobs_of(judge, first)
            first.kill()
            await judge.until(
                "SELECT bool_and(attempt > 1 OR finished_at IS NOT NULL) FROM jobs WHERE id = ANY($1::uuid[])", lost
            )
            await judge.until_all_done()
        assert lost
        await _assert_all_is_well(judge)

    @pytest.mark.skipif(shutil.which("strace") is None, reason="no strace here")
    @pytest.mark.parametrize("call", [5, 20, 45, 80] if EVERY_POINT else [20, 45])
    async def test_lose_nothing_in_the_midst_of_a_message(self, judge: Judge, workers: Workers, call: int) -> None:
        """Killed by the kernel at the n-th message to the database, wherever that is in the program."""
        await _enqueue_some(judge, rounds=2)
        assert workers.trace_to_death(f"sendto:signal=SIGKILL:when={call}") != 0
        with workers.start():
            await judge.until_all_done()
        await _assert_all_is_well(judge)


class TestFrozenWorkers:
    async def test_find_on_waking_that_their_jobs_are_no_longer_theirs(self, judge: Judge, workers: Workers) -> None:
        with workers.start() as frozen:
            job_id = await judge.enqueue("marking.mark", Marking(steps=30, seconds=0.1), key="red")
            await judge.until("SELECT count(*) >= 5 FROM marks")
            frozen.freeze()
            with workers.start():
                await judge.until("SELECT attempt = 2 FROM jobs WHERE id = $1", job_id)
                frozen.thaw()
                other = await judge.enqueue("marking.mark", Marking(steps=3), key="red")
                await judge.until_all_done()
        assert (await judge.get(job_id)).attempt == 2
        assert (await judge.get(other)).attempt == 1
        assert await _attempts_that_marked(judge) == [1, 2], "both wrote, the first only while it was the first"
        await _assert_all_is_well(judge)

    @pytest.mark.long  # frozen in the midst of a statement, a worker bars others for a minute
    async def test_lose_nothing_whenever_they_freeze(self, judge: Judge, workers: Workers) -> None:
        await _enqueue_some(judge, rounds=15, seconds=0.02)
        with workers.start() as frozen, workers.start():
            for marks in (10, 60, 110):
                await judge.until("SELECT count(*) >= $1 FROM marks", marks)
                frozen.freeze()
                await judge.until(f"SELECT NOT EXISTS ({RUNNING_AT})", frozen.pid)
                frozen.thaw()
            await judge.until_all_done()
        assert await judge.ask("SELECT count(*) FROM jobs WHERE attempt > 1") > 0, "it was never frozen in a job"
        await _assert_all_is_well(judge)


class TestControls:
    """What the judge must not let pass, so that its silence about the others means something."""

    async def test_that_mark_blindly_are_found_out_when_killed(self, judge: Judge, workers: Workers) -> None:
        await judge.enqueue("marking.mark_blindly", Marking(steps=3))
        with workers.start("after:5") as dying:
            dying.died()
        with workers.start():
            await judge.until_all_done()
        with pytest.raises(AssertionError, match="twice"):
            await _assert_all_is_well(judge)

    async def test_that_mark_blindly_are_found_out_when_frozen(self, judge: Judge, workers: Workers) -> None:
        with workers.start() as frozen:
            await judge.enqueue("marking.mark_blindly", Marking(steps=60, seconds=0.05, key="red"), key="red")
            await judge.until("SELECT count(*) >= 3 FROM marks")
            frozen.freeze()
            with workers.start():
                await judge.until(f"SELECT NOT EXISTS ({RUNNING_AT})", frozen.pid)
                frozen.thaw()
                await judge.until_all_done()
        with pytest.raises(AssertionError, match="twice"):
            await _assert_all_is_well(judge)


class TestStoppedWorkers:
    async def test_hand_over_at_once(self, judge: Judge, workers: Workers) -> None:
        with workers.start() as leaving:
            job_id = await judge.enqueue("marking.mark", Marking(steps=200, seconds=0.05))
            await judge.until("SELECT count(*) >= 3 FROM marks")
            leaving.stop()
        row = await judge.get(job_id)
        assert (row.state, row.attempt) == ("queued", 0)
        assert await judge.ask("SELECT count(*) FROM workers") == 0


async def _enqueue_some(judge: Judge, rounds: int, seconds: float = 0) -> None:
    for _ in range(rounds):
        for key in KEYS:
            await judge.enqueue("marking.mark", Marking(steps=3, key=key, seconds=seconds), key=key)


async def _jobs_of(judge: Judge, process: WorkerProcess) -> list[object]:
    found = await judge.rows(RUNNING_AT, process.pid)
    return [row["id"] for row in found]


async def _attempts_that_marked(judge: Judge) -> list[int]:
    found = await judge.rows("SELECT DISTINCT attempt FROM marks WHERE job IN (SELECT id FROM jobs WHERE attempt > 1)")
    return sorted(row["attempt"] for row in found)


async def _assert_all_is_well(judge: Judge) -> None:
    assert await judge.rows("SELECT name, state, error FROM jobs WHERE state <> 'succeeded'") == []
    twice = await judge.rows("SELECT job, step FROM marks GROUP BY job, step HAVING count(*) > 1")
    assert not twice, "a step was done twice"
    assert (
        await judge.rows(
            "SELECT id FROM jobs WHERE (args->>'steps')::int <> (SELECT count(*) FROM marks WHERE job = jobs.id)"
        )
        == []
    )
    for key in ("red", "blue"):
        marks = await judge.rows("SELECT job FROM marks WHERE key = $1 ORDER BY nth", key)
        turns = [job for job, _ in groupby(row["job"] for row in marks)]
        assert len(turns) == len(set(turns)), f"two jobs of the key {key} ran at once"
    assert await judge.loose_ends() == 0
