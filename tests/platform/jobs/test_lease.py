"""Who may do a job now: take-over from the silent, and what a run that has lost its lease can no longer do."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from dumont.platform.db import raw
from dumont.platform.jobs import Job, LeaseLost, Run, growing, never
from tests.platform.jobs.conftest import System, soon

DEAD = UUID(int=13)


class Stage:
    """A job whose first run stands still inside, as if frozen, until it is told to go on."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.go_on = asyncio.Event()
        self.seen: list[str] = []

    async def __call__(self, run: Run, args: Any) -> dict[str, Any]:
        if run.attempt > 1:
            return {"by": run.attempt}
        self.begun.set()
        try:
            await asyncio.shield(self.go_on.wait())
        except asyncio.CancelledError:
            self.seen.append("cancelled")
        try:
            async with run.work() as work:
                await (await raw(work.tx)).execute("INSERT INTO schedules VALUES ('stale', '* * * * *', now())")
        except LeaseLost:
            self.seen.append("lost")
        return {"by": run.attempt}


class TestTakeOver:
    async def test_happens_when_a_worker_falls_silent(self, system: System) -> None:
        async def nothing(run: Run, args: Any) -> None: ...

        system.declare(Job("test.nothing", nothing))
        job_id = await system.enqueue("test.nothing")
        await _as_if_run_by_a_dead_worker(system)
        async with system.working():
            row = await system.until(job_id, "succeeded")
        assert row.attempt == 2
        assert row.worker != DEAD
        assert await system.has_no_loose_ends()

    async def test_gives_up_a_job_that_may_not_run_twice(self, system: System) -> None:
        async def nothing(run: Run, args: Any) -> None: ...

        system.declare(Job("test.once", nothing, retry=never()))
        job_id = await system.enqueue("test.once")
        await _as_if_run_by_a_dead_worker(system)
        async with system.working():
            row = await system.until(job_id, "failed")
        assert row.error is not None
        assert row.error.code == "worker_lost"

    async def test_ends_a_job_that_kills_its_workers(self, system: System) -> None:
        async def nothing(run: Run, args: Any) -> None: ...

        system.declare(Job("test.killer", nothing, retry=growing(3)))
        job_id = await system.enqueue("test.killer")
        await _as_if_run_by_a_dead_worker(system, attempt=3)
        async with system.working():
            row = await system.until(job_id, "failed")
        assert row.attempt == 3

    async def test_frees_the_key_of_the_dead(self, system: System) -> None:
        async def nothing(run: Run, args: Any) -> None: ...

        system.declare(Job("test.keyed", nothing, retry=never()))
        first = await system.enqueue("test.keyed", key="one")
        await _as_if_run_by_a_dead_worker(system)
        async with system.working():
            second = await system.enqueue("test.keyed", key="one")
            await system.until(second, "succeeded")
            assert (await system.get(first)).state == "failed"

    async def test_honours_a_cancel_that_the_dead_worker_did_not_hear(self, system: System) -> None:
        async def nothing(run: Run, args: Any) -> None: ...

        system.declare(Job("test.nothing", nothing))
        job_id = await system.enqueue("test.nothing")
        await _as_if_run_by_a_dead_worker(system)
        async with system.db.begin() as tx:
            await system.jobs.cancel(tx, job_id)
        async with system.working():
            row = await system.until(job_id, "cancelled")
        assert row.attempt == 1

    async def test_does_not_touch_a_long_run_that_is_alive(self, system: System) -> None:
        go_on = asyncio.Event()

        async def long(run: Run, args: Any) -> None:
            await go_on.wait()

        _lease(system, 2)
        system.declare(Job("test.long", long))
        job_id = await system.enqueue("test.long")
        async with system.working(system.worker(), system.worker()):
            started_at = (await system.until(job_id, "running")).started_at
            assert started_at is not None
            beaten = "SELECT true FROM pgqueuer WHERE heartbeat > $1"
            await soon(lambda: system.ask(beaten, started_at + timedelta(seconds=2)))
            go_on.set()
            row = await system.until(job_id, "succeeded")
        assert row.attempt == 1, "longer than a lease, with a heartbeat"


class TestALostLease:
    async def test_stops_the_run_and_bars_its_effects_and_its_outcome(self, system: System) -> None:
        stage = Stage()
        _lease(system, 1)  # and so a look at the leases three times a second
        system.declare(Job("test.stage", stage))
        job_id = await system.enqueue("test.stage")
        async with system.working():
            await stage.begun.wait()
            async with _taken_over(system, job_id):
                await soon(lambda: _has("cancelled", stage.seen))
                stage.go_on.set()
                await soon(lambda: _has("lost", stage.seen))
        row = await system.get(job_id)
        assert (row.state, row.result) == ("running", None), "the woken run wrote its outcome over its successor"
        assert await system.ask("SELECT count(*) FROM schedules WHERE name = 'stale'") == 0

    async def test_rolls_back_a_transaction_that_was_open_when_it_was_lost(self, system: System) -> None:
        inside, go_on = asyncio.Event(), asyncio.Event()
        raised: list[BaseException] = []

        async def hold(run: Run, args: Any) -> None:
            try:
                async with run.work() as work:
                    await (await raw(work.tx)).execute("INSERT INTO schedules VALUES ('stale', '* * * * *', now())")
                    inside.set()
                    await asyncio.shield(go_on.wait())
            except BaseException as error:
                raised.append(error)
                raise

        _lease(system, 30)
        system.declare(Job("test.hold", hold))
        job_id = await system.enqueue("test.hold")
        async with system.working():
            await inside.wait()
            async with _taken_over(system, job_id):
                go_on.set()
                await soon(lambda: _has(LeaseLost, map(type, raised)))
        assert isinstance(raised[0], LeaseLost)
        assert await system.ask("SELECT count(*) FROM schedules WHERE name = 'stale'") == 0

    async def test_is_noticed_by_progress(self, system: System) -> None:
        begun, go_on = asyncio.Event(), asyncio.Event()
        raised: list[BaseException] = []

        async def report(run: Run, args: Any) -> None:
            begun.set()
            await go_on.wait()
            try:
                await run.progress(1)
            except LeaseLost as error:
                raised.append(error)
                raise

        _lease(system, 30)
        system.declare(Job("test.report", report))
        job_id = await system.enqueue("test.report")
        async with system.working():
            await begun.wait()
            async with _taken_over(system, job_id):
                go_on.set()
                await soon(lambda: _has(LeaseLost, map(type, raised)))
        assert (await system.get(job_id)).progress is None


class TestTickets:
    async def test_that_are_void_start_nothing(self, system: System) -> None:
        ran: list[int] = []

        async def note(run: Run, args: Any) -> None:
            ran.append(run.attempt)

        system.declare(Job("test.note", note))
        job_id = await system.enqueue("test.note")
        await system.change(
            "INSERT INTO pgqueuer (priority, entrypoint, payload, status)"
            " SELECT 9, entrypoint, payload, 'queued' FROM pgqueuer, generate_series(1, 5)"
        )
        async with system.working():
            await system.until(job_id, "succeeded")
            await soon(lambda: system.ask("SELECT NOT EXISTS (SELECT FROM pgqueuer)"))
        assert ran == [1]

    @pytest.mark.parametrize("state", ["queued", "running"])
    @pytest.mark.parametrize("key", [None, "one"])
    async def test_drawn_before_a_freeze_and_by_another_since_start_nothing(
        self, system: System, state: str, key: str | None
    ) -> None:
        ran: list[int] = []

        async def note(run: Run, args: Any) -> None:
            ran.append(run.attempt)

        system.declare(Job("test.note", note))
        job_id = await system.enqueue("test.note", key=key)
        ticket = await system.ask("SELECT ticket FROM jobs")
        if state == "running":
            await _as_if_run_by_a_dead_worker(system)
        await system.change("UPDATE pgqueuer SET status = 'picked', queue_manager_id = $1, heartbeat = now()", DEAD)
        before = await system.get(job_id)
        await system.worker()._runner.handle(job_id, ticket)
        assert await system.get(job_id) == before
        assert ran == []
        assert await system.has_no_loose_ends()

    @pytest.mark.parametrize("state", ["queued", "running"])
    async def test_that_vanished_are_made_anew(self, system: System, state: str) -> None:
        async def nothing(run: Run, args: Any) -> None: ...

        system.declare(Job("test.nothing", nothing))
        job_id = await system.enqueue("test.nothing")
        if state == "running":
            await _as_if_run_by_a_dead_worker(system)
        await system.change("TRUNCATE pgqueuer")
        async with system.working():
            await system.until(job_id, "succeeded")

    async def test_of_those_who_wait_for_nobody_are_made_anew(self, system: System) -> None:
        async def nothing(run: Run, args: Any) -> None: ...

        system.declare(Job("test.nothing", nothing))
        job_id = await system.enqueue("test.nothing", key="one")
        await system.change("UPDATE jobs SET state = 'waiting', ticket = NULL")
        await system.change("TRUNCATE pgqueuer")
        async with system.working():
            await system.until(job_id, "succeeded")


def _lease(system: System, seconds: float) -> None:
    system.settings = system.settings.model_copy(update={"worker_lease_seconds": seconds})


async def _as_if_run_by_a_dead_worker(system: System, attempt: int = 1) -> None:
    await system.change(
        "UPDATE pgqueuer SET status = 'picked', queue_manager_id = $1, heartbeat = now() - interval '1 hour'", DEAD
    )
    await system.change(
        "UPDATE jobs SET state = 'running', worker = $1, started_at = now(), deadline_at = now(), epoch = $2::int,"
        " attempt = $2::int",
        DEAD,
        attempt,
    )


@asynccontextmanager
async def _taken_over(system: System, job_id: UUID) -> AsyncIterator[None]:
    """By another, who is well: its ticket is drawn and beats."""
    await system.change(
        "UPDATE pgqueuer SET queue_manager_id = $1, heartbeat = now() + interval '1 hour' WHERE payload = $2",
        DEAD,
        job_id.bytes,
    )
    await system.change("UPDATE jobs SET epoch = epoch + 1, attempt = attempt + 1, worker = $1", DEAD)
    yield


async def _has(thing: object, things: Iterable[object]) -> bool:
    return thing in things
