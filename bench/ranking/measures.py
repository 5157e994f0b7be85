"""How good a ranking was, with machines as alike as it took them for, and how sure one may be of that."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bench.ranking.methods import Method
from bench.ranking.panels import Floats, Panel

BEST, WORST = 0.25, 0.10
RESAMPLES = 1_000


@dataclass(frozen=True)
class Choice:
    """One moment: how machines were ranked, and what came after it."""

    ranked: Floats
    outcome: Floats
    present: Floats
    block: int
    """Moments of one block are resampled together: what comes after them overlaps."""


@dataclass(frozen=True)
class Measures:
    best: float
    """Failures of the quarter that was ranked first, against all machines; below 1 is better than chance."""
    worst: float
    """The same of the tenth that was ranked last; above 1 is better than chance."""
    auc: float
    """How often a machine that will fail is ranked behind one that won't."""


def choices(panel: Panel, method: Method, moments: Sequence[int], *, down_counts: bool) -> list[Choice]:
    """With `down_counts` time without the machine is failure as well; otherwise a failure is one that begins."""
    found = []
    for number, moment in enumerate(moments):
        later = slice(moment, moment + panel.ahead)
        outcome = panel.failures[:, later].sum(axis=1)
        if down_counts:
            outcome = (1 - panel.up[:, later]).mean(axis=1)
        present = panel.choosable(moment).astype(float)
        found.append(Choice(method(panel, moment), outcome, present, number * panel.every // (2 * panel.ahead)))
    return found


def measured(found: Sequence[Choice]) -> Measures:
    return _measures(np.sum([_of_one(choice, choice.present) for choice in found], axis=0))


def resampled(found: Sequence[Choice], *, machines: bool) -> list[Measures]:
    """Of other machines that might have been there, or where machines are few, of other times."""
    random = np.random.default_rng(7)  # the same for each method, so that their differences can be told
    drawn = (_machines if machines else _blocks)(found, random)
    return [_measures(next(drawn)) for _ in range(RESAMPLES)]


def _machines(found: Sequence[Choice], random: np.random.Generator) -> Iterator[Floats]:
    size = len(found[0].ranked)
    while True:
        weight = np.bincount(random.integers(0, size, size), minlength=size)
        yield np.sum([_of_one(choice, choice.present * weight) for choice in found], axis=0)


def _blocks(found: Sequence[Choice], random: np.random.Generator) -> Iterator[Floats]:
    sums = np.array([_of_one(choice, choice.present) for choice in found])
    of = np.array([choice.block for choice in found])
    count = int(of.max()) + 1
    while True:
        times = np.bincount(random.integers(0, count, count), minlength=count)
        yield times[of] @ sums


def _measures(sums: Floats) -> Measures:
    """Summed over all moments before it is divided, so that a quiet week weighs little."""
    best, of_best, worst, of_worst, everything, of_all, won, pairs = sums
    if not everything or not pairs:
        return Measures(np.nan, np.nan, np.nan)
    rate = everything / of_all
    return Measures(best / of_best / rate, worst / of_worst / rate, won / pairs)


def _of_one(choice: Choice, weight: Floats) -> Floats:
    if not weight.any():
        return np.zeros(8)
    _, group = np.unique(-choice.ranked, return_inverse=True)
    heavy = np.bincount(group, weight)
    failing = np.bincount(group, weight * choice.outcome)
    bad = np.bincount(group, weight * (choice.outcome > _median(choice, weight)))
    good = heavy - bad
    before = np.cumsum(good) - good
    total = heavy.sum()
    return np.array(
        [
            _first(heavy, failing, BEST * total),
            BEST * total,
            _first(heavy[::-1], failing[::-1], WORST * total),
            WORST * total,
            failing.sum(),
            total,
            (bad * (before + good / 2)).sum(),
            bad.sum() * good.sum(),
        ]
    )


def _median(choice: Choice, weight: Floats) -> float:
    """What parts bad from good: any failure where most have none, else more than the median."""
    return float(np.median(choice.outcome[weight > 0]))


def _first(heavy: Floats, failing: Floats, wanted: float) -> float:
    """Failures of the first ones up to a weight; of those ranked alike, a fair part."""
    taken = np.minimum(heavy, np.maximum(0, wanted - (np.cumsum(heavy) - heavy)))
    share = np.divide(taken, heavy, out=np.zeros_like(heavy), where=heavy > 0)
    return float((share * failing).sum())
