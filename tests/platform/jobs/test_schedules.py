"""What runs by the clock: once for each tick, however many workers there are."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from dumont.basics.errors import Invalid, NotFound
from dumont.platform.jobs import Job, Registry, Run
from dumont.platform.jobs.cron import check, next_after
from dumont.platform.jobs.rows import ScheduleRow
from tests.platform.jobs.conftest import System, aware, soon


async def nothing(run: Run, args: Any) -> None: ...


NIGHTLY = Job("test.nightly", nothing, cron="30 3 * * *")
LONG_AGO = timedelta(days=3)


class TestCron:
    @pytest.mark.parametrize(
        ("cron", "after", "expected"),
        [
            ("30 3 * * *", aware(2026, 1, 5, 3, 30), aware(2026, 1, 6, 3, 30)),
            ("*/15 * * * *", aware(2026, 1, 5, 12, 1), aware(2026, 1, 5, 12, 15)),
            ("0 0 29 2 *", aware(2026, 1, 1), aware(2028, 2, 29)),
            ("0 2 * * *", aware(2026, 3, 29, 1, 0), aware(2026, 3, 29, 2, 0)),
        ],
    )
    def test_counts_in_utc(self, cron: str, after: datetime, expected: datetime) -> None:
        assert next_after(cron, after) == expected
        assert next_after(cron, after).utcoffset() == timedelta(0)

    @pytest.mark.parametrize("cron", ["* * * * * */2", "* * * *", "61 * * * *", "soon", ""])
    def test_refuses_what_is_not_five_fields(self, cron: str) -> None:
        with pytest.raises(Invalid):
            check(cron)

    def test_is_refused_before_anything_runs(self) -> None:
        with pytest.raises(Invalid):
            Registry([Job("test.odd", nothing, cron="* * * * * *")])


class TestSchedules:
    async def test_enqueue_a_missed_tick_once_for_all_workers(self, system: System) -> None:
        system.declare(NIGHTLY)
        async with system.working():
            await _written(system)
        missed = system.clock.now() - LONG_AGO
        await system.change("UPDATE schedules SET next_at = $1", missed)
        async with system.working(*(system.worker() for _ in range(4))):
            await _ticked(system, missed)
            await asyncio.sleep(0.3)  # in which the others would have enqueued it too
        assert await system.ask("SELECT count(*) FROM jobs") == 1
        [schedule] = await _schedules(system)
        assert schedule.next_at > system.clock.now()
        assert schedule.last_job_id is not None
        assert schedule.last_state in ("queued", "running", "succeeded")

    async def test_move_when_their_cron_was_changed(self, system: System) -> None:
        system.declare(NIGHTLY)
        async with system.working():
            before = await _written(system)
        system.declare(Job("test.nightly", nothing, cron="45 4 * * *"))
        async with system.working():
            await soon(lambda: system.ask("SELECT true FROM schedules WHERE cron <> $1", before.cron))
        [after] = await _schedules(system)
        assert (after.next_at.hour, after.next_at.minute) == (4, 45)

    async def test_are_not_put_off_by_a_restart(self, system: System) -> None:
        system.declare(NIGHTLY)
        async with system.working():
            await _written(system)
        soon = system.clock.now() + timedelta(seconds=0.5)
        await system.change("UPDATE schedules SET next_at = $1", soon)
        async with system.working():
            await _ticked(system, soon)
        assert await system.ask("SELECT min(created_at) FROM jobs") >= soon

    async def test_can_be_run_by_hand_without_moving(self, system: System) -> None:
        system.declare(NIGHTLY)
        async with system.working():
            before = await _written(system)
            async with system.db.begin() as tx:
                job_id = await system.jobs.run_now(tx, "test.nightly")
            await system.until(job_id, "succeeded")
        [after] = await _schedules(system)
        assert (after.next_at, after.last_job_id, after.last_state) == (before.next_at, job_id, "succeeded")

    async def test_can_not_be_run_by_hand_if_there_is_none(self, system: System) -> None:
        system.declare(NIGHTLY, Job("test.unscheduled", nothing))
        with pytest.raises(NotFound):
            async with system.db.begin() as tx:
                await system.jobs.run_now(tx, "test.unscheduled")


async def _schedules(system: System) -> list[ScheduleRow]:
    async with system.db.begin() as tx:
        return await system.jobs.schedules(tx)


async def _written(system: System) -> ScheduleRow:
    return (await soon(lambda: _schedules(system)))[0]


async def _ticked(system: System, expected: datetime) -> None:
    await soon(lambda: system.ask("SELECT true FROM schedules WHERE next_at <> $1", expected))
