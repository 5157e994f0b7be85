"""How prices moved over some days."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from dumont.market.rules import trend
from tests.fakes.clock import START


@dataclass(frozen=True)
class Hour:
    days_ago: float
    lowest: int | None = None
    median: int | None = None
    highest: int | None = None
    spot_lowest: int | None = None
    effective_lowest: int | None = None
    count: int = 1

    @property
    def hour(self) -> object:
        return START - timedelta(days=self.days_ago)


class TestChange:
    @pytest.mark.parametrize(
        ("price", "hours", "percent"),
        [
            (80, [Hour(1, 90), Hour(6, 100)], -20.0),
            (150, [Hour(6, 120), Hour(6, 100)], 50.0),
            (80, [Hour(7), Hour(6, 100)], -20.0),
            (80, [Hour(0.5, 100)], None),
            (None, [Hour(6, 100)], None),
            (80, [], None),
        ],
    )
    def test_is_against_the_oldest_hour_that_is_a_day_old(
        self, price: int | None, hours: list[Hour], percent: float | None
    ) -> None:
        assert trend.change_percent(price, hours, START) == percent  # type: ignore[arg-type]


class TestTogether:
    def test_joins_regions_of_one_hour_and_takes_the_median_of_the_middle_offer(self) -> None:
        three = [Hour(1, 5, 6, 9, None, 8, 2), Hour(1, 4, 5, 7, 3, 7, 1), Hour(1, count=9), Hour(2, 1, 2, 3, count=4)]
        found = trend.together(three)  # type: ignore[arg-type]
        assert [tuple(hour.values())[1:] for hour in found] == [(1, 2, 3, None, None, 4), (4, 6, 9, 3, 7, 12)]
