"""A worker that slept for longer than its lease, and wakes just before it would call a cloud, calls nobody."""

import signal
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import DatabaseMaker
from tests.fleet.killed.conftest import EVERY, FIRST, STREAMS, TOGETHER
from tests.fleet.killed.freezing import LEASE_SECONDS
from tests.fleet.killed.lives import PARTS, Lived, live
from tests.fleet.killed.place import Place
from tests.fleet.killed.points import Points

ATTEMPT, TURN = 5, "provider_limits"
"""The fifth commit of a launch says that a machine is about to be made; a turn at the cloud is taken after that."""

pytestmark = [pytest.mark.slow, *TOGETHER]


class TestFrozenWorker:
    @pytest.mark.skipif(EVERY, reason="every point is tried")
    async def test_makes_no_machine_after_it_has_waited_for_its_turn(
        self, place: Place, make_database: DatabaseMaker
    ) -> None:
        lived = await _frozen(place, make_database, 1, lambda name: TURN in name, ("launch",))
        assert lived.faults == [], lived.told()
        assert TURN in lived.told()

    @pytest.mark.long
    @pytest.mark.parametrize("stream", range(STREAMS))
    async def test_calls_nobody_wherever_it_slept(
        self, place: Place, make_database: DatabaseMaker, stream: int, record_property: Callable[..., Any]
    ) -> None:
        """In each part of a life once."""
        slept, wrong = dict.fromkeys(PARTS, 0), []
        for number in range(FIRST + stream, 1000, STREAMS):
            lived = await _frozen(place, make_database, number, _commits, PARTS)
            wrong += [f"commit {number}: {lived.told()}"] if lived.faults else []
            for part, names in lived.deaths.items():
                slept[part] += len(names)
            if not lived.faults and not lived.struck:
                break
        record_property("figures", f"frozen workers, stream {stream}: {sum(slept.values())} sleeps, {slept}")
        assert wrong == []


class TestJudge:
    @pytest.mark.long
    async def test_catches_one_that_does_not_ask_after_its_lease(
        self, place: Place, make_database: DatabaseMaker
    ) -> None:
        lived = await _frozen(place, make_database, ATTEMPT, _commits, ("launch",), plant="act_after_sleep")
        assert any("calls after its sleep" in fault for fault in lived.faults), lived.told()


def _commits(name: str) -> bool:
    return name.startswith("commit")


async def _frozen(
    place: Place,
    maker: DatabaseMaker,
    at: int,
    only: Callable[[str], bool],
    parts: tuple[str, ...],
    *,
    plant: str = "nothing",
) -> Lived:
    strikes = {part: Points(at, signal.SIGSTOP, only) for part in parts}
    return await live(place, maker, strikes, plant=plant, last=parts[-1], lease_seconds=LEASE_SECONDS, racers=1)
