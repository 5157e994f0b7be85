"""Means over traces, each counting the same, and how far they may be luck: traces and their jobs drawn anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Figures = list[list[str]]
RESAMPLES = 1000
OUTSIDE = 0.05


@dataclass(frozen=True, slots=True)
class Run:
    """What one policy made of the jobs of one trace."""

    costs: tuple[float, ...]
    met: int


@dataclass(frozen=True, eq=False)
class Score:
    """The first of `costs` is the mean, the rest those of resamples; all scores of one study share the same draws."""

    costs: Floats
    met: int = 0
    jobs: int = 0

    def __sub__(self, other: "Score") -> "Score":
        return Score(self.costs - other.costs)

    def __truediv__(self, other: "Score") -> "Score":
        return Score(self.costs / other.costs)


Judged = dict[str, Score]


def judged(runs: Mapping[str, Sequence[Run]]) -> Judged:
    """Of each policy, on the same traces in the same order."""
    sizes = [len(run.costs) for run in next(iter(runs.values()))]
    draws = _draws(sizes)
    return {name: _score(found, draws) for name, found in runs.items()}


def interval(values: Floats, *, signed: bool = False, percent: bool = False) -> str:
    form = "{:.0%}" if percent else "{:+.3f}" if signed else "{:.3f}"
    low, high = np.quantile(values[1:], (OUTSIDE, 1 - OUTSIDE))
    return f"{form.format(values[0])} ({form.format(low)} to {form.format(high)})"


def _draws(sizes: Sequence[int]) -> list[list[tuple[int, npt.NDArray[np.int64]]]]:
    random = np.random.default_rng(7)
    drawn = [[(trace, np.arange(size)) for trace, size in enumerate(sizes)]]
    for _ in range(RESAMPLES):
        chosen = random.integers(0, len(sizes), len(sizes))
        drawn.append([(int(trace), random.integers(0, sizes[trace], sizes[trace])) for trace in chosen])
    return drawn


def _score(runs: Sequence[Run], draws: Sequence[Sequence[tuple[int, npt.NDArray[np.int64]]]]) -> Score:
    costs = [np.array(run.costs) for run in runs]
    means = [np.mean([costs[trace][jobs].mean() for trace, jobs in drawn]) for drawn in draws]
    return Score(np.array(means), sum(run.met for run in runs), sum(len(run.costs) for run in runs))
