"""What can be asked of an instance in which state, and the stages of what is under way."""

from typing import get_args

import pytest

from dumont.fleet.rules.asking import FROM, plan_of, refusal
from dumont.fleet.rules.states import OperationKind, State, Wish

KINDS = [kind for kind in get_args(OperationKind) if kind in FROM]


class TestRefusal:
    @pytest.mark.parametrize("kind", KINDS)
    def test_always_says_what_can_be_done(self, kind: OperationKind) -> None:
        said = [refusal(kind, state, wish) for state in get_args(State) for wish in get_args(Wish)]
        assert all(each is None or each.hint for each in said)
        assert any(each is None for each in said)

    def test_lets_one_change_his_mind_before_anything_has_moved(self) -> None:
        assert refusal("resume", "running", "paused") is None
        assert refusal("wake", "running", "hibernated") is None

    def test_tells_what_is_there_already_from_what_can_not_be(self) -> None:
        there, wrong = refusal("wake", "running", "running"), refusal("wake", "destroying", "destroyed")
        assert there is not None
        assert wrong is not None
        assert (there.there, wrong.there) == (True, False)


class TestPlan:
    def test_is_known_before_anything_has_happened(self) -> None:
        assert plan_of("hibernate", [""]) == ["snapshot", "verifying", "destroying", "hibernated"]

    def test_of_a_destroy_without_snapshots_has_none(self) -> None:
        assert plan_of("destroy", [""], saves=False) == ["destroying", "destroyed"]

    def test_takes_in_what_happens_beside(self) -> None:
        assert plan_of("launch", ["choosing", "creating", "booting", "agent"])[:4] == [
            "choosing",
            "creating",
            "booting",
            "agent",
        ]
