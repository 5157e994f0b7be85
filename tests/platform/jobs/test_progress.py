"""How far a job is: computed, throttled, and never lost at the end."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from dumont.platform.jobs import Job, Progress, Run
from dumont.platform.jobs.events import JobChanged
from dumont.platform.jobs.pace import Pace, seconds_left
from tests.fakes.clock import START
from tests.platform.jobs.conftest import System


class TestPace:
    @pytest.mark.parametrize(
        ("first", "done", "total", "seconds", "left"),
        [
            (0, 25, 100, 10, 30.0),
            (50, 60, 100, 10, 40.0),
            (0, 100, 100, 10, 0.0),
            (0, 120, 100, 10, 0.0),
            (0, 0, 100, 10, None),
            (30, 20, 100, 10, None),
            (0, 5, None, 10, None),
            (0, 1e-9, 1e9, 1, None),
        ],
    )
    def test_tells_the_time_left_by_the_rate(
        self, first: float, done: float, total: float | None, seconds: float, left: float | None
    ) -> None:
        assert seconds_left(first, Progress(done=done, total=total), seconds) == left

    def test_knows_percent_only_of_a_total(self) -> None:
        assert Pace().measure(Progress(done=5), START).percent is None
        assert Pace().measure(Progress(done=5, total=0), START).percent is None
        assert Pace().measure(Progress(done=1, total=3), START).percent == 33.3
        assert Pace().measure(Progress(done=7, total=5), START).percent == 100.0

    def test_starts_over_with_a_new_stage(self) -> None:
        pace = Pace()
        pace.measure(Progress(done=0, total=10, stage="download"), START)
        assert pace.measure(Progress(done=9, total=10, stage="download"), START).eta is not None
        assert pace.measure(Progress(done=9, total=10, stage="unpack"), START).eta is None


class TestProgress:
    async def test_is_written_a_few_times_a_second_and_at_the_end(self, system: System) -> None:
        async def count(run: Run, args: Any) -> None:
            for n in range(199):
                await run.progress(n + 1, 200, unit="steps", stage="counting")
                await asyncio.sleep(0.004)
            while len(told_by(system)) < 2:  # a busy database may take as long as the whole job for one
                await asyncio.sleep(0.004)
            await run.progress(200, 200, unit="steps", stage="counting")

        system.declare(Job("test.count", count))
        job_id = await system.enqueue("test.count")
        async with system.working():
            row = await system.until(job_id, "succeeded")
        assert row.progress is not None
        assert (row.progress.done, row.progress.percent, row.progress.unit) == (200, 100, "steps")
        told = told_by(system)
        assert row.started_at is not None
        assert row.finished_at is not None
        seconds = (row.finished_at - row.started_at).total_seconds()
        assert 3 <= len(told) <= seconds / 0.4 + 3, "one in 0.4 s, the first and the last, of 200"

    async def test_said_once_is_shown_though_the_job_then_falls_silent(self, system: System) -> None:
        go = asyncio.Event()

        async def quiet(run: Run, args: Any) -> None:
            await run.progress(1, 4)
            await run.progress(2, 4)
            await go.wait()

        system.declare(Job("test.quiet", quiet))
        job_id = await system.enqueue("test.quiet")
        async with system.working():
            row = await system.until(job_id, "running", when=lambda row: bool(row.progress and row.progress.done == 2))
            go.set()
        assert row.progress is not None
        assert row.progress.eta is not None
        assert row.progress.eta - system.clock.now() < timedelta(seconds=5)


def told_by(system: System) -> list[Any]:
    return [event.progress for event in system.published if isinstance(event, JobChanged) and event.progress]
