"""Errors: each kind has a code for programs, and one concrete error may say more."""

import pytest

from dumont.basics.errors import Conflict, Failure, Invalid, NotFound, NotSignedIn, TooMany


class Taken(Conflict):
    code = "taken"
    hint = "Take another."


class TestFailure:
    @pytest.mark.parametrize("kind", [kind for kind in Failure.__subclasses__() if kind is not TooMany])
    def test_has_the_code_of_its_kind(self, kind: type[Failure]) -> None:
        failure = kind("It did not work.")
        assert (failure.message, str(failure)) == ("It did not work.", "It did not work.")
        assert failure.code == kind.code != Failure.code

    def test_takes_code_and_hint_of_its_class(self) -> None:
        failure = Taken("Gone.")
        assert (failure.code, failure.hint) == ("taken", "Take another.")

    def test_prefers_the_code_and_hint_it_is_given(self) -> None:
        failure = Taken("Gone.", code="gone", hint="Wait.")
        assert (failure.code, failure.hint, Taken.code) == ("gone", "Wait.", "taken")

    def test_undoes_the_work_unless_it_says_otherwise(self) -> None:
        assert not NotFound("Where?").keeps_work

    def test_tells_one_who_is_not_signed_in_what_to_do(self) -> None:
        assert "Sign in" in str(NotSignedIn("Who?").hint)


class TestInvalid:
    def test_names_the_field(self) -> None:
        failure = Invalid.field("scopes.0", "is not one of yours")
        assert [(fault.field, fault.message) for fault in failure.faults] == [("scopes.0", "is not one of yours")]
        assert failure.message == "scopes.0: is not one of yours"

    def test_needs_no_field(self) -> None:
        assert Invalid("Two of them clash.").faults == ()


class TestTooMany:
    def test_says_how_long_to_wait(self) -> None:
        assert TooMany("Slow down.", retry_seconds=7).retry_seconds == 7
