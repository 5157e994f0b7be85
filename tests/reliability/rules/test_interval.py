"""Intervals of scores: the quantiles are those of the distribution, and evidence does what it should."""

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dumont.reliability.rules.interval import (
    HALF_LIFE_DAYS,
    OUTSIDE,
    USUAL,
    Evidence,
    Prior,
    cumulative,
    faded,
    interval,
    prior_of,
    quantile,
)

DAY = 86_400.0


def evidence(
    *, days: float = 30, up: float = 1.0, rentals: float = 0, lost: float = 0, stars: list[int] | None = None
) -> Evidence:
    given = stars or []
    values = (days * DAY, days * DAY * up, rentals, lost, len(given), sum(given))
    return Evidence(*[np.array([float(value)]) for value in values])


def ends(prior: Prior = USUAL, **of: object) -> tuple[float, float]:
    low, high = interval(evidence(**of), prior)  # type: ignore[arg-type]
    return float(low[0]), float(high[0])


class TestQuantile:
    @pytest.mark.parametrize(("a", "b"), [(1, 1), (2, 5), (9, 3), (40, 2)])
    def test_is_of_the_beta_distribution(self, a: int, b: int) -> None:
        """For whole numbers it is a sum over a binomial distribution, which nobody can get wrong."""
        x = float(quantile(0.05, np.array([float(a)]), np.array([float(b)]))[0])
        n = a + b - 1
        assert sum(comb(n, k) * x**k * (1 - x) ** (n - k) for k in range(a, n + 1)) == pytest.approx(0.05)

    @given(a=st.floats(0.5, 5000), b=st.floats(0.5, 5000), share=st.sampled_from([0.05, 0.5, 0.95]))
    def test_is_where_the_share_lies_below(self, a: float, b: float, share: float) -> None:
        of = np.array([a]), np.array([b])
        assert float(cumulative(quantile(share, *of), *of)[0]) == pytest.approx(share, abs=1e-4)


class TestInterval:
    def test_ranks_three_hundred_good_rentals_above_three_lucky_ones(self) -> None:
        lucky, proved = ends(days=7, rentals=3, lost=0), ends(days=30, rentals=300, lost=3)
        assert lucky[0] < proved[0]

    def test_shrinks_as_evidence_grows(self) -> None:
        widths = [high - low for low, high in (ends(days=n, rentals=10 * n) for n in (7, 30, 90))]
        assert widths == sorted(widths, reverse=True)
        assert widths[2] < widths[0] / 2

    def test_takes_a_machine_of_which_little_is_known_for_one_of_its_provider(self) -> None:
        good, bad = ends(Prior(0.99, 0.99), days=7, rentals=1), ends(Prior(0.8, 0.6), days=7, rentals=1)
        assert good[0] > bad[0]
        assert good[1] > bad[1]

    def test_counts_ratings_only_where_there_are_some(self) -> None:
        assert ends(Prior(rating=0.2)) == ends(Prior(rating=0.9))
        assert ends(stars=[1, 1, 1])[0] < ends()[0] < ends(stars=[5] * 30)[1]

    def test_holds_the_true_share_as_often_as_it_says(self) -> None:
        """Machines drawn from the prior itself: nine in ten lie within."""
        random, count = np.random.default_rng(7), 4000
        kept = random.beta(10 * 0.9, 10 * 0.1, count)
        rentals = np.full(count, 25.0)
        sure = np.full(count, 1e9)
        zero = np.zeros(count)
        given = Evidence(sure, sure, rentals, random.binomial(25, 1 - kept).astype(float), zero, zero)
        low, high = interval(given, Prior(1.0, 0.9))
        true = 50 + 50 * kept
        assert np.mean((low <= true) & (true <= high)) == pytest.approx(1 - 2 * OUTSIDE, abs=0.03)


class TestPrior:
    def test_is_what_is_usual_until_a_provider_is_known(self) -> None:
        found = prior_of(evidence(days=0))
        assert (found.uptime, found.kept, found.rating) == pytest.approx((USUAL.uptime, USUAL.kept, USUAL.rating))

    def test_is_the_provider_s_mean_once_much_is_known(self) -> None:
        found = prior_of(evidence(days=100_000, up=0.5, rentals=100_000, lost=40_000))
        assert found.uptime == pytest.approx(0.5, abs=0.001)
        assert found.kept == pytest.approx(0.6, abs=0.001)


def test_evidence_fades_by_half_and_never_grows() -> None:
    assert faded(HALF_LIFE_DAYS) == pytest.approx(0.5)
    assert faded(0) == faded(-1) == 1
