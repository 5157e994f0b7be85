"""Whether somebody who gave files up that can't be read has seen all that lack."""

import pytest

from dumont.snapshots.rules.unread import Lack


class TestLack:
    @pytest.mark.parametrize(
        ("seen", "now", "is_covered"),
        [
            (Lack(2, ("a", "b")), Lack(2, ("a", "b")), True),
            (Lack(2, ("a", "b")), Lack(1, ("b",)), True),
            (Lack(2, ("a", "b")), Lack(1, ("c",)), False),
            (Lack(2, ("a", "b")), Lack(3, ("a", "b", "c")), False),
            (Lack(9, ("a", "b")), Lack(8, ("b", "c")), True),  # it may be one of the nine
            (Lack(3, ("a", "b")), Lack(3, ("c", "d", "e")), False),
        ],
    )
    def test_covers_what_was_shown_with_it(self, seen: Lack, now: Lack, is_covered: bool) -> None:
        assert seen.covers(now) is is_covered
