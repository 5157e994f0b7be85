"""Stopping jobs, and running dead letters again."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from dumont.basics.errors import Invalid, NotFound
from dumont.platform.jobs import Cancelled, Job, JobRow, Run
from dumont.platform.jobs.errors import JobFinished, JobNotFinished
from dumont.platform.jobs.rounds import Rounds
from tests.platform.jobs.conftest import System


async def forever(run: Run, args: Any) -> None:
    await asyncio.Event().wait()


async def refuse(run: Run, args: Any) -> None:
    raise Invalid("Never.")


FOREVER = Job("test.forever", forever)
REFUSE = Job("test.refuse", refuse)


class TestCancel:
    async def test_ends_a_queued_job_at_once(self, system: System) -> None:
        system.declare(FOREVER)
        job_id = await system.enqueue(FOREVER)
        assert (await _cancel(system, job_id)).state == "cancelled"
        assert await system.ask("SELECT count(*) FROM pgqueuer") == 0

    async def test_stops_a_running_job_by_a_notice(self, system: System, monkeypatch: pytest.MonkeyPatch) -> None:
        async def never(*_: object) -> None: ...

        monkeypatch.setattr(Rounds, "beat", never)  # which would find it too, some seconds later
        system.declare(FOREVER)
        async with system.working():
            job_id = await system.enqueue(FOREVER)
            await system.until(job_id, "running")
            assert (await _cancel(system, job_id)).cancel_requested
            row = await system.until(job_id, "cancelled")
        assert row.finished_at is not None

    async def test_is_told_by_progress(self, system: System) -> None:
        raised: list[type[BaseException]] = []

        async def count(run: Run, args: Any) -> None:
            try:
                for n in range(10_000):
                    await run.progress(n)
                    await asyncio.sleep(0.001)
            except BaseException as error:
                raised.append(type(error))
                raise

        system.declare(Job("test.count", count))
        async with system.working():
            job_id = await system.enqueue("test.count")
            await system.until(job_id, "running")
            await system.change("UPDATE jobs SET cancel_requested = true")
            await system.until(job_id, "cancelled")
        assert raised[0] in (Cancelled, asyncio.CancelledError)

    async def test_reaches_a_job_that_is_to_be_tried_again(self, system: System) -> None:
        async def stubborn(run: Run, args: Any) -> None:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                raise RuntimeError from None

        system.declare(Job("test.stubborn", stubborn))
        async with system.working():
            job_id = await system.enqueue("test.stubborn")
            await system.until(job_id, "running")
            await _cancel(system, job_id)
            row = await system.until(job_id, "cancelled")
        assert row.attempt == 1

    async def test_refuses_what_has_ended(self, system: System) -> None:
        system.declare(REFUSE)
        job_id = await system.enqueue(REFUSE)
        async with system.working():
            await system.until(job_id, "failed")
        with pytest.raises(JobFinished):
            await _cancel(system, job_id)
        with pytest.raises(NotFound):
            await _cancel(system, uuid4())


class TestRetry:
    async def test_puts_a_dead_letter_back_with_all_its_tries(self, system: System) -> None:
        system.declare(REFUSE)
        job_id = await system.enqueue(REFUSE)
        async with system.working():
            await system.until(job_id, "failed")
            async with system.db.begin() as tx:
                row = await system.jobs.retry(tx, job_id)
            assert (row.state, row.attempt, row.error, row.finished_at) == ("queued", 0, None, None)
            again = await system.until(job_id, "failed")
        assert again.attempt == 1

    async def test_refuses_what_has_not_ended(self, system: System) -> None:
        system.declare(FOREVER)
        job_id = await system.enqueue(FOREVER)
        with pytest.raises(JobNotFinished):
            async with system.db.begin() as tx:
                await system.jobs.retry(tx, job_id)


async def _cancel(system: System, job_id: Any) -> JobRow:
    async with system.db.begin() as tx:
        return await system.jobs.cancel(tx, job_id)
