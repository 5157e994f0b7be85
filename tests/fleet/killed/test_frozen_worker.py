"""A worker that slept for longer than its lease, and wakes just before it would call a cloud, calls nobody."""

import pytest

from tests.conftest import DatabaseMaker
from tests.fleet.killed.conftest import EVERY, STREAMS, TOGETHER
from tests.fleet.killed.freezing import thaw
from tests.fleet.killed.house import Place

ATTEMPT, TURN = 5, "provider_limits"
"""The fifth commit of a launch says that a machine is about to be made; a turn at the cloud is taken after that."""

pytestmark = [pytest.mark.slow, *TOGETHER]


def commits(name: str) -> bool:
    return name.startswith("commit")


class TestFrozenWorker:
    @pytest.mark.skipif(EVERY, reason="every point is tried")
    async def test_makes_no_machine_after_it_has_waited_for_its_turn(
        self, place: Place, make_database: DatabaseMaker
    ) -> None:
        thawed = await thaw(place, make_database, 1, only=lambda name: TURN in name)
        assert thawed.faults == [], (thawed.where, thawed.faults)
        assert TURN in thawed.where

    @pytest.mark.long
    @pytest.mark.parametrize("stream", range(STREAMS))
    async def test_calls_nobody_wherever_it_slept(
        self, place: Place, make_database: DatabaseMaker, stream: int
    ) -> None:
        wrong = []
        for number in range(stream + 1, 1000, STREAMS):
            thawed = await thaw(place, make_database, number, only=commits)
            if thawed.where == "nowhere":
                break
            wrong += [f"{number}, {thawed.where}: {thawed.faults}"] if thawed.faults else []
        assert wrong == []


class TestJudge:
    @pytest.mark.long
    async def test_catches_one_that_does_not_ask_after_its_lease(
        self, place: Place, make_database: DatabaseMaker
    ) -> None:
        thawed = await thaw(place, make_database, ATTEMPT, plant="act_after_sleep", only=commits)
        assert any("calls after its sleep" in fault for fault in thawed.faults), (thawed.where, thawed.faults)
