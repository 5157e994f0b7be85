"""How far machines of a race are, and for how long they were in it."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from dumont.fleet.rules import lanes

START = datetime(2026, 1, 5, 12, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def machine(**more: datetime) -> SimpleNamespace:
    """Up within ten seconds."""
    ends = dict.fromkeys(("agent_at", "end_asked_at", "ended_at"))
    return SimpleNamespace(
        created_at=START, attempted_at=START, accepted_at=after(1), running_at=after(5), ssh_at=after(8),
        ready_at=after(8), checked_at=after(10), stage="ended", wanted="gone", **{**ends, **more},
    )  # fmt: skip


class TestLane:
    def test_of_a_loser_is_as_long_as_until_it_was_asked_to_end(self) -> None:
        loser = machine(end_asked_at=after(12), ended_at=after(15))
        assert lanes.seconds_of(loser, after(900)) == 12
        assert lanes.stages_of(loser)["ending"] == 3

    def test_of_the_winner_ends_with_its_race_and_not_with_its_life(self) -> None:
        winner = machine(end_asked_at=after(500), ended_at=after(502))
        assert lanes.seconds_of(winner, after(10)) == 10
        assert lanes.stages_of(winner, after(10)) == {
            "waiting": 0,
            "creating": 1,
            "booting": 4,
            "ssh": 3,
            "checking": 2,
        }
