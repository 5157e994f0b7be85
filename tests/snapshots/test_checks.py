"""When a repository is checked without being asked, and how much of it is read."""

from datetime import timedelta
from typing import Any

from dumont.snapshots.rules import checks
from dumont.snapshots.rules.checks import How, Known
from tests.fakes.clock import START

DAY = timedelta(days=1)


def result(*, ok: bool, read_data: bool = False, part: int | None = None) -> dict[str, Any]:
    return {"ok": ok, "read_data": read_data, "part": part}


class TestHow:
    def test_reads_no_bytes_in_most_weeks(self) -> None:
        assert checks.how(Known(START, None, None, None), START + 7 * DAY) == How()
        assert checks.how(Known(START, None, START + 30 * DAY, 3), START + 50 * DAY) == How()

    def test_reads_the_next_part_each_month_in_turn(self) -> None:
        for before, now in ((None, 0), (0, 1), (checks.PARTS - 1, 0)):
            assert checks.how(Known(START, None, START, before), START + 28 * DAY) == How(True, now)

    def test_reads_what_was_damaged_again_as_names_and_sizes_would_call_it_well(self) -> None:
        for found, wanted in (
            (result(ok=False, part=4), How(True, 4)),
            (result(ok=False, read_data=True), How(True, None)),
            (result(ok=False), How()),
            (result(ok=True, read_data=True), How()),
        ):
            assert checks.how(Known(START, found, START, 4), START + 7 * DAY) == wanted


class TestWhen:
    def test_comes_a_month_later_where_reading_has_found_damage(self) -> None:
        assert checks.due_after(result(ok=False, part=1)) == checks.READ_AFTER
        assert checks.due_after(result(ok=False)) == checks.due_after(result(ok=True)) == checks.AGAIN_AFTER

    def test_spreads_many_over_a_day(self) -> None:
        assert [checks.at_once(due) for due in (0, 4, 96, 97, 24_000)] == [4, 4, 4, 5, 1000]
