"""The offers that no other beats, which is to be as good in price, speed and reliability, and better in one of them."""

import numpy as np
import numpy.typing as npt

STEPS = 10_000
"""Reliability is given in whole parts of this."""
NEVER = np.iinfo(np.int64).max


def front(
    price: npt.NDArray[np.int64], performance: npt.NDArray[np.float64], reliability: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """Of equals all are on it.

    Speeds take few values, so offers are taken group by group, the fastest first, while one array keeps, for every
    degree of reliability, the lowest price of anything faster that is as reliable or more so.
    """
    order = np.argsort(-performance, kind="stable")
    starts = np.flatnonzero(np.diff(performance[order], prepend=np.inf)) if len(order) else order
    kept = np.zeros(len(price), np.bool_)
    faster = np.full(STEPS + 2, NEVER)
    for group in np.split(order, starts[1:]) if len(order) else ():
        own = np.full(STEPS + 2, NEVER)
        np.minimum.at(own, reliability[group], price[group])
        as_reliable = np.minimum.accumulate(own[::-1])[::-1]
        at, cost = reliability[group], price[group]
        kept[group] = (faster[at] > cost) & (as_reliable[at + 1] > cost) & (own[at] >= cost)
        np.minimum(faster, as_reliable, out=faster)
    return kept
