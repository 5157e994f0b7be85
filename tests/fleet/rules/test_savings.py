"""What sleeping saved: exact, split by days and instances without a remainder, and a loss where it was one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dumont.fleet.rules.savings import Saved, Sleep, Window, money, of_one, report

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
INSTANCE = UUID(int=7)
moments = st.integers(0, 5 * 86400).map(lambda seconds: MONDAY + timedelta(seconds=seconds))


def sleep(hours: float = 8, **changes: object) -> Sleep:
    made = Sleep(
        id=uuid4(),
        instance_id=INSTANCE,
        rental_id=uuid4(),
        snapshot_id=uuid4(),
        race_id=uuid4(),
        why="idle",
        slept_at=MONDAY + timedelta(hours=20),
        ended_at=MONDAY + timedelta(hours=20 + hours),
        price_hour=Decimal("0.5"),
        snapshot_bytes=73 * 10**9,
        storage_price_gb_month=Decimal("0.10"),
        race_cost=Decimal("0.03"),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def week() -> Window:
    return Window(MONDAY, MONDAY + timedelta(days=7))


class TestSleep:
    def test_saves_the_machine_less_its_storage_and_the_race(self) -> None:
        saved = of_one(sleep(8), week(), MONDAY + timedelta(days=7))
        assert saved.given_up == Decimal(4)
        assert saved.storage == Decimal("0.08")  # 73 GB at 0.10 a month of 730 hours, for 8 hours
        assert saved.race == Decimal("0.03")
        assert saved.saved == Decimal("3.89")

    def test_that_only_waits_for_a_machine_is_in_no_sum(self) -> None:
        waited = report([sleep(), sleep(why="waits")], week(), MONDAY + timedelta(days=7))
        assert waited.total == report([sleep()], week(), MONDAY + timedelta(days=7)).total
        assert sorted(each.saved for each in waited.by_sleep.values()) == [Decimal(0), Decimal("3.89")]

    def test_goes_on_until_now(self) -> None:
        open_one = sleep(ended_at=None, race_cost=Decimal(0))
        assert of_one(open_one, week(), MONDAY + timedelta(hours=22)).hours == 2

    def test_that_was_too_short_is_told_as_a_loss(self) -> None:
        assert of_one(sleep(0.05), week(), MONDAY + timedelta(days=7)).saved < 0

    def test_counts_the_race_on_the_day_of_the_waking(self) -> None:
        found = report([sleep(8)], week(), MONDAY + timedelta(days=7)).by_day
        monday, tuesday = found[MONDAY.date()], found[MONDAY.date() + timedelta(days=1)]
        assert (monday.hours, monday.race) == (4, 0)
        assert (tuesday.hours, tuesday.race) == (4, Decimal("0.03"))

    def test_outside_of_the_window_is_nothing(self) -> None:
        before = Window(MONDAY - timedelta(days=7), MONDAY)
        assert of_one(sleep(), before, MONDAY) == Saved()


class TestReport:
    @given(st.lists(st.tuples(moments, st.none() | moments, st.integers(0, 4)), max_size=6), moments, moments)
    def test_adds_up_by_day_by_instance_and_by_sleep(
        self, drawn: list[tuple[datetime, datetime | None, int]], one: datetime, other: datetime
    ) -> None:
        sleeps = [
            sleep(
                slept_at=min(begin, end or begin),
                ended_at=end and max(begin, end),
                instance_id=UUID(int=number),
                race_cost=Decimal("0.01") if end else Decimal(0),
            )
            for begin, end, number in drawn
        ]
        window = Window(min(one, other), max(one, other))
        found = report(sleeps, window, MONDAY + timedelta(days=6))
        for parts in (found.by_day, found.by_instance, found.by_sleep):
            assert sum(parts.values(), Saved()).saved == pytest.approx(found.total.saved, abs=Decimal("1e-20"))
            assert sum((part.seconds for part in parts.values()), Decimal(0)) == found.total.seconds

    def test_is_rounded_to_the_micro_dollar_half_to_even(self) -> None:
        assert money(Decimal("0.0000005")) == 0
        assert str(money(Decimal("-0.0000001"))) == "0.000000"
        assert money(Decimal("0.0000015")) == Decimal("0.000002")
