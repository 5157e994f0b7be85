"""Ways of ranking machines by their past; the greater the number, the sooner a machine is chosen."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from bench.ranking.panels import Floats, Panel
from dumont.reliability.rules.interval import DAY_SECONDS, HALF_LIFE_DAYS, Evidence, interval, prior_of
from dumont.reliability.rules.score import WINDOW_DAYS

Method = Callable[[Panel, int], Floats]
ALL_TIME = 10_000


def lower_bound(panel: Panel, moment: int, *, window: int, half_life: float) -> Floats:
    """The product's own code. A period counts as a day with one rental, which a failure interrupts."""
    begins = max(0, moment - window)
    worth = 0.5 ** ((moment - 1 - np.arange(begins, moment)) / half_life)
    there = panel.seen[:, begins:moment]
    up, failed = panel.up[:, begins:moment] * there, panel.failures[:, begins:moment] * there
    rented = (up > 0) | (failed > 0)
    seen = there @ worth * DAY_SECONDS
    nothing = np.zeros(len(up))
    evidence = Evidence(seen, up @ worth * DAY_SECONDS, rented @ worth, np.minimum(1, failed) @ worth, nothing, nothing)
    return np.round(interval(evidence, prior_of(evidence))[0], 6)


def plain_rate(panel: Panel, moment: int, *, window: int) -> Floats:
    """Half the uptime and half the periods without a failure."""
    begins = max(0, moment - window)
    there = panel.seen[:, begins:moment]
    kept = 1 - np.minimum(1, panel.failures[:, begins:moment])
    good = ((panel.up[:, begins:moment] + kept) / 2 * there).sum(axis=1)
    return np.round(good / np.maximum(1, there.sum(axis=1)), 9)


def recency(panel: Panel, moment: int) -> Floats:
    """How long ago the last failure was; longest where there was none."""
    failed = panel.failures[:, :moment] * panel.seen[:, :moment] > 0
    last = moment - 1 - np.argmax(failed[:, ::-1], axis=1)
    return np.where(failed.any(axis=1), moment - last, ALL_TIME).astype(float)


def by_chance(panel: Panel, _moment: int) -> Floats:
    """All alike: what is drawn from them is what chance would choose."""
    return np.zeros(len(panel.up))


METHODS: Mapping[str, Method] = {
    "lower bound (the product)": partial(lower_bound, window=ALL_TIME, half_life=HALF_LIFE_DAYS),
    "lower bound, 30 periods alone": partial(lower_bound, window=WINDOW_DAYS, half_life=ALL_TIME),
    "plain rate, 30 periods": partial(plain_rate, window=WINDOW_DAYS),
    "plain rate, all time": partial(plain_rate, window=ALL_TIME),
    "recency of the last failure": recency,
    "chance": by_chance,
}
