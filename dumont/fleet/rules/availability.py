"""How long an interruptible machine stays, and how long until the next is to be had, by what was seen of its place.

A place is up while a machine could be had there or kept, and down otherwise. Stretches of either kind have no typical
length: the longer one has lasted, the longer it will go on. So the chance that one ends is counted by its age, in four
classes. The classes are what a plan calls phases: first those of being up, then those of being down.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
AGES = (0.25, 1.0, 4.0)
"""Hours at which a stretch comes into the next class."""
CLASSES = len(AGES) + 1
USUAL = (1.2, 0.6, 0.3, 0.12)
"""Ends an hour, of a place that nobody has looked at: about one chance in three before the age has doubled."""
USUAL_HOURS = 6.0
"""What that is worth, in hours of looking, for each class."""
HALF_LIFE_HOURS = 72.0
"""After which what was seen counts half."""
LONG_HOURS = 1e6
_WIDTHS = np.diff((0.0, *AGES))


@dataclass(frozen=True, slots=True)
class Change:
    """The first one of a past says how the place was when somebody began to look."""

    hours_ago: float
    up: bool


@dataclass(frozen=True, slots=True)
class Outlook:
    """Ends an hour, for each class of age."""

    losses: tuple[float, ...] = USUAL
    returns: tuple[float, ...] = USUAL

    def life_hours(self, age_hours: float, at_most: float = math.inf) -> float:
        """How much longer a place that is up stays so, on average; more than `at_most` is of no use."""
        return _life(self.losses, age_hours, at_most)


def phase(up: bool, age_hours: float) -> int:
    return bisect_right(AGES, age_hours) + (0 if up else CLASSES)


def learned(past: Sequence[Change]) -> Outlook:
    """From what was seen until now, oldest first; what is long ago counts less."""
    ends = [change.hours_ago for change in past[1:]] + [0.0]
    begins = np.array([change.hours_ago for change in past])
    found = _seen(begins, np.array(ends[: len(past)]), np.array([change.up for change in past], dtype=bool))
    rates = [(ends + _PRIOR) / (hours + USUAL_HOURS) for ends, hours in found]
    return Outlook(*[tuple(rate.tolist()) for rate in rates])


def together(pasts: Iterable[Sequence[Change]]) -> tuple[Change, ...]:
    """The past of having any of several places: up while one of them is."""
    pasts = [past for past in pasts if past]
    changes = sorted(((change, place) for place, past in enumerate(pasts) for change in past), key=_oldest_first)
    return tuple(_merged(changes, len(pasts)))


def drift(outlook: Outlook, hours: float) -> tuple[Floats, Floats]:
    """Chances from phase to phase in so many hours; and of being up all the while, from class to class."""
    rates = np.zeros((2 * CLASSES, 2 * CLASSES))
    for first, ends, other in ((0, outlook.losses, CLASSES), (CLASSES, outlook.returns, 0)):
        for place, rate in enumerate(ends):
            rates[first + place, other] += rate
            if place < CLASSES - 1:
                rates[first + place, first + place + 1] = 1 / _WIDTHS[place]
    lasting = rates[:CLASSES, :CLASSES].copy()
    np.fill_diagonal(rates, -rates.sum(1))
    np.fill_diagonal(lasting, np.diag(rates)[:CLASSES])
    return _exponential(rates * hours), _exponential(lasting * hours)


_PRIOR = np.array(USUAL) * USUAL_HOURS


def _seen(begins: Floats, ends: Floats, up: npt.NDArray[np.bool_]) -> list[tuple[Floats, Floats]]:
    """For up and down: how many stretches ended in each class, and how many hours were seen in it."""
    edges = np.array([0.0, *AGES, LONG_HOURS])
    ages = np.clip(begins - ends, 0, None)
    inside = np.clip(edges[None, :], 0, ages[:, None])
    spent = np.diff(_weighed(begins[:, None] - inside), axis=1)
    last = np.minimum(np.searchsorted(edges, ages, side="right") - 1, CLASSES - 1)
    ended = np.zeros((len(ages), CLASSES))
    ended[np.arange(len(ages)), last] = np.exp2(-ends / HALF_LIFE_HOURS)
    ended[-1:] = 0
    return [(ended[kind].sum(0), spent[kind].sum(0)) for kind in (up, ~up)]


def _weighed(hours_ago: Floats) -> Floats:
    """The weight of all time before a moment, so that differences are hours that fade."""
    return np.exp2(-hours_ago / HALF_LIFE_HOURS) * (HALF_LIFE_HOURS / math.log(2))


def _oldest_first(one: tuple[Change, int]) -> float:
    return -one[0].hours_ago


def _merged(changes: Sequence[tuple[Change, int]], places: int) -> Iterator[Change]:
    up, before = [False] * places, None
    for index, (change, place) in enumerate(changes):
        up[place] = change.up
        more = index + 1 < len(changes) and changes[index + 1][0].hours_ago == change.hours_ago
        if not more and any(up) is not before:
            before = any(up)
            yield Change(change.hours_ago, before)


def _life(ends: Sequence[float], age_hours: float, at_most: float) -> float:
    """Of a hazard that is constant inside each class."""
    hours, still, last = 0.0, 1.0, age_hours + at_most
    for place in range(bisect_right(AGES, age_hours), CLASSES):
        since = max(age_hours, AGES[place - 1] if place else 0.0)
        until = min(last, AGES[place] if place < len(AGES) else math.inf)
        rate = max(ends[place], 1 / LONG_HOURS)
        passed = -math.expm1(-rate * max(0.0, until - since))
        hours += still * passed / rate
        still *= 1 - passed
    return hours


def _exponential(matrix: Floats) -> Floats:
    """By squaring what is close to one; exact enough for chances."""
    squarings = max(8, math.ceil(math.log2(max(1e-9, np.abs(matrix).max()))) + 8)
    found = np.eye(len(matrix)) + matrix / 2**squarings
    for _ in range(squarings):
        found = found @ found
    return np.asarray(found)
