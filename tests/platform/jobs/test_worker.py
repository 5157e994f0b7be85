"""What a worker does with one job: result, failure, retry, dead letter, deadline."""

import asyncio
import threading
from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from dumont.basics.errors import NotFound, TooMany, Unavailable
from dumont.platform.db import raw
from dumont.platform.jobs import Job, Run, growing, never
from dumont.platform.jobs.events import JobChanged
from dumont.platform.work import SYSTEM
from tests.platform.jobs.conftest import System

QUICK = growing(3, first_seconds=0.01)


class Sum(BaseModel):
    total: int


class Numbers(BaseModel):
    numbers: list[int]


class TestWorker:
    async def test_keeps_the_result(self, system: System) -> None:
        async def add(run: Run, args: Numbers) -> Sum:
            return Sum(total=sum(args.numbers))

        system.declare(Job("test.add", add, args=Numbers))
        job_id = await system.enqueue("test.add", Numbers(numbers=[1, 2, 3]))
        async with system.working():
            row = await system.until(job_id, "succeeded")
        assert (row.result, row.attempt, row.error) == ({"total": 6}, 1, None)
        assert await system.has_no_loose_ends()

    async def test_publishes_each_state(self, system: System) -> None:
        async def nothing(run: Run, args: Any) -> None: ...

        system.declare(Job("test.nothing", nothing))
        job_id = await system.enqueue("test.nothing")
        async with system.working():
            await system.until(job_id, "succeeded")
        states = [event.state for event in system.published if isinstance(event, JobChanged)]
        assert states == ["queued", "running", "succeeded"]

    async def test_gives_work_the_callers_of_the_system(self, system: System) -> None:
        seen: list[Any] = []

        async def write(run: Run, args: Any) -> None:
            async with run.work() as work:
                seen.extend((work.caller, work.settings, work.now))
                await (await raw(work.tx)).execute("INSERT INTO schedules VALUES ('x', '* * * * *', now())")

        system.declare(Job("test.write", write))
        job_id = await system.enqueue("test.write")
        async with system.working():
            row = await system.until(job_id, "succeeded")
        assert seen[0] is SYSTEM
        assert seen[1] is system.settings
        assert row.created_at <= seen[2] <= row.finished_at  # type: ignore[operator]
        assert await system.ask("SELECT count(*) FROM schedules WHERE name = 'x'") == 1

    async def test_tries_again_after_a_failure(self, system: System) -> None:
        async def flaky(run: Run, args: Any) -> dict[str, Any]:
            if run.attempt < 3:
                raise Unavailable("The provider is away.")
            return {"attempt": run.attempt}

        system.declare(Job("test.flaky", flaky, retry=QUICK))
        job_id = await system.enqueue("test.flaky")
        async with system.working():
            row = await system.until(job_id, "succeeded")
        assert (row.result, row.attempt, row.error) == ({"attempt": 3}, 3, None)

    async def test_waits_as_long_as_the_other_side_asked(self, system: System) -> None:
        async def limited(run: Run, args: Any) -> None:
            raise TooMany("Slow down.", retry_seconds=3600)

        system.declare(Job("test.limited", limited))
        job_id = await system.enqueue("test.limited")
        async with system.working():
            row = await system.until(job_id, "queued", when=lambda row: row.attempt == 1)
        assert row.run_at - system.clock.now() > timedelta(minutes=59)
        assert row.error is not None
        assert row.error.code == "too_many_requests"

    async def test_makes_a_dead_letter_of_the_last_failure(self, system: System) -> None:
        async def hopeless(run: Run, args: Any) -> None:
            raise Unavailable("The provider is away.", code="provider_away", hint="Look at its status page.")

        system.declare(Job("test.hopeless", hopeless, retry=QUICK))
        job_id = await system.enqueue("test.hopeless")
        async with system.working():
            row = await system.until(job_id, "failed")
        assert row.attempt == 3
        assert row.error is not None
        assert row.error.model_dump() == {
            "code": "provider_away",
            "message": "The provider is away.",
            "hint": "Look at its status page.",
        }

    async def test_does_not_retry_what_can_not_change(self, system: System) -> None:
        async def lost(run: Run, args: Any) -> None:
            raise NotFound("No such machine.")

        system.declare(Job("test.lost", lost, retry=QUICK))
        job_id = await system.enqueue("test.lost")
        async with system.working():
            row = await system.until(job_id, "failed")
        assert row.attempt == 1

    async def test_tells_nobody_the_text_of_an_unexpected_error(self, system: System) -> None:
        async def leak(run: Run, args: Any) -> None:
            raise RuntimeError("https://user:hunter2@provider.example")

        system.declare(Job("test.leak", leak, retry=never()))
        job_id = await system.enqueue("test.leak")
        async with system.working():
            row = await system.until(job_id, "failed")
        assert row.error is not None
        assert row.error.code == "crashed"
        assert "RuntimeError" in row.error.message
        assert "hunter2" not in row.model_dump_json()

    async def test_ends_a_run_at_its_deadline(self, system: System) -> None:
        gone = asyncio.Event()

        async def slow(run: Run, args: Any) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                gone.set()

        system.declare(Job("test.slow", slow, deadline=timedelta(seconds=0.05), retry=growing(2, first_seconds=0.01)))
        job_id = await system.enqueue("test.slow")
        async with system.working():
            row = await system.until(job_id, "failed")
        assert row.attempt == 2
        assert row.error is not None
        assert row.error.code == "deadline"
        assert gone.is_set()

    async def test_fails_on_a_result_that_is_no_json(self, system: System) -> None:
        async def odd(run: Run, args: Any) -> dict[str, Any]:
            return {"thing": object()}

        system.declare(Job("test.odd", odd))
        job_id = await system.enqueue("test.odd")
        async with system.working():
            row = await system.until(job_id, "failed")
        assert row.error is not None
        assert row.error.code == "bad_result"

    async def test_fails_on_arguments_that_no_longer_fit(self, system: System) -> None:
        async def add(run: Run, args: Numbers) -> None: ...

        system.declare(Job("test.add", add, args=Numbers))
        job_id = await system.enqueue("test.add", Numbers(numbers=[]))
        await system.change('UPDATE jobs SET args = \'{"numbers": "none"}\'')
        async with system.working():
            row = await system.until(job_id, "failed")
        assert row.error is not None
        assert row.error.code == "bad_args"

    async def test_leaves_a_job_it_does_not_know_to_another(self, system: System) -> None:
        async def nothing(run: Run, args: Any) -> None: ...

        old, new = Job("test.old", nothing), Job("test.new", nothing)
        system.declare(old, new)
        newer = await system.enqueue(new)
        older = await system.enqueue(old)
        async with system.working(system.worker([old])):
            await system.until(older, "succeeded")
            assert (await system.get(newer)).state == "queued"
        async with system.working():
            await system.until(newer, "succeeded")

    async def test_begins_with_the_highest_priority(self, system: System) -> None:
        begun: list[int] = []

        async def note(run: Run, args: Numbers) -> None:
            begun.extend(args.numbers)

        system.settings = system.settings.model_copy(update={"worker_concurrency": 1})
        system.declare(Job("test.note", note, args=Numbers))
        for priority in (0, 5, -3, 9):
            last = await system.enqueue("test.note", Numbers(numbers=[priority]), priority=priority)
        async with system.working():
            await system.until(last, "succeeded")
            lowest = await system.enqueue("test.note", Numbers(numbers=[-9]), priority=-9)
            await system.until(lowest, "succeeded")
        assert begun == [9, 5, 0, -3, -9]

    async def test_runs_no_more_at_once_than_it_may(self, system: System) -> None:
        now, most, full = 0, 0, asyncio.Event()

        async def busy(run: Run, args: Any) -> None:
            nonlocal now, most
            now += 1
            most = max(most, now)
            if now == 3:
                full.set()
            await full.wait()
            await asyncio.sleep(0.02)  # in which a fourth would come in
            now -= 1

        system.settings = system.settings.model_copy(update={"worker_concurrency": 3})
        system.declare(Job("test.busy", busy))
        ids = [await system.enqueue("test.busy") for _ in range(12)]
        async with system.working():
            for job_id in ids:
                await system.until(job_id, "succeeded")
        assert most == 3

    async def test_runs_later_what_is_for_later(self, system: System) -> None:
        async def nothing(run: Run, args: Any) -> None: ...

        system.declare(Job("test.nothing", nothing))
        when = system.clock.now() + timedelta(seconds=0.4)
        job_id = await system.enqueue("test.nothing", run_at=when)
        async with system.working():
            row = await system.until(job_id, "succeeded")
        assert row.started_at is not None
        assert row.started_at >= when

    async def test_keeps_what_blocks_off_the_event_loop(self, system: System) -> None:
        async def block(run: Run, args: Any) -> dict[str, Any]:
            return {"thread": await run.in_thread(threading.get_ident)}

        system.declare(Job("test.block", block))
        job_id = await system.enqueue("test.block")
        async with system.working():
            row = await system.until(job_id, "succeeded")
        assert row.result is not None
        assert row.result["thread"] != threading.get_ident()

    async def test_goes_on_after_the_database_has_cut_all_connections(self, system: System) -> None:
        begun, go = asyncio.Event(), asyncio.Event()

        async def wait(run: Run, args: Any) -> None:
            begun.set()
            await go.wait()

        system.declare(Job("test.wait", wait))
        first = await system.enqueue("test.wait")
        async with system.working():
            await begun.wait()
            await _cut_all(system)
            go.set()
            await system.until(first, "succeeded")
            second = await system.enqueue("test.wait")
            await system.until(second, "succeeded")
        assert (await system.get(first)).attempt == 1


async def _cut_all(system: System) -> None:
    await system.change(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
