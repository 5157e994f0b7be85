"""Spreads, against a calculation by hand: with sorting of plain lists, one model at a time."""

from dataclasses import dataclass
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dumont.basics.gpu import gpus
from dumont.market.rules import spread
from dumont.market.rules.spread import Asks, Spread


@dataclass(frozen=True)
class Ask:
    model: int
    provider: int
    machine: int
    price: int
    good: bool


asks = st.lists(
    st.builds(
        Ask,
        model=st.integers(0, 2),
        provider=st.integers(1, 4),
        machine=st.integers(1, 6),
        price=st.integers(0, 12),
        good=st.booleans(),
    ),
    max_size=30,
)


def columns(given: list[Ask]) -> Asks:
    return Asks(
        model=np.array([ask.model for ask in given], np.int32),
        provider=np.array([ask.provider for ask in given], np.int32),
        machine=np.array([ask.machine for ask in given], np.int32),
        price=np.array([ask.price for ask in given], np.int64),
        good=np.array([ask.good for ask in given], np.bool_),
        place=np.arange(len(given)),
    )


def lows(given: list[tuple[int, Ask]]) -> list[tuple[int, int, int]]:
    """Price, place and cloud of each cloud's lowest."""
    found: dict[int, tuple[int, int, int]] = {}
    for place, ask in given:
        mine = (ask.price, place, ask.provider)
        found[ask.provider] = min(found.get(ask.provider, mine), mine)
    return sorted(found.values())


def percent(found: list[tuple[int, int, int]]) -> float:
    return (max(low[0] for low in found) - found[0][0]) / found[0][0] * 100


def by_hand(given: list[Ask], least: float) -> list[dict[str, object]]:
    result = []
    for model in sorted({ask.model for ask in given}):
        mine = [(place, ask) for place, ask in enumerate(given) if ask.model == model and ask.price > 0]
        found = lows(mine)
        if len(found) < 2 or percent(found) < least:
            continue
        dearest = min(found, key=lambda low: (-low[0], low[1]))
        single = None
        for name, end in (("cheapest", found[0]), ("dearest", dearest)):
            host = given[end[1]]
            rest = lows([(place, ask) for place, ask in mine if ask.machine != host.machine])
            if not host.good and (len(rest) < 2 or percent(rest) < least):
                single = name
                break
        result.append(
            {
                "model": model,
                "cheapest": found[0],
                "dearest": dearest,
                "median": round(median(ask.price for _, ask in mine)),
                "percent": percent(found),
                "offers": len(mine),
                "providers": len(found),
                "single": single,
            }
        )
    return result


def told(found: Spread) -> dict[str, object]:
    ends = {name: getattr(found, name) for name in ("cheapest", "dearest")}
    return {
        **{name: getattr(found, name) for name in ("model", "median", "percent", "offers", "providers", "single")},
        **{name: (end.price, end.place, end.provider) for name, end in ends.items()},
    }


class TestSpreads:
    @given(asks, st.sampled_from([0.0, 10.0, 50.0, 200.0]))
    def test_are_those_worked_out_by_hand(self, given: list[Ask], least: float) -> None:
        found = sorted(spread.spreads(columns(given), least_percent=least), key=lambda one: one.model)
        assert [told(one) for one in found] == by_hand(given, least)

    def test_need_two_clouds(self) -> None:
        assert spread.spreads(columns([Ask(0, 1, 1, 5, True), Ask(0, 1, 2, 50, True)]), least_percent=0) == []

    def test_do_not_count_what_is_free(self) -> None:
        assert spread.spreads(columns([Ask(0, 1, 1, 0, True), Ask(0, 2, 2, 50, True)]), least_percent=0) == []

    @pytest.mark.parametrize(("good", "single"), [(False, "cheapest"), (True, None)])
    def test_tell_of_one_host_alone_at_an_end(self, good: bool, single: str | None) -> None:
        given = [Ask(0, 1, 1, 10, good), Ask(0, 1, 2, 99, True), Ask(0, 2, 3, 100, True)]
        assert [found.single for found in spread.spreads(columns(given), least_percent=15)] == [single]

    def test_trust_an_end_that_another_host_holds_too(self) -> None:
        given = [Ask(0, 1, 1, 10, False), Ask(0, 1, 2, 11, True), Ask(0, 2, 3, 100, True)]
        assert [found.single for found in spread.spreads(columns(given), least_percent=15)] == [None]


class TestPerGpu:
    def test_divides_and_rounds_to_whole_millionths(self) -> None:
        found = spread.per_gpu(np.array([1_000_000, 1_000_000, -1, 5]), np.array([3, 8, 1, 0]))
        assert found.tolist() == [333_333, 125_000, 0, 0]


class TestNearest:
    def test_is_the_same_where_it_is_there(self) -> None:
        table = gpus()
        assert spread.nearest(table["RTX 4090"], table.values()) == table["RTX 4090"]

    def test_is_else_the_one_of_like_compute_and_memory(self) -> None:
        wanted = gpus()["RTX 4090"]
        others = [gpu for gpu in gpus().values() if gpu.name != wanted.name]
        found = spread.nearest(wanted, others)
        assert found is not None

        def factor(name: str) -> float:
            ratio = gpus()[name].fp16_tflops * gpus()[name].memory_gb / (wanted.fp16_tflops * wanted.memory_gb)
            return max(ratio, 1 / ratio)

        assert factor(found.name) == min(factor(gpu.name) for gpu in others)

    def test_is_nothing_among_nothing(self) -> None:
        assert spread.nearest(gpus()["RTX 4090"], []) is None


class TestBelow:
    @given(asks, st.lists(st.integers(0, 12), min_size=3, max_size=3))
    def test_is_what_a_walk_over_all_asks_finds(self, given: list[Ask], medians: list[int]) -> None:
        found, seen = [], set()
        priced = [(ask.price / medians[ask.model], place) for place, ask in enumerate(given) if medians[ask.model]]
        for share, place in sorted(priced):
            pair = (given[place].machine, given[place].model)
            if share < 1 and pair not in seen:
                seen.add(pair)
                found.append(place)
        assert spread.below(columns(given), np.array(medians)) == found


class TestGood:
    def test_is_by_our_own_score_before_what_others_say(self) -> None:
        scores = np.array([69.0, 70.0, np.nan, np.nan, np.nan, np.nan])
        claims = np.array([1.0, 0.1, 0.95, 0.94, np.nan, np.nan])
        verified = np.array([True, False, False, False, True, False])
        untried = np.full(6, np.nan)
        assert spread.good(scores, untried, verified, claims).tolist() == [False, True, True, False, True, False]

    def test_is_by_our_own_attempts_before_what_others_say(self) -> None:
        works = np.array([1.0, 0.0, 0.0, 1.0])
        scores = np.array([np.nan, np.nan, 99.0, 69.0])
        claims, verified = np.array([0.1, 1.0, 1.0, 1.0]), np.array([False, True, True, True])
        assert spread.good(scores, works, verified, claims).tolist() == [True, False, False, False]
