"""The histogram of boot times: every time has its bucket, and quantiles come close."""

from itertools import pairwise
from random import Random

import pytest

from dumont.reliability.rules.boot import BUCKETS, bounds, bucket_of, distribution, quantile


def histogram(*seconds: float) -> list[int]:
    counts = [0] * BUCKETS
    for each in seconds:
        counts[bucket_of(each)] += 1
    return counts


class TestBucketOf:
    @pytest.mark.parametrize("seconds", [0.0, 0.49, 0.5, 0.51, 1, 41.2, 300, 5000])
    def test_holds_its_seconds(self, seconds: float) -> None:
        begins, ends = bounds(bucket_of(seconds))
        assert begins <= seconds < ends

    def test_of_what_takes_for_ever_is_the_last(self) -> None:
        assert bucket_of(1e9) == BUCKETS - 1


class TestQuantile:
    def test_of_nothing_is_not_known(self) -> None:
        assert quantile([], 0.95) is None
        assert quantile([0] * BUCKETS, 0.95) is None

    @pytest.mark.parametrize("share", [0.5, 0.95])
    def test_is_near_the_true_one(self, share: float) -> None:
        random = Random(3)
        seconds = sorted(random.lognormvariate(4, 0.6) for _ in range(4000))
        found = quantile(histogram(*seconds), share)
        assert found == pytest.approx(seconds[int(share * 4000)], rel=0.05)

    def test_of_one_boot_is_near_it(self) -> None:
        assert quantile(histogram(41.2), 0.95) == pytest.approx(41.2, rel=0.19)


class TestDistribution:
    def test_leaves_out_what_lies_outside(self) -> None:
        shown = distribution(histogram(10, 10, 40))
        assert (shown[0].count, shown[-1].count, sum(bucket.count for bucket in shown)) == (2, 1, 3)
        assert all(one.to_seconds == two.from_seconds for one, two in pairwise(shown))
        assert distribution([]) == []
