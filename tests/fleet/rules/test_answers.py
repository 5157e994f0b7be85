"""What is said while work is to be saved: whoever is to save it must be there."""

from dataclasses import replace

import pytest

from dumont.fleet.rules.lifecycle import next_step
from dumont.fleet.rules.states import State, Wish
from tests.fleet.rules.test_lifecycle import LIMITS, NOW, rental, running


class TestSave:
    @pytest.mark.parametrize(("state", "wish"), [("destroying", "destroyed"), ("hibernating", "hibernated")])
    def test_starts_a_machine_that_stands_still(self, state: State, wish: Wish) -> None:
        still = rental(wanted="stopped", stage="stopped", seen_state="stopped")
        found = replace(running(still), state=state, wish=wish)
        assert type(next_step(found, NOW, LIMITS).act).__name__ == "Hold"
        asked = replace(found, primary=replace(still, wanted="held", seen_state="booting"))
        assert next_step(asked, NOW, LIMITS).act is None
        up = replace(found, primary=rental())
        assert type(next_step(up, NOW, LIMITS).act).__name__ == "Save"
