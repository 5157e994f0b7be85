"""Scores, each threshold at its edge and beside it."""

from datetime import UTC, datetime, timedelta

import pytest

from dumont.reliability.rules.score import (
    Parts,
    Totals,
    first_day,
    is_stale,
    parts_of,
    score_of,
    status_of,
    weighed,
)

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
GOOD = Totals(days=7, observed_seconds=1000, uptime_seconds=900, rentals=20, interruptions=1, average_rating=4.0)


class TestScore:
    def test_weighs_uptime_and_interruptions_twice_as_much_as_ratings(self) -> None:
        assert score_of(GOOD) == pytest.approx(0.4 * 90 + 0.4 * 95 + 0.2 * 80)

    def test_without_ratings_is_half_of_each(self) -> None:
        assert weighed(Parts(90, 5, None)) == pytest.approx(0.5 * 90 + 0.5 * 95)

    @pytest.mark.parametrize(("stars", "points"), [(1, 20), (2, 40), (3, 60), (4, 80), (5, 100)])
    def test_counts_stars_as_fifths(self, stars: float, points: float) -> None:
        assert weighed(Parts(0, 100, stars)) == pytest.approx(0.2 * points)

    @pytest.mark.parametrize(("parts", "score"), [(Parts(100, 0, 5), 100), (Parts(0, 100, None), 0)])
    def test_reaches_from_0_to_100(self, parts: Parts, score: float) -> None:
        assert weighed(parts) == pytest.approx(score)

    def test_gives_the_weight_of_what_is_not_known_to_the_rest(self) -> None:
        assert weighed(Parts(90, None, None)) == pytest.approx(90)
        assert weighed(Parts(90, None, 4)) == pytest.approx((0.4 * 90 + 0.2 * 80) / 0.6)
        assert weighed(Parts(None, 5, None)) == pytest.approx(95)

    def test_is_not_made_of_stars_alone(self) -> None:
        assert weighed(Parts(None, None, 5)) is None

    @pytest.mark.parametrize(
        ("days", "status"), [(0, "insufficient_data"), (6, "insufficient_data"), (7, "scored"), (8, "scored")]
    )
    def test_needs_seven_days(self, days: int, status: str) -> None:
        totals = Totals(days=days, observed_seconds=10, uptime_seconds=10, rentals=1)
        assert status_of(score_of(totals)) == status


class TestParts:
    def test_say_nothing_where_nothing_was_seen(self) -> None:
        assert parts_of(Totals(days=9)) == Parts(None, None, None)

    def test_are_percentages(self) -> None:
        assert parts_of(GOOD) == Parts(90, 5, 4)


class TestStale:
    @pytest.mark.parametrize(
        ("age", "stale"),
        [
            (timedelta(hours=24) - timedelta(seconds=1), False),
            (timedelta(hours=24), False),
            (timedelta(hours=24, seconds=1), True),
        ],
    )
    def test_is_what_is_older_than_a_day(self, age: timedelta, stale: bool) -> None:
        assert is_stale(NOON - age, NOON) == stale

    def test_is_not_what_was_never_known(self) -> None:
        assert not is_stale(None, NOON)


def test_window_is_thirty_days_with_today() -> None:
    assert first_day(NOON).isoformat() == "2025-12-07"
    assert (NOON.date() - first_day(NOON)).days == 29
