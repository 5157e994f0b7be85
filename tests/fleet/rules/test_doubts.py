"""Why one might think twice about a machine."""

from typing import Any

from dumont.fleet.rules.doubts import doubts

FINE: dict[str, Any] = {
    "reliability_status": "good",
    "reliability_score": 85,
    "success_rate": 97.0,
    "total_attempts": 30,
    "provider_reliability": 0.99,
    "stale": False,
}
CALM: dict[str, Any] = {"spot": False, "notice_seconds": None, "slow_boot": 60, "round_seconds": 90}


class TestDoubts:
    def test_has_none_about_a_machine_that_works(self) -> None:
        assert doubts(FINE, **CALM) == []

    def test_tells_what_it_did_and_what_its_cloud_says(self) -> None:
        poor = {"reliability_status": "poor", "success_rate": 61.5, "total_attempts": 13}
        found = doubts({**FINE, **poor, "provider_reliability": 0.872, "stale": True}, **CALM)
        assert found[:2] == ["Of 13 attempts with it 62% succeeded.", "Its cloud says that it works 87% of the time."]
        assert "may be gone" in found[2]

    def test_tells_what_speaks_against_it_in_a_race(self) -> None:
        found = doubts(FINE, spot=True, notice_seconds=120, slow_boot=140, round_seconds=90)
        assert ("140 s" in found[0], "with 120 s of notice" in found[1]) == (True, True)
