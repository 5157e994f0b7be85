"""Sizes, times and progress read as people expect them."""

from dataclasses import replace

import pytest

from dumont.snapstore.plain import rows, text
from dumont.snapstore.track import Progress
from dumont.snapstore.waiting import Away


class TestText:
    @pytest.mark.parametrize(
        ("count", "said"),
        [
            *((0, "0 B"), (999, "999 B"), (1000, "1.00 kB"), (9994, "9.99 kB"), (9996, "10.0 kB"), (99_960, "100 kB")),
            *((999_499, "999 kB"), (999_500, "1.00 MB"), (7_100_000_000, "7.10 GB"), (2e18, "2000 PB")),
        ],
    )
    def test_tells_sizes_with_three_digits(self, count: float, said: str) -> None:
        assert text.size(count) == said

    @pytest.mark.parametrize(
        ("seconds", "said"),
        [
            *((0, "0.0 s"), (59.94, "59.9 s"), (59.96, "1 min 00 s"), (245, "4 min 05 s")),
            *((3599.6, "1 h 00 min"), (7620, "2 h 07 min")),
        ],
    )
    def test_tells_times(self, seconds: float, said: str) -> None:
        assert text.duration(seconds) == said

    def test_shows_paths_that_can_not_steer_a_terminal(self) -> None:
        assert text.path(b"a\x1b[2Jb\n\xff\xc3\xa9") == "a\\x1b[2Jb\\n\\xff\u00e9"

    def test_follows_progress(self) -> None:
        now = Progress("content", files=10, files_total=40, bytes=25_000_000, bytes_total=100_000_000, seconds=5)
        assert text.progress_line(now) == ("content  25 %  25.0 MB of 100 MB  10 of 40 files  5.00 MB/s  15.0 s left")
        assert text.progress_line(Progress("scan")) == "scan"

    def test_says_who_is_waited_for_and_not_how_long_it_will_take(self) -> None:
        now = Progress("content", files=1, bytes=25, bytes_total=100, away=Away("a", "a can't be reached", 0.4))
        assert text.progress_line(now) == "content  25 %  25 B of 100 B  1 files  0 B/s"
        now = replace(now, bytes=0, bytes_total=0, away=Away("a", "a can't be reached", 72))
        assert text.progress_line(now) == "content  waiting for the server for 1 min 12 s: a can't be reached"


class TestTable:
    def test_puts_columns_below_each_other(self) -> None:
        assert rows.table(("a", "bb"), [("long", "x"), ("s", "")]) == ["a     bb", "long  x", "s"]
        assert rows.table((), []) == []
