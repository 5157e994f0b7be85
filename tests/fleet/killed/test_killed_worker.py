"""The worker is killed by SIGKILL after each of its commits and around each of its calls, in each part of a life: then
another goes on, and the books must balance. Some mistakes are planted, and must be found.

`make test-kills` goes through all points; CI takes some, and always the same ones (`DUMONT_SEED=17` takes others).
"""

import os
import resource
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from tests.conftest import DatabaseMaker
from tests.fleet.killed.conftest import EVERY, STREAMS, TOGETHER
from tests.fleet.killed.house import Place
from tests.fleet.killed.lives import PARTS, Lived, live

SEED = int(os.environ.get("DUMONT_SEED") or 739941)
LIVES = 2
FEWEST = {"launch": 60, "hibernate": 45, "wake": 60, "failover": 35}
"""Points that each part surely has: a death that does not come is a mistake here."""

pytestmark = [pytest.mark.slow, *TOGETHER]


def drawn(seed: int) -> list[dict[str, int]]:
    """Points by chance, for each part of each life."""
    random = Random(seed)
    return [{part: random.randint(1, FEWEST[part]) for part in PARTS} for _ in range(LIVES)]


def spent() -> float:
    """Seconds of CPU, of this process and of those that it has waited for."""
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


class TestKilledWorker:
    @pytest.mark.skipif(EVERY, reason="every point is tried")
    async def test_leaves_books_that_balance(
        self, place: Place, make_database: DatabaseMaker, record_property: Callable[..., Any]
    ) -> None:
        began = spent()
        for strikes in drawn(SEED):
            lived = await live(place, make_database, strikes)
            assert lived.faults == [], f"DUMONT_SEED={SEED}: {lived.told()}"
            assert "nowhere" not in lived.deaths.values(), f"DUMONT_SEED={SEED}: {lived.told()}"
        said = f"{LIVES} lives with {LIVES * len(PARTS)} deaths, {spent() - began:.0f} s of CPU"
        record_property("figures", f"killed workers, seed {SEED}: {said}")

    @pytest.mark.long
    @pytest.mark.parametrize("stream", range(STREAMS))
    async def test_leaves_books_that_balance_wherever_it_dies(
        self, place: Place, make_database: DatabaseMaker, stream: int, record_property: Callable[..., Any]
    ) -> None:
        began, struck, wrong = spent(), dict.fromkeys(PARTS, 0), []
        for number in range(stream + 1, 1000, STREAMS):
            lived = await live(place, make_database, dict.fromkeys(PARTS, number))
            wrong += [f"point {number}: {lived.told()}"] if lived.faults else []
            for part, where in lived.deaths.items():
                struck[part] += where != "nowhere"
            if _spared(lived):
                break
        record_property("figures", f"killed workers, stream {stream}: {struck} deaths, {spent() - began:.0f} s of CPU")
        assert wrong == []


def _spared(lived: Lived) -> bool:
    return not lived.faults and all(where == "nowhere" for where in lived.deaths.values())


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
    return await live(place, maker, {part: 1}, plant=plant, last=part, only=lambda name: name.startswith(point))
