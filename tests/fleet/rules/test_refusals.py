"""What a race makes of clouds that say no at once."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from dumont.fleet.rules.race import Verdict, judge
from dumont.fleet.rules.refusals import FREE_SECONDS, PAUSE_MAX, is_free, was_refused
from dumont.fleet.rules.seen import RaceSeen, RentalSeen

START = datetime(2026, 1, 5, 12, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def refused(number: int, at: float = 0, **given: Any) -> RentalSeen:
    values: dict[str, Any] = {"role": "racer", "wanted": "held", "stage": "ended", "provider": "runpod"}
    return RentalSeen(
        id=UUID(int=number), **{**values, "round": number, "created_at": after(at), "refused": True} | given
    )


def race(*entrants: RentalSeen, **given: Any) -> RaceSeen:
    newest = max(entrants, key=lambda each: each.round)
    values: dict[str, Any] = {"state": "running", "batch": 5, "rounds_max": 1, "round_seconds": 90.0}
    values |= {"round": newest.round, "round_began_at": newest.created_at}
    return RaceSeen(id=UUID(int=99), entrants=entrants, **{**values, **given})


class TestARoundOfWhichAllAreRefused:
    def test_uses_none_up_and_the_next_one_begins_after_a_moment(self) -> None:
        found = race(refused(1))
        assert judge(found, after(0.1)) == Verdict("wait", until=after(1))
        assert judge(found, after(1)) == Verdict("round")
        assert is_free(found, after(1))

    def test_is_waited_after_longer_each_time(self) -> None:
        moments = [0, 1, 3, 7, 15, 30, 45]
        for count in range(1, len(moments)):
            found = race(*(refused(each + 1, moments[each]) for each in range(count)), rounds_max=9)
            assert judge(found, after(moments[count - 1])) == Verdict("wait", until=after(moments[count]))

    def test_counts_when_it_has_gone_on_for_too_long(self) -> None:
        often = [refused(number + 1, number * 10) for number in range(7)]
        assert judge(race(*often), after(FREE_SECONDS)) == Verdict("lost")
        assert not is_free(race(*often), after(FREE_SECONDS))
        assert judge(race(*often, rounds_max=8), after(FREE_SECONDS + PAUSE_MAX)) == Verdict("round")

    def test_is_none_while_somebody_is_still_racing_or_was_lost_otherwise(self) -> None:
        booting = refused(2, stage="booting", round=1, refused=False)
        assert judge(race(refused(1), booting), after(5)) == Verdict("wait", until=after(90))
        gone = refused(2, round=1, refused=False)
        assert judge(race(refused(1), gone), after(5)) == Verdict("lost")

    def test_is_counted_from_the_first_in_a_row(self) -> None:
        """What came before it took its time, and was no refusal."""
        slow = refused(1, refused=False)
        found = race(slow, refused(2, 90), rounds_max=2)
        assert judge(found, after(90.1)) == Verdict("wait", until=after(91))

    def test_waits_for_no_moment_that_a_clock_which_was_set_back_would_never_see(self) -> None:
        assert judge(race(refused(1, 3600)), after(0)) == Verdict("round")


@pytest.mark.parametrize(
    ("why_ended", "code", "expected"),
    [
        ("offer_gone", "no_capacity", True),
        ("offer_gone", "offer_gone", True),
        ("never_made", "unavailable", True),
        ("never_made", "no_funds", False),
        ("never_made", "invalid", False),
        ("boot_timeout", "no_capacity", False),
        ("never_made", None, False),
        (None, "unavailable", False),
    ],
)
def test_says_what_a_refusal_is(why_ended: str | None, code: str | None, expected: bool) -> None:
    assert was_refused(why_ended, code) is expected
