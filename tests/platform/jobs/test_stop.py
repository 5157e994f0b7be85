"""How a worker ends its day: takes nothing new, waits, and hands back what it could not finish."""

import asyncio
from typing import Any

from sqlalchemy import text

from dumont.platform.jobs import Job, Run
from tests.platform.jobs.conftest import System


class TestStop:
    async def test_lets_running_jobs_finish(self, system: System) -> None:
        begun = asyncio.Event()

        async def work(run: Run, args: Any) -> None:
            begun.set()
            await asyncio.sleep(0.3)

        system.declare(Job("test.work", work))
        running = await system.enqueue("test.work")
        async with system.working() as stop:
            await begun.wait()
            stop.set()
        assert (await system.get(running)).state == "succeeded"

    async def test_takes_no_new_jobs(self, system: System) -> None:
        begun, go = asyncio.Event(), asyncio.Event()

        async def work(run: Run, args: Any) -> None:
            begun.set()
            await go.wait()

        system.declare(Job("test.work", work))
        await system.enqueue("test.work")
        async with system.working() as stop:
            await begun.wait()
            stop.set()
            await asyncio.sleep(0)
            late = await system.enqueue("test.work")
            await asyncio.sleep(0.2)  # time in which a worker that still listened would have taken it
            assert (await system.get(late)).state == "queued"
            go.set()
        assert (await system.get(late)).state == "queued"

    async def test_hands_back_what_takes_too_long_without_counting_the_try(self, system: System) -> None:
        begun = asyncio.Event()
        cleaned: list[int] = []

        async def work(run: Run, args: Any) -> dict[str, Any]:
            if cleaned:
                return {"attempt": run.attempt}
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                cleaned.append(1)
            return {}

        system.settings = system.settings.model_copy(update={"shutdown_seconds": 0.05})
        system.declare(Job("test.work", work))
        job_id = await system.enqueue("test.work", key="one")
        async with system.working() as stop:
            await begun.wait()
            stop.set()
        row = await system.get(job_id)
        assert (row.state, row.attempt) == ("queued", 0)
        assert await system.has_no_loose_ends()
        async with system.working():
            again = await system.until(job_id, "succeeded")
        assert again.result == {"attempt": 1}

    async def test_takes_the_worker_off_the_list(self, system: System) -> None:
        async def nothing(run: Run, args: Any) -> None: ...

        system.declare(Job("test.nothing", nothing))
        worker = system.worker()
        async with system.working(worker):
            await system.until(await system.enqueue("test.nothing"), "succeeded")
            async with system.db.begin() as tx:
                killed = "gen_random_uuid(), 'here', 1, now(), now() - interval '2 minutes'"
                await tx.execute(text(f"INSERT INTO workers (id, host, pid, started_at, seen_at) VALUES ({killed})"))
                [listed] = await system.jobs.workers(tx)
            assert listed.id == worker.id
            assert listed.seen_at >= listed.started_at
        async with system.db.begin() as tx:
            assert await system.jobs.workers(tx) == []
