"""How sure a score is: the interval in which the machine's true score lies nine times in ten.

Each part of the score is a share, and what is known of it is a Beta distribution: the mean over the provider's machines
as prior, as strong as a few observations, and the machine's own evidence on top. The three are summed by their means
and variances, and the sum is read as one Beta again. So three lucky rentals stay close to what the provider's machines
usually are, with a wide interval, and three hundred good ones speak for themselves.

Evidence fades by half in `HALF_LIFE_DAYS`, but does not end with the window that the plain score looks at: a machine
that failed two months ago is likelier to fail than one that never did. `bench/reliability_eval.py` shows what the
half-life and the strengths are worth.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dumont.reliability.rules.score import INTERRUPTIONS_WEIGHT, RATING_MAX, RATING_WEIGHT, UPTIME_WEIGHT

Floats = npt.NDArray[np.float64]

HALF_LIFE_DAYS = 30.0
OUTSIDE = 0.05
"""On either side."""
UPTIME_STRENGTH, INTERRUPTIONS_STRENGTH, RATING_STRENGTH = 3.0, 10.0, 3.0
"""Days of observation, rentals and ratings that the prior is worth."""
DAY_SECONDS = 86_400.0
"""Seconds of one outage come together: a day is what counts as one observation of uptime."""
STEPS, TERMS, TINY = 60, 200, 1e-300


@dataclass(frozen=True, slots=True)
class Prior:
    """Means over a provider's machines, 0 to 1."""

    uptime: float = 0.98
    kept: float = 0.95
    """Rentals that nobody but the renter ended."""
    rating: float = 0.8


USUAL = Prior()
USUAL_STRENGTH = 20.0
"""Observations that a provider must have before its own mean counts as much as what is usual anywhere."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Of many machines, one to a place; faded by age."""

    observed_seconds: Floats
    uptime_seconds: Floats
    rentals: Floats
    interruptions: Floats
    ratings: Floats
    rating_sum: Floats


def faded(age_days: float) -> float:
    return float(0.5 ** (max(0.0, age_days) / HALF_LIFE_DAYS))


def prior_of(total: Evidence) -> Prior:
    """Of one provider, from the sums over its machines."""
    return Prior(
        _mean(total.uptime_seconds.sum() / DAY_SECONDS, total.observed_seconds.sum() / DAY_SECONDS, USUAL.uptime),
        _mean(total.rentals.sum() - total.interruptions.sum(), total.rentals.sum(), USUAL.kept),
        _mean(total.rating_sum.sum() / RATING_MAX, total.ratings.sum(), USUAL.rating),
    )


def interval(evidence: Evidence, prior: Prior) -> tuple[Floats, Floats]:
    """Lower and upper end for each machine, 0 to 100."""
    days, seen = evidence.uptime_seconds / DAY_SECONDS, evidence.observed_seconds / DAY_SECONDS
    kept = evidence.rentals - evidence.interruptions
    stars = evidence.rating_sum / RATING_MAX
    nothing = np.zeros_like(kept)
    parts = (
        (nothing + UPTIME_WEIGHT, *_posterior(days, seen, prior.uptime, UPTIME_STRENGTH)),
        (nothing + INTERRUPTIONS_WEIGHT, *_posterior(kept, evidence.rentals, prior.kept, INTERRUPTIONS_STRENGTH)),
        (RATING_WEIGHT * (evidence.ratings > 0), *_posterior(stars, evidence.ratings, prior.rating, RATING_STRENGTH)),
    )
    weight = sum((weight for weight, _, _ in parts), start=nothing)
    mean = sum((weight * mean for weight, mean, _ in parts), start=nothing) / weight
    variance = sum((weight**2 * variance for weight, _, variance in parts), start=nothing) / weight**2
    size = mean * (1 - mean) / variance - 1
    a, b = mean * size, (1 - mean) * size
    return 100 * quantile(OUTSIDE, a, b), 100 * quantile(1 - OUTSIDE, a, b)


def quantile(share: float, a: Floats, b: Floats) -> Floats:
    """Of Beta(a, b), for all places at once: by Newton's steps, and by halving where one would leave the bracket."""
    scale = _log_gamma(a + b) - _log_gamma(a) - _log_gamma(b)
    low, high, at = np.zeros_like(a), np.ones_like(a), a / (a + b)
    for _ in range(STEPS):
        found = _cumulative(at, a, b, scale)
        low, high = np.where(found < share, at, low), np.where(found < share, high, at)
        slope = np.exp(scale + (a - 1) * _log(at) + (b - 1) * _log(1 - at))
        wanted = at - (found - share) / np.maximum(slope, TINY)
        ahead = np.where((wanted > low) & (wanted < high), wanted, (low + high) / 2)
        if np.all(np.abs(ahead - at) < 1e-9):
            return ahead
        at = ahead
    return at


def cumulative(x: Floats, a: Floats, b: Floats) -> Floats:
    """The regularised incomplete beta function."""
    return _cumulative(x, a, b, _log_gamma(a + b) - _log_gamma(a) - _log_gamma(b))


def _posterior(good: Floats, of: Floats, mean: float, strength: float) -> tuple[Floats, Floats]:
    """Mean and variance of a share."""
    a = np.clip(good, 0, of) + mean * strength
    total = of + strength
    share = a / total
    return share, share * (1 - share) / (total + 1)


def _mean(good: float, of: float, usual: float) -> float:
    return float((good + usual * USUAL_STRENGTH) / (of + USUAL_STRENGTH))


def _cumulative(x: Floats, a: Floats, b: Floats, scale: Floats) -> Floats:
    """By the continued fraction, on the side of the mean where it is quick."""
    swap = x > (a + 1) / (a + b + 2)
    side, p, q = np.where(swap, 1 - x, x), np.where(swap, b, a), np.where(swap, a, b)
    found = np.exp(scale + p * _log(side) + q * _log(1 - side)) * _fraction(side, p, q) / p
    return np.where(swap, 1 - found, found)


def _fraction(x: Floats, a: Floats, b: Floats) -> Floats:
    """Lentz's way with the continued fraction of the incomplete beta function."""
    c = np.ones_like(x)
    d = 1 / _not_zero(1 - (a + b) * x / (a + 1))
    value = d.copy()
    for m in range(1, TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        change = np.ones_like(x)
        for step in (even, odd):
            d = 1 / _not_zero(1 + step * d)
            c = _not_zero(1 + step / c)
            change = c * d
            value = value * change
        if np.all(np.abs(change - 1) < 1e-10):
            break
    return value


def _not_zero(value: Floats) -> Floats:
    return np.where(np.abs(value) < TINY, TINY, value)


def _log(value: Floats) -> Floats:
    return np.log(np.maximum(value, TINY))


def _log_gamma(x: Floats) -> Floats:
    """Stirling's series, after eight steps up to where it is exact to twelve digits."""
    shift = np.zeros_like(x)
    for step in range(8):
        shift = shift + np.log(x + step)
    y = x + 8
    series = 1 / (12 * y) - 1 / (360 * y**3) + 1 / (1260 * y**5) - 1 / (1680 * y**7)
    found: Floats = (y - 0.5) * np.log(y) - y + 0.5 * np.log(2 * np.pi) + series - shift
    return found
