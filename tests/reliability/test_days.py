"""Days of machines: summed in memory, added to what is stored, forgotten with their worth kept."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from dumont.basics.machine_key import MachineKey
from dumont.platform.db import Tx
from dumont.platform.work import Work
from dumont.reliability import days
from dumont.reliability.events import Interrupted
from dumont.reliability.rules.day import Day, Seen
from dumont.reliability.rules.interval import HALF_LIFE_DAYS
from dumont.reliability.store import days as store
from dumont.reliability.telemetry import Telemetry
from tests.fakes.clock import START
from tests.fakes.publisher import FakePublisher

KEY, OTHER = MachineKey("vast", "1"), MachineKey("vast", "2")
TODAY = START.date()


async def stored(tx: Tx, key: MachineKey = KEY) -> list[object]:
    first, last = TODAY - timedelta(days=99), TODAY
    return [
        (row.day, row.observed_seconds, row.uptime_seconds, row.rentals, row.interruptions)
        for row in await store.of(tx, key, first, last)
    ]


class TestTelemetry:
    def test_is_one_sum_a_machine_a_day(self) -> None:
        telemetry = Telemetry()
        for minute in range(60):
            seen = Seen(at=START + timedelta(minutes=minute), seconds=60, up=minute % 6 != 0, gpu_temperature=minute)
            telemetry.seen(KEY, seen)
        telemetry.ended(KEY, START, interrupted=False)
        telemetry.ended(KEY, START, interrupted=True)
        telemetry.booted(KEY, START, 41)
        (day,) = telemetry.drained()
        assert (day.observed_seconds, day.uptime_seconds) == (3600, 3000)
        assert (day.rentals, day.interruptions, sum(day.boot_histogram)) == (2, 1, 1)
        assert day.gpu_temperature_mean == pytest.approx(29.5)
        assert day.data_until == START + timedelta(minutes=59)
        assert telemetry.drained() == []

    @pytest.mark.parametrize(
        ("at", "split"),
        [
            (datetime(2026, 1, 6, 0, 0, 10, tzinfo=UTC), {date(2026, 1, 5): 50, date(2026, 1, 6): 10}),
            (datetime(2026, 1, 6, 0, 0, tzinfo=UTC), {date(2026, 1, 5): 60}),
            (datetime(2026, 1, 6, 0, 1, tzinfo=UTC), {date(2026, 1, 6): 60}),
        ],
    )
    def test_gives_each_day_its_own_seconds(self, at: datetime, split: dict[date, float]) -> None:
        telemetry = Telemetry()
        telemetry.seen(KEY, Seen(at=at, seconds=60))
        assert {day.day: day.observed_seconds for day in telemetry.drained()} == split

    def test_loses_nothing_that_could_not_be_written(self) -> None:
        telemetry = Telemetry()
        telemetry.seen(KEY, Seen(at=START, seconds=60))
        failed = telemetry.drained()
        telemetry.seen(KEY, Seen(at=START, seconds=40, up=False))
        telemetry.put_back(failed)
        (day,) = telemetry.drained()
        assert (day.observed_seconds, day.uptime_seconds) == (100, 60)


class TestAdd:
    async def test_sums_into_the_row_of_the_day(self, work: Work) -> None:
        for hot, samples in ((60.0, 1), (90.0, 2)):
            await days.add(
                work,
                [Day(KEY, TODAY, START, 100, 90, 2, 1, samples, hot, None, [0, samples] + [0] * 54)],
            )
        (row,) = await store.of(work.tx, KEY, TODAY, TODAY)
        assert (row.observed_seconds, row.uptime_seconds, row.rentals, row.interruptions) == (200, 180, 4, 2)
        assert row.gpu_temperature_mean == pytest.approx(80)
        assert row.gpu_utilisation_mean is None
        assert row.boot_histogram[:3] == [0, 3, 0]

    async def test_takes_one_day_twice_in_one_go(self, work: Work) -> None:
        await days.add(work, [Day(KEY, TODAY, START, 10, 10), Day(OTHER, TODAY, START, 1), Day(KEY, TODAY, START, 5)])
        assert await stored(work.tx) == [(TODAY, 15, 10, 0, 0)]

    async def test_tells_who_was_interrupted_and_nobody_else(self, work: Work, published: FakePublisher) -> None:
        await days.add(work, [Day(KEY, TODAY, START, rentals=3), Day(OTHER, TODAY, START, rentals=2, interruptions=1)])
        assert [event.machines for event in published.of(Interrupted)] == [["vast:2"]]


class TestForget:
    async def test_keeps_thirty_days_with_today(self, work: Work) -> None:
        ages = (0, 28, 29, 30, 31)
        await days.add(work, [Day(KEY, TODAY - timedelta(days=age), START, 10, 10) for age in ages])
        assert await days.forget(work, 100) == 2
        assert [row[0] for row in await stored(work.tx)] == [TODAY - timedelta(days=age) for age in (29, 28, 0)]

    async def test_keeps_what_the_forgotten_were_worth(self, work: Work) -> None:
        """Whether they go at once or one by one."""
        for key in (KEY, OTHER):
            old = [Day(key, TODAY - timedelta(days=age), START, 100, 50, 4, 2) for age in (30, 60)]
            await days.add(work, old)
        assert await days.forget(work, 1) == 1
        assert await days.forget(work, 100) == 3
        rows = (await work.tx.execute(text("SELECT * FROM reliability_pasts ORDER BY machine_id"))).mappings().all()
        worth = sum(0.5 ** (age / HALF_LIFE_DAYS) for age in (1, 31))
        assert len(rows) == 2
        for row in rows:
            assert row["until"] == TODAY - timedelta(days=29)
            assert row["observed_seconds"] == pytest.approx(100 * worth)
            assert row["interruptions"] == pytest.approx(2 * worth)
