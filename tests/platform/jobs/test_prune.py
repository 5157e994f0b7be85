"""Finished jobs go when their time is over; nothing else does."""

from datetime import timedelta
from typing import Any

from dumont.platform.jobs import Job, Run
from dumont.platform.jobs.prune import PRUNE_JOBS
from tests.platform.jobs.conftest import System


async def nothing(run: Run, args: Any) -> None: ...


class TestPruneJobs:
    async def test_removes_only_what_finished_long_ago(self, system: System) -> None:
        system.declare(Job("test.nothing", nothing), PRUNE_JOBS)
        old, young = await system.enqueue("test.nothing"), await system.enqueue("test.nothing")
        waiting = await system.enqueue("test.nothing", run_at=system.clock.now() + timedelta(days=1))
        async with system.working():
            await system.until(old, "succeeded")
            await system.until(young, "succeeded")
            days = system.settings.job_result_days
            await system.change(
                "UPDATE jobs SET finished_at = now() - make_interval(days => $1) WHERE id = $2", days, old
            )
            pruning = await system.enqueue(PRUNE_JOBS)
            row = await system.until(pruning, "succeeded")
        assert row.result == {"removed": 1}
        assert await system.ask("SELECT array_agg(id ORDER BY id) FROM jobs") == [young, waiting, pruning]
