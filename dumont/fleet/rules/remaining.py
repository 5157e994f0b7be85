"""How long an operation still takes: by how fast its bytes come, and by what its stages took others of its kind."""

from collections.abc import Mapping, Sequence

OF_BYTES: Mapping[str, tuple[float, float]] = {"restoring": (60.0, 90.0), "snapshot": (0.0, 75.0)}
"""Stages whose percent of the operation follows bytes: from where to where."""
LEAST_PERCENT, LEAST_SECONDS = 2.0, 1.0
"""A rate is believed from here on."""


def remaining(
    plan: Sequence[str], stage: str, *, since_seconds: float, percent: float, usual: Mapping[str, float]
) -> float | None:
    """Seconds. `usual` are those of each stage on the average, over all that are done. None where neither is known."""
    here = _by_rate(stage, since_seconds, percent)
    if here is None:
        here = max(0.0, usual[stage] - since_seconds) if stage in usual else None
    if here is None and stage:
        return None
    ahead = plan[plan.index(stage) + 1 :] if stage in plan else plan
    if not usual and ahead:
        return None
    return round((here or 0.0) + sum(usual.get(each, 0.0) for each in ahead), 1)


def _by_rate(stage: str, seconds: float, percent: float) -> float | None:
    begin, end = OF_BYTES.get(stage, (0.0, 0.0))
    done = percent - begin
    if end <= begin or done < LEAST_PERCENT or seconds < LEAST_SECONDS:
        return None
    return max(0.0, seconds * (end - percent) / done)
