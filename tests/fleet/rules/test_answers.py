"""What is said while work is to be saved: whoever is to save it must be there."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from dumont.fleet.rules.lifecycle import next_step
from dumont.fleet.rules.seen import OperationSeen
from dumont.fleet.rules.states import State, Wish
from dumont.fleet.rules.steps import Save
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


class TestLastSnapshot:
    """Of work that is put to sleep: nobody writes behind it."""

    def test_is_followed_by_another_where_it_took_so_long_that_whoever_was_held_still_went_on(self) -> None:
        began = NOW - timedelta(seconds=LIMITS.still_seconds + 1)
        found = replace(
            running(rental(beat_at=NOW)), state="hibernating", wish="hibernated", state_since=began, snapshot_at=began
        )
        again = next_step(found, NOW, LIMITS).act
        assert isinstance(again, Save)
        assert again.still
        enough = (
            replace(found, snapshot_at=NOW),
            replace(found, tries=1),
            replace(found, primary=rental(beat_at=began)),
            replace(found, operation=OperationSeen(id=UUID(int=5), kind="hibernate", created_at=began, why="idle")),
        )
        assert {type(next_step(each, NOW, LIMITS).act).__name__ for each in enough} == {"LetGo"}
