"""Schedules: in the zone of whoever wrote them, also where clocks are changed."""

from datetime import UTC, datetime, timedelta

import pytest

from dumont.basics.errors import Invalid
from dumont.fleet.calendars import check, last_at, next_at, upcoming, zone


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


class TestNextAt:
    def test_is_read_in_its_own_zone(self) -> None:
        assert next_at("0 8 * * *", "Europe/Berlin", utc(2026, 1, 5, 6)) == utc(2026, 1, 5, 7)
        assert next_at("0 8 * * *", "Europe/Berlin", utc(2026, 7, 6, 5)) == utc(2026, 7, 6, 6)

    def test_keeps_the_hour_over_a_change_of_clocks(self) -> None:
        before = next_at("0 8 * * *", "Europe/Berlin", utc(2026, 3, 27, 12))
        after = next_at("0 8 * * *", "Europe/Berlin", utc(2026, 3, 28, 12))
        assert (before, after) == (utc(2026, 3, 28, 7), utc(2026, 3, 29, 6))

    @pytest.mark.parametrize(
        ("cron", "hours"),
        [("30 2 * * *", [0, 25]), ("*/30 2,3 * * *", [0, 0.5, 2, 2.5]), ("30 * * * *", [0, 1, 2, 3])],
        ids=["an hour", "hours", "every hour"],
    )
    def test_comes_once_to_an_hour_that_the_clocks_go_through_twice(self, cron: str, hours: list[float]) -> None:
        first = utc(2026, 10, 25) if cron.startswith("*") else utc(2026, 10, 25, 0, 30)
        found = upcoming(cron, "Europe/Berlin", utc(2026, 10, 24, 23, 59), len(hours))
        assert found == [first + timedelta(hours=each) for each in hours]

    def test_comes_again_only_later(self) -> None:
        due = utc(2026, 1, 5, 7)
        assert next_at("0 8 * * *", "Europe/Berlin", due) == utc(2026, 1, 6, 7)


class TestLastAt:
    @pytest.mark.parametrize(
        ("cron", "since", "last"),
        [
            ("* * * * *", utc(2026, 1, 5, 7), utc(2026, 3, 5, 7, 30)),
            ("0 8 * * *", utc(2026, 3, 3, 8), utc(2026, 3, 4, 8)),
            ("0 7 * * 1", utc(2026, 1, 5, 7), utc(2026, 3, 2, 7)),
            ("0 7 1 1 *", utc(2026, 1, 1, 7), utc(2026, 1, 1, 7)),
            ("0 7 1 2 *", utc(2020, 2, 1, 7), utc(2026, 2, 1, 7)),
        ],
        ids=["minutes", "days", "weeks", "only itself", "years"],
    )
    def test_is_the_last_of_all_that_were_missed(self, cron: str, since: datetime, last: datetime) -> None:
        assert last_at(cron, "UTC", since, utc(2026, 3, 5, 7, 30)) == last


class TestUpcoming:
    def test_tells_the_next_times_over_a_change_of_clocks(self) -> None:
        found = upcoming("0 8 * * 1-5", "Europe/Berlin", utc(2026, 3, 26, 12), 3)
        assert found == [utc(2026, 3, 27, 7), utc(2026, 3, 30, 6), utc(2026, 3, 31, 6)]

    def test_refuses_a_day_that_never_comes(self) -> None:
        with pytest.raises(Invalid, match="never comes"):
            upcoming("0 0 30 2 *", "UTC", utc(2026, 1, 1), 5)


class TestWish:
    @pytest.mark.parametrize("cron", ["", "often", "* * * *", "61 * * * *", "* * * * * *"])
    def test_that_is_none_names_the_field(self, cron: str) -> None:
        with pytest.raises(Invalid, match="cron"):
            check(cron)

    @pytest.mark.parametrize("name", ["", "Berlin", "../etc/passwd", "Mars/Olympus"])
    def test_names_an_unknown_zone(self, name: str) -> None:
        with pytest.raises(Invalid, match="timezone"):
            zone(name)
