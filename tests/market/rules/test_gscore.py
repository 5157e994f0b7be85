"""The G-score: its weights and its scales against the same worked out offer by offer."""

from math import isnan, log, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dumont.basics.gpu import gpus
from dumont.market.rules import gscore

PRICES = st.lists(st.tuples(st.sampled_from([nan, 0.0, 0.001, 0.002, 0.0025, 4.0]), st.booleans()), max_size=20)


def scaled(value: float, least: float, most: float) -> float:
    return min(max(100 * log(value / least) / log(most / least), 0), 100)


class TestParts:
    def test_weigh_as_the_score_says(self) -> None:
        parts = gscore.Parts(*(np.array([value]) for value in (100.0, 0.0, 50.0, 20.0)))
        assert parts.score[0] == pytest.approx(35 + 0 + 15 + 3)
        assert sum(gscore.WEIGHTS.values()) == pytest.approx(1)

    @pytest.mark.parametrize("name", ["RTX 4090", "H100 SXM", "T4", "B300 SXM"])
    @pytest.mark.parametrize("count", [1, 8])
    def test_scale_between_the_slowest_and_the_fastest(self, name: str, count: int) -> None:
        gpu, speeds = gpus()[name], [gpu.fp16_tflops for gpu in gpus().values()]
        sizes = [gpu.memory_gb * gpu.bandwidth_gbs for gpu in gpus().values()]
        speed = gscore.performance(np.array([gpu.fp16_tflops * count]))[0]
        memory = gscore.memory(np.array([float(gpu.memory_gb)]), np.array([gpu.bandwidth_gbs]))[0]
        assert speed == pytest.approx(scaled(gpu.fp16_tflops * count, min(speeds), max(speeds)), abs=0.005)
        assert memory == pytest.approx(scaled(gpu.memory_gb * gpu.bandwidth_gbs, min(sizes), max(sizes)), abs=0.005)

    def test_reach_from_0_to_100(self) -> None:
        slowest = min(gpu.fp16_tflops for gpu in gpus().values())
        assert gscore.performance(np.array([0.0, slowest, 1e6])).tolist() == [0, 0, 100]


class TestPriceRank:
    @settings(max_examples=50)
    @given(PRICES)
    def test_is_the_share_of_other_available_offers_that_are_not_cheaper(self, drawn: list[tuple[float, bool]]) -> None:
        ranks = gscore.price_rank(np.array([price for price, _ in drawn]), np.array([on for _, on in drawn], bool))
        standing = [price for price, available in drawn if available and not isnan(price)]
        for (price, _), rank in zip(drawn, ranks, strict=True):
            cheaper = sum(other < price for other in standing)
            share = min(cheaper / max(len(standing) - 1, 1), 1)
            assert rank == pytest.approx(nan if isnan(price) else 100 * (1 - share), nan_ok=True)


class TestClaims:
    def test_are_drawn_half_of_the_way_to_the_mean_of_their_cloud(self) -> None:
        claims = np.array([1.0, 0.9, nan])
        assert gscore.claimed(claims, np.full(3, 0.9)).tolist() == pytest.approx([0.95, 0.9, 0.9])

    def test_of_a_cloud_without_any_count_as_a_middling_one(self) -> None:
        assert gscore.mean_claim(np.array([nan, nan])) == gscore.CLAIM_PRIOR
        assert gscore.mean_claim(np.array([0.9, 1.0, nan])) == 0.95
