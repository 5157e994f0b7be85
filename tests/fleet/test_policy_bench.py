"""The judge of the recovery policy judges fairly: what a replay costs, what hindsight would, and nobody sees ahead."""

from itertools import product

import numpy as np
import pytest

from bench.spotwork.judged import Run, interval, judged
from bench.spotwork.ours import Ours
from bench.spotwork.peers import greedy, uniform_progress, uniform_progress_plain
from bench.spotwork.perfect import no_overhead, optimum
from bench.spotwork.replay import ON_DEMAND, WAIT, Job, Outcome, View, replay
from bench.spotwork.traces import Trace

JOB = Job(work_hours=2.0, deadline_hours=3.5, overhead_hours=0.25, share=0.3)
"""In ticks of half an hour: four of work, seven in all, a changeover of half a tick."""


def a_trace(ups: str) -> Trace:
    return Trace("availability", "made", "a", "gpu", 1, 1800, np.array([up == "x" for up in ups]))


def patchy(hours: float, seed: int) -> Trace:
    random = np.random.default_rng(seed)
    lengths = random.integers(1, 14, 200)
    return a_trace(
        "".join(("x" if place % 2 else ".") * length for place, length in enumerate(lengths))[: int(hours * 2)]
    )


def scripted(choices: tuple[int, ...]) -> Outcome | None:
    """None where a choice isn't open."""

    def policy(view: View) -> int:
        choice = choices[view.tick] if view.tick < len(choices) else WAIT
        if choice >= 0 and not view.up(choice):
            raise LookupError
        return choice

    try:
        return replay([a_trace("xx.x.xx")], 0, JOB, policy)
    except LookupError:
        return None


class TestReplay:
    def test_pays_for_the_changeover_and_for_no_more_of_the_last_tick_than_is_used(self) -> None:
        found = replay([a_trace("x" * 7)], 0, JOB, lambda _view: ON_DEMAND)
        assert (found.cost, found.finished_hours, found.changeovers, found.met) == (2.25 / 2, 2.25, 1, True)

    def test_loses_the_changeover_with_the_machine(self) -> None:
        found = scripted((0, 0, WAIT, 0, ON_DEMAND, ON_DEMAND, ON_DEMAND))
        assert found is not None
        assert (found.losses, found.changeovers, found.finished_hours, found.met) == (2, 3, 3.25, True)
        assert found.cost == pytest.approx((1.5 * 0.3 + 1.25) / 2)

    def test_tells_a_deadline_that_was_missed(self) -> None:
        found = scripted((0, 0))
        assert found is not None
        assert not found.met

    def test_refuses_a_place_that_is_down(self) -> None:
        with pytest.raises(ValueError, match="is down"):
            replay([a_trace(".......")], 0, JOB, lambda _view: 0)


class TestPerfect:
    def test_is_the_best_of_all_that_could_be_done(self) -> None:
        every = [scripted(choices) for choices in product((WAIT, ON_DEMAND, 0), repeat=7)]
        best = min(found.cost for found in every if found and found.met)
        assert optimum([a_trace("xx.x.xx")], 0, JOB) == pytest.approx(best)

    @pytest.mark.parametrize("seed", range(2))
    def test_is_below_every_policy_and_above_its_bound(self, seed: int) -> None:
        traces, job = [patchy(80, seed), patchy(80, seed + 100)], Job(24, 30, 0.25)
        for chosen in (traces[:1], traces):
            best = optimum(chosen, 60, job)
            assert no_overhead(chosen, 60, job) <= best + 1e-9
            for policy in (greedy, uniform_progress, uniform_progress_plain, Ours()):
                found = replay(chosen, 60, job, policy)
                assert found.met
                assert best <= found.cost + 1e-9


class TestOurs:
    def test_knows_nothing_of_what_comes(self) -> None:
        """Where two traces differ only later, so do the choices."""
        first = patchy(80, 5)
        other = Trace(
            *[getattr(first, name) for name in first.__dataclass_fields__ if name != "up"], up=first.up.copy()
        )
        other.up[100:] = ~other.up[100:]
        assert _choices(first)[:40] == _choices(other)[:40]
        assert _choices(first) != _choices(other)


class TestJudged:
    def test_means_over_traces_whatever_their_number_of_jobs(self) -> None:
        found = judged({"one": [Run((1.0,), 1), Run((0.5, 0.7), 1)]})["one"]
        assert found.costs[0] == pytest.approx(0.8)
        assert (found.met, found.jobs) == (2, 3)
        assert interval(found.costs).startswith("0.800 (0.")


def _choices(trace: Trace) -> list[int]:
    ours, made = Ours(), []

    def noted(view: View) -> int:
        made.append(ours(view))
        return made[-1]

    replay([trace], 60, Job(24, 30, 0.25), noted)
    return made
