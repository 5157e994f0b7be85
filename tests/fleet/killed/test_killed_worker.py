"""The worker is killed by SIGKILL after each of its commits and around each of its calls, in each part of a life: then
another goes on, and the books must balance. Some mistakes are planted, and must be found.

`make test-kills` goes through all points, one death in each part of a life; `DUMONT_FIRST_POINT=30` leaves out what is
before. CI takes the first point of each kind, one after the other in one life, and no more than a few in each part:
what is written in a commit, or which call it is, makes the kind.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import DatabaseMaker
from tests.fleet.killed.conftest import EVERY, FIRST, STREAMS, TOGETHER
from tests.fleet.killed.lives import PARTS, Lived, live
from tests.fleet.killed.place import Place
from tests.fleet.killed.points import Firsts, Points

MOST = 7
"""Deaths in one part; with more, the fleet would be right to take a machine for one that never came up."""
FEWEST = 30

pytestmark = [pytest.mark.slow, *TOGETHER]


class TestKilledWorker:
    @pytest.mark.skipif(EVERY, reason="every point is tried")
    async def test_leaves_books_that_balance(
        self, place: Place, make_database: DatabaseMaker, record_property: Callable[..., Any]
    ) -> None:
        known: set[str] = set()
        lived = await live(place, make_database, {part: Firsts(most=MOST, known=known) for part in PARTS})
        assert lived.faults == [], lived.told()
        assert len(lived.struck) >= FEWEST
        kinds = {name for names in lived.points.values() for name in names}
        record_property("figures", f"killed workers: {len(lived.struck)} deaths at {len(kinds)} kinds of points")

    @pytest.mark.long
    @pytest.mark.parametrize("stream", range(STREAMS))
    async def test_leaves_books_that_balance_wherever_it_dies(
        self, place: Place, make_database: DatabaseMaker, stream: int, record_property: Callable[..., Any]
    ) -> None:
        struck, wrong = dict.fromkeys(PARTS, 0), []
        for number in range(FIRST + stream, 1000, STREAMS):
            lived = await live(place, make_database, {part: Points(number) for part in PARTS})
            wrong += [f"point {number}: {lived.told()}"] if lived.faults else []
            for part, names in lived.deaths.items():
                struck[part] += len(names)
            if not lived.faults and not lived.struck:
                break
        record_property("figures", f"killed workers, stream {stream}: {sum(struck.values())} deaths, {struck}")
        assert wrong == []


class TestJudge:
    """Each at the one point, or the first of those, where it does harm."""

    async def test_catches_a_create_whose_intent_was_not_committed(
        self, place: Place, make_database: DatabaseMaker
    ) -> None:
        lived = await _planted(place, make_database, "create_without_intent", "launch", "after PUT")
        assert "machines were made for" in lived.told() or "lives on" in lived.told(), lived.told()

    async def test_catches_an_end_that_was_written_before_it_was_asked_for(
        self, place: Place, make_database: DatabaseMaker
    ) -> None:
        lived = await _planted(place, make_database, "end_before_asking", "launch", "before DELETE")
        assert "lives on" in lived.told(), lived.told()


async def _planted(place: Place, maker: DatabaseMaker, plant: str, part: str, point: str) -> Lived:
    points = Points(1, only=lambda name: name.startswith(point))
    return await live(place, maker, {part: points}, plant=plant, last=part)
