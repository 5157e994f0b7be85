"""The G-score: from 0 to 100, what a machine is worth for its price, and the four parts that it is made of.

35 %  performance   fp16 TFLOPS of all its GPUs, on a logarithmic scale between the slowest and the fastest GPU known
20 %  memory        GB times bandwidth of one GPU, on the same kind of scale
30 %  price         the rank of its effective price for a TFLOPS among all available offers: 100 is the cheapest
15 %  reliability   our own score's lower bound; until there is one, the cloud's claim, drawn half of the way to the
                    mean of what that cloud claims of its offers, for a claim alone proves nothing
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cache

import numpy as np
import numpy.typing as npt

from dumont.basics.gpu import gpus
from dumont.market.rules.effective_price import Numbers

WEIGHTS = {"performance": 0.35, "memory": 0.20, "price": 0.30, "reliability": 0.15}
CLAIM_WEIGHT = 0.5
CLAIM_PRIOR = 0.95
"""For the mean of a cloud that claims nothing of any of its offers."""
MEAN_DECIMALS = 2
"""Means are rounded, so that one new offer does not move the scores of all others."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Each 0 to 100, before it is weighed."""

    performance: Numbers
    memory: Numbers
    price: Numbers
    reliability: Numbers

    @property
    def score(self) -> Numbers:
        """In hundredths of a point, so that the same offers have the same score in every process."""
        total: Numbers = sum((getattr(self, name) * weight for name, weight in WEIGHTS.items()), np.zeros(1))
        return np.round(total, 2)


PARTS = tuple(field.name for field in fields(Parts))


def performance(tflops: Numbers) -> Numbers:
    """Of the TFLOPS of all GPUs together."""
    slowest, fastest = _range("fp16_tflops")
    return _scaled(tflops, slowest, fastest)


def memory(vram_gb: Numbers, bandwidth_gbs: Numbers) -> Numbers:
    least, most = _memories()
    return _scaled(vram_gb * bandwidth_gbs, least, most)


def price_rank(price_per_tflops: Numbers, available: npt.NDArray[np.bool_]) -> Numbers:
    """100 less the share of the other available offers that are cheaper; NaN ranks nowhere and counts nowhere."""
    standing = np.sort(price_per_tflops[available & ~np.isnan(price_per_tflops)])
    others = max(len(standing) - 1, 1)
    order = np.argsort(price_per_tflops)
    cheaper = np.empty(len(order), np.float64)
    cheaper[order] = np.searchsorted(standing, price_per_tflops[order], side="left")
    return np.where(np.isnan(price_per_tflops), np.nan, 100 * (1 - np.minimum(cheaper / others, 1)))


def claimed(claim: Numbers, mean: Numbers) -> Numbers:
    """0 to 1: what a claim is worth, `mean` being its cloud's."""
    return np.where(np.isnan(claim), mean, CLAIM_WEIGHT * claim + (1 - CLAIM_WEIGHT) * mean)


def mean_claim(claims: Numbers) -> float:
    """Of the offers of one cloud."""
    known = claims[~np.isnan(claims)]
    return round(float(known.mean()), MEAN_DECIMALS) if len(known) else CLAIM_PRIOR


def _scaled(values: Numbers, least: float, most: float) -> Numbers:
    """NaN for what has no GPU that is known."""
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled: Numbers = 100 * (np.log(values) - np.log(least)) / (np.log(most) - np.log(least))
    return np.clip(scaled, 0, 100).round(2)


@cache
def _range(fact: str) -> tuple[float, float]:
    return _ends(getattr(gpu, fact) for gpu in gpus().values())


@cache
def _memories() -> tuple[float, float]:
    return _ends(gpu.memory_gb * gpu.bandwidth_gbs for gpu in gpus().values())


def _ends(values: Iterable[float]) -> tuple[float, float]:
    known = list(values)
    return min(known), max(known)
