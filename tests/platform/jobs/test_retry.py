"""Decisions after a failure, without a database."""

from random import Random

import pytest

from dumont.basics.errors import Conflict, Failure, Invalid, NotFound, TooMany, Unavailable
from dumont.platform.jobs.retry import Again, GiveUp, growing, never


class TestGrowing:
    def test_pauses_double_up_to_a_limit(self) -> None:
        retry = growing(12, first_seconds=1, most_seconds=60)
        pauses = []
        for attempt in range(1, 12):
            decision = retry.decide(attempt, Unavailable("away"), Random(attempt))
            assert isinstance(decision, Again)
            pauses.append(decision.wait_seconds)
        for attempt, pause in enumerate(pauses):
            least = min(60, 2**attempt)
            assert least <= pause <= least * 1.25

    def test_gives_up_after_the_last_attempt(self) -> None:
        assert isinstance(growing(3).decide(3, Unavailable("away"), Random(1)), GiveUp)
        assert isinstance(growing(3).decide(2, Unavailable("away"), Random(1)), Again)

    @pytest.mark.parametrize("error", [Invalid("x"), NotFound("x"), Conflict("x"), Failure("x")])
    def test_gives_up_at_once_what_can_not_change(self, error: Failure) -> None:
        assert isinstance(growing().decide(1, error, Random(1)), GiveUp)

    def test_tries_unexpected_errors_again(self) -> None:
        assert isinstance(growing().decide(1, RuntimeError(), Random(1)), Again)

    def test_waits_at_least_as_long_as_it_was_told(self) -> None:
        decision = growing().decide(1, TooMany("x", retry_seconds=90), Random(1))
        assert isinstance(decision, Again)
        assert decision.wait_seconds >= 90


class TestNever:
    def test_gives_up(self) -> None:
        assert isinstance(never().decide(1, Unavailable("away"), Random(1)), GiveUp)
