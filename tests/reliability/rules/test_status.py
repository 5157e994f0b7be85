"""Each row of the table of statuses: at its edge, just below and just above."""

import pytest

from dumont.reliability.rules.limits import Limits
from dumont.reliability.rules.status import Status, status_of

MANY = 1000


class TestStatusOf:
    @pytest.mark.parametrize(
        ("succeeded", "status"),
        [
            (1000, "excellent"),
            (901, "excellent"),
            (900, "excellent"),
            (899, "good"),
            (701, "good"),
            (700, "good"),
            (699, "fair"),
            (501, "fair"),
            (500, "fair"),
            (499, "poor"),
            (301, "poor"),
            (300, "poor"),
            (299, "blacklisted"),
            (0, "blacklisted"),
        ],
    )
    def test_follows_from_the_rate(self, succeeded: int, status: Status) -> None:
        assert status_of(succeeded, MANY, Limits()) == status

    @pytest.mark.parametrize(("total", "status"), [(0, "unknown"), (2, "unknown"), (3, "excellent"), (4, "excellent")])
    def test_is_unknown_below_three_attempts(self, total: int, status: Status) -> None:
        assert status_of(total, total, Limits()) == status

    @pytest.mark.parametrize(("succeeded", "total"), [(0, 0), (2, 2), (MANY, MANY)])
    def test_is_blacklisted_while_an_entry_counts(self, succeeded: int, total: int) -> None:
        assert status_of(succeeded, total, Limits(), blocked=True) == "blacklisted"

    def test_follows_other_thresholds(self) -> None:
        limits = Limits(excellent_rate=1.0, good_rate=0.9, fair_rate=0.8, poor_rate=0.7, attempts_min=10)
        told = [status_of(succeeded, 10, limits) for succeeded in (10, 9, 8, 7, 6)]
        assert told == ["excellent", "good", "fair", "poor", "blacklisted"]
        assert status_of(9, 9, limits) == "unknown"
