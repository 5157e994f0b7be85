"""What an answer says of the offers that are not in it."""

from typing import Any

import pytest

from dumont.market.rules.answers import LOOKS_WITNESSED, Verdict, judge, looks_alone, witnessed
from dumont.market.rules.pauses import LONGEST_SECONDS, after_failure


def judged(**other: Any) -> Verdict:
    given: dict[str, Any] = {"known": 100, "found": 100, "missing": 0, "complete": True, "shrunken": 0, "alone": 30}
    return judge(**{**given, **other})


class TestJudge:
    def test_believes_a_whole_list(self) -> None:
        assert judged(missing=50, found=50) == Verdict("whole")

    def test_takes_an_empty_list_for_no_answer(self) -> None:
        assert judged(found=0, missing=100).says == "nothing"
        assert judged(found=0, missing=1, known=1).says == "nothing"

    def test_believes_that_a_cloud_never_known_has_nothing(self) -> None:
        assert judged(known=0, found=0).says == "whole"

    def test_takes_half_a_list_for_half(self) -> None:
        assert judged(complete=False, missing=90, found=10) == Verdict("part")

    def test_doubts_the_loss_of_most_until_it_has_been_said_for_long(self) -> None:
        assert judged(missing=51, found=49) == Verdict("part", shrunken=1)
        assert judged(missing=51, found=49, shrunken=28) == Verdict("part", shrunken=29)
        assert judged(missing=51, found=49, shrunken=29) == Verdict("whole")

    def test_doubts_it_for_less_long_where_another_question_confirms_it(self) -> None:
        said = [judged(missing=51, found=49, shrunken=n, witness="gone").says for n in range(LOOKS_WITNESSED)]
        assert said == ["part"] * (LOOKS_WITNESSED - 1) + ["whole"]

    def test_never_believes_it_where_another_question_denies_it(self) -> None:
        assert judged(missing=51, found=49, shrunken=10_000, witness="there") == Verdict("part")

    def test_believes_the_loss_of_most_of_a_few(self) -> None:
        assert judged(known=19, missing=18, found=1) == Verdict("whole")

    def test_forgets_a_doubt_after_a_fuller_answer(self) -> None:
        assert judged(missing=1, found=99, shrunken=1).shrunken == 0

    @pytest.mark.parametrize("other", [{"complete": False}, {"missing": 100, "found": 0}])
    def test_keeps_a_doubt_over_an_answer_that_says_less(self, other: dict[str, Any]) -> None:
        assert judged(shrunken=1, **other).shrunken == 1


class TestTestified:
    MISSING, NAMED = frozenset("abc"), frozenset("xy")

    @pytest.mark.parametrize(
        ("answered", "witness"),
        [("xy", "gone"), ("xyb", "there"), ("c", "there"), ("x", "silent"), ("", "silent")],
    )
    def test_takes_no_for_an_answer_only_from_a_cloud_that_knows_what_it_has(self, answered: str, witness: str) -> None:
        assert witnessed(missing=self.MISSING, named=self.NAMED, answered=frozenset(answered)) == witness

    def test_proves_nothing_without_anything_to_compare_with(self) -> None:
        assert witnessed(missing=self.MISSING, named=frozenset(), answered=frozenset()) == "silent"


def test_a_loss_is_believed_no_sooner_than_silence_alone() -> None:
    assert looks_alone(900, 30) == 30
    assert looks_alone(900, 3600) == LOOKS_WITNESSED


class TestPauses:
    def test_double_up_to_a_limit(self) -> None:
        pauses = [after_failure(30, failures, chance=0) for failures in range(1, 50)]
        assert pauses[:4] == [30, 60, 120, 240]
        assert pauses[-1] == LONGEST_SECONDS

    def test_are_spread_by_chance(self) -> None:
        assert after_failure(40, 1, chance=1) == 50

    def test_are_never_shorter_than_asked_for(self) -> None:
        assert after_failure(30, 1, chance=0.5, retry_seconds=3000) == 3000
