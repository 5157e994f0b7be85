"""How long an operation still takes, by its bytes and by what was learned."""

import pytest

from dumont.fleet.rules.remaining import remaining

PLAN = ("choosing", "booting", "restoring", "ready")
USUAL = {"choosing": 1.0, "booting": 30.0, "restoring": 20.0}


def left(stage: str, since: float, percent: float = 0.0, usual: dict[str, float] = USUAL) -> float | None:
    return remaining(PLAN, stage, since_seconds=since, percent=percent, usual=usual)


class TestRemaining:
    @pytest.mark.parametrize(
        ("stage", "since", "seconds"),
        [("", 0, 51.0), ("choosing", 0.5, 50.5), ("booting", 10, 40.0), ("ready", 1, None)],
    )
    def test_is_what_the_stages_ahead_took_others(self, stage: str, since: float, seconds: float | None) -> None:
        assert left(stage, since) == seconds

    def test_takes_the_rate_of_bytes_over_what_others_took(self) -> None:
        assert left("restoring", 10, 65.0) == 50.0

    def test_counts_nothing_twice_where_a_stage_takes_longer_than_usual(self) -> None:
        assert left("booting", 300) == 20.0

    def test_is_unknown_before_anything_was_learned(self) -> None:
        assert left("booting", 3, usual={}) is None
        assert left("", 0, usual={}) is None
