"""How long machines take to boot, in a histogram that a row can carry: four buckets a doubling, so 9% off at most."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

FIRST_SECONDS, PER_DOUBLING, BUCKETS = 0.5, 4, 56
"""The first bucket ends at half a second, the last one begins after an hour and a half."""


@dataclass(frozen=True, slots=True)
class Bucket:
    from_seconds: float
    to_seconds: float
    count: int


def bucket_of(seconds: float) -> int:
    """Which one, counted from 0."""
    if seconds < FIRST_SECONDS:
        return 0
    return min(BUCKETS - 1, 1 + math.floor(PER_DOUBLING * math.log2(seconds / FIRST_SECONDS)))


def bounds(bucket: int) -> tuple[float, float]:
    begins = 0.0 if bucket == 0 else FIRST_SECONDS * 2 ** ((bucket - 1) / PER_DOUBLING)
    return begins, FIRST_SECONDS * 2 ** (bucket / PER_DOUBLING)


def quantile(histogram: Sequence[int], share: float) -> float | None:
    """The seconds in which this share of boots was done; None where there were none."""
    total = sum(histogram)
    if not total:
        return None
    wanted, before = share * total, 0
    for bucket, count in enumerate(histogram):
        if count and before + count >= wanted:
            begins, ends = bounds(bucket)
            return begins + (ends - begins) * max(0.0, wanted - before) / count
        before += count
    raise AssertionError("some bucket holds the last boot")


def distribution(histogram: Sequence[int]) -> list[Bucket]:
    """From the first bucket with a boot in it to the last one."""
    filled = [bucket for bucket, count in enumerate(histogram) if count]
    span = range(filled[0], filled[-1] + 1) if filled else range(0)
    return [Bucket(*bounds(bucket), histogram[bucket]) for bucket in span]
