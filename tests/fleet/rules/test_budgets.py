"""Budgets: near at four fifths, over when used up; an hourly limit counts the new machine too."""

from decimal import Decimal
from uuid import UUID

import pytest

from dumont.fleet.rules.budgets import Limits, Spent, affordable, level, level_now, too_dear

TEN = Decimal(10)


def spent(hour: str = "0", day: str = "0", month: str = "0") -> Spent:
    return Spent(Decimal(hour), Decimal(day), Decimal(month))


class TestLevel:
    @pytest.mark.parametrize(
        ("used", "found"), [("7.99", "fine"), ("8", "near"), ("9.999999", "near"), ("10", "over"), ("11", "over")]
    )
    def test_follows_what_is_used(self, used: str, found: str) -> None:
        assert level(Decimal(used), TEN) == found

    def test_is_fine_without_a_limit(self) -> None:
        assert level(Decimal(1000), None) == "fine"


class TestHour:
    @pytest.mark.parametrize(("hour", "found"), [("7", "fine"), ("8", "near"), ("10", "near"), ("10.01", "over")])
    def test_may_be_spent_wholly(self, hour: str, found: str) -> None:
        assert level_now(Decimal(hour), TEN) == found

    def test_puts_the_fewest_to_sleep(self) -> None:
        hours = {UUID(int=number): Decimal(price) for number, price in enumerate((3, 6, 4, 5))}
        assert too_dear(hours, TEN) == [UUID(int=1), UUID(int=3)]
        assert too_dear(hours, Decimal(18)) == []


class TestAffordable:
    def test_counts_the_new_machine_against_the_hour(self) -> None:
        limits = Limits(hour=TEN)
        assert affordable(Decimal("0.5"), spent(hour="9.5"), limits) is None
        assert affordable(Decimal("0.51"), spent(hour="9.5"), limits) == "hour"

    def test_refuses_when_a_day_or_month_is_used_up(self) -> None:
        limits = Limits(day=TEN, month=TEN)
        assert affordable(Decimal(1), spent(day="9", month="9"), limits) is None
        assert affordable(Decimal(1), spent(day="10"), limits) == "day"
        assert affordable(Decimal(1), spent(month="10"), limits) == "month"
