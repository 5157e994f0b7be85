"""What will happen to an instance next, and how that is said."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from dumont.fleet.rules.states import State
from dumont.fleet.rules.upcoming import Known, upcoming, when

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


def after(**span: float) -> datetime:
    return NOW + timedelta(**span)


class TestUpcoming:
    def test_says_of_one_that_was_never_used_that_it_stays(self) -> None:
        found = upcoming(Known(state="running", why_not="unused"), NOW)
        assert found is not None
        assert (found.what, found.at, found.text) == ("stays", None, "Not used yet: does not sleep by itself.")
        later = upcoming(Known(state="running", why_not="unused", until_at=after(minutes=5)), NOW)
        assert later is not None
        assert later.what == "until"
        assert upcoming(Known(state="hibernated", why_not="unused"), NOW) is None

    def test_is_the_earliest_of_all(self) -> None:
        known = Known(state="running", sleeps_at=after(minutes=9), scheduled={"hibernate": after(minutes=5)})
        found = upcoming(known, NOW)
        assert found is not None
        assert (found.what, found.at) == ("hibernate", after(minutes=5))

    def test_of_one_that_is_paused_is_to_run(self) -> None:
        found = upcoming(
            Known(state="paused", scheduled={"wake": after(minutes=5), "hibernate": after(minutes=1)}), NOW
        )
        assert found is not None
        assert (found.what, found.at) == ("wake", after(minutes=5))

    def test_of_one_that_sleeps_is_not_to_sleep(self) -> None:
        known = Known(state="hibernated", until_at=after(minutes=5), scheduled={"hibernate": after(minutes=1)})
        assert upcoming(known, NOW) is None

    def test_is_nothing_for_one_that_is_given_up(self) -> None:
        for state in ("destroying", "destroyed"):
            assert upcoming(Known(state=state, until_at=after(minutes=5)), NOW) is None

    @pytest.mark.parametrize("state", get_args(State))
    def test_is_told_in_a_sentence(self, state: str) -> None:
        times = {"sleeps_at": after(minutes=1), "releases_at": after(minutes=2), "until_at": after(minutes=3)}
        found = upcoming(Known(state=state, until_action="destroy", **times), NOW)  # type: ignore[arg-type]
        assert found is None or (found.text[0].isupper() and found.text.endswith("."))


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (None, "now"),
        (after(seconds=-3), "now"),
        (after(seconds=42), "in 42 s"),
        (after(seconds=61), "in 1 minute"),
        (after(minutes=59), "in 59 minutes"),
        (after(hours=2), "at 14:00 UTC"),
        (after(hours=20), "on 2026-01-06 at 08:00 UTC"),
    ],
)
def test_times_are_said_as_people_do(at: datetime | None, said: str) -> None:
    assert when(at, NOW) == said
