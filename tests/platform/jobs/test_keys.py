"""No two jobs with one key run at once, over all workers."""

import asyncio
from typing import Any

import asyncpg
import pytest

from dumont.basics.errors import Unavailable
from dumont.platform.jobs import Job, Run, Which, growing
from tests.platform.jobs.conftest import System, soon


class Gate:
    """A job that runs until it is let through, and counts how many were inside at once."""

    def __init__(self) -> None:
        self.inside = 0
        self.most = 0
        self.order: list[str] = []
        self.open = asyncio.Event()

    async def __call__(self, run: Run, args: Any) -> None:
        self.inside += 1
        self.most = max(self.most, self.inside)
        self.order.append(str(run.id))
        try:
            await self.open.wait()
            await asyncio.sleep(0.005)
        finally:
            self.inside -= 1


@pytest.fixture
def gate() -> Gate:
    return Gate()


class TestKeys:
    async def test_are_exclusive_over_several_workers(self, system: System, gate: Gate) -> None:
        system.declare(Job("test.gate", gate))
        gate.open.set()
        ids = [await system.enqueue("test.gate", key="one") for _ in range(20)]
        async with system.working(system.worker(), system.worker(), system.worker()):
            for job_id in ids:
                await system.until(job_id, "succeeded")
        assert gate.most == 1
        assert await system.has_no_loose_ends()

    async def test_let_the_oldest_that_waits_go_next(self, system: System, gate: Gate) -> None:
        system.declare(Job("test.gate", gate))
        async with system.working():
            first = await system.enqueue("test.gate", key="one")
            await system.until(first, "running")
            waiting = [await system.enqueue("test.gate", key="one") for _ in range(5)]
            for job_id in reversed(waiting):
                await system.until(job_id, "waiting")
            gate.open.set()
            for job_id in waiting:
                await system.until(job_id, "succeeded")
        assert gate.order == [str(job_id) for job_id in [first, *waiting]]

    async def test_do_not_hold_up_other_keys(self, system: System, gate: Gate) -> None:
        system.declare(Job("test.gate", gate))
        async with system.working():
            ids = [await system.enqueue("test.gate", key=key) for key in ("one", "two", None, None)]
            for job_id in ids:
                await system.until(job_id, "running")
            gate.open.set()

    async def test_are_free_while_a_failed_job_pauses(self, system: System) -> None:
        async def fail_once(run: Run, args: Any) -> None:
            if run.attempt == 1:
                raise Unavailable("Not now.")

        system.declare(Job("test.flaky", fail_once, retry=growing(first_seconds=60)))
        async with system.working():
            first = await system.enqueue("test.flaky", key="one")
            await system.until(first, "queued", when=lambda row: row.attempt == 1)
            second = await system.enqueue("test.flaky", key="one")
            await system.until(second, "queued", when=lambda row: row.attempt == 1)

    async def test_pass_on_when_the_one_in_line_is_cancelled(self, system: System, gate: Gate) -> None:
        system.declare(Job("test.gate", gate))
        async with system.working():
            for _ in range(3):
                await system.enqueue("test.gate", key="one")
            await soon(lambda: system.ask("SELECT count(*) = 2 FROM jobs WHERE state = 'waiting'"))
            async with system.db.begin() as tx:
                [last, next_one] = await system.jobs.page(tx, Which(state="waiting"))
                await system.jobs.cancel(tx, next_one.id)
            gate.open.set()
            await system.until(last.id, "succeeded")
            assert (await system.get(next_one.id)).state == "cancelled"

    async def test_are_guarded_by_the_database_itself(self, system: System, gate: Gate) -> None:
        system.declare(Job("test.gate", gate))
        await system.enqueue("test.gate", key="one")
        await system.enqueue("test.gate", key="one")
        with pytest.raises(asyncpg.UniqueViolationError, match="uq_jobs_key_running"):
            await system.change(
                "UPDATE jobs SET state = 'running', worker = id, started_at = now(), deadline_at = now()"
            )
