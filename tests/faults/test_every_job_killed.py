"""Every job that declares a `sample` is killed at each edge of its commits and resumed: a job's tests for nothing.

To bring a job in, give its declaration arguments with which it can run on an empty database: `Job(..., sample=Args())`.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dumont.main.contexts import contexts
from dumont.platform.jobs import Job
from dumont.platform.settings import Settings
from tests.faults.judge import Judge, judging
from tests.faults.workers import Workers, edges

pytestmark = pytest.mark.slow

CONTEXTS = "dumont.main.contexts:contexts"
JOBS = [job for context in contexts() for job in context.jobs if job.sample is not None]
COMMITS = 4
"""How many commits into a worker's life it is killed: the start, the work's and the end are among them."""


@pytest.fixture
async def judge(fresh_database_url: str, settings: Settings) -> AsyncIterator[Judge]:
    async with judging(fresh_database_url, settings, contexts()) as judge:
        yield judge


class TestEveryJob:
    @pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
    async def test_ends_well_though_its_workers_are_killed(
        self, job: Job, judge: Judge, fresh_database_url: str, tmp_path: Path
    ) -> None:
        workers = Workers(fresh_database_url, CONTEXTS, tmp_path / "home")
        assert job.sample is not None
        for edge in edges(COMMITS):
            await judge.enqueue(job.name, job.sample)
            with workers.start(edge) as dying:
                dying.died()
        with workers.start():
            await judge.until_all_done()
        assert await judge.rows("SELECT id, error FROM jobs WHERE name = $1 AND state <> 'succeeded'", job.name) == []
        assert await judge.ask("SELECT max(attempt) > 1 FROM jobs WHERE name = $1", job.name), (
            "it was never interrupted"
        )
        assert await judge.loose_ends() == 0

    async def test_leaves_the_same_behind_when_run_twice(
        self, judge: Judge, fresh_database_url: str, tmp_path: Path
    ) -> None:
        """All of them by one worker, one after the other: to start one takes longer than a job."""
        changed = {}
        with Workers(fresh_database_url, CONTEXTS, tmp_path / "home").start():
            for job in JOBS:
                once, twice = [await self._ran(judge, job) for _ in range(2)]
                if once != twice:
                    changed[job.name] = {table for table in once if once[table] != twice[table]}
        assert changed == {}

    async def _ran(self, judge: Judge, job: Job) -> dict[str, int]:
        """What is there then."""
        assert job.sample is not None
        await judge.enqueue(job.name, job.sample)
        await judge.until_all_done()
        return await judge.contents()
