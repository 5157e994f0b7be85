"""A race for another machine, run while the standby still takes the lost one's place."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from dumont.fleet.rules.lifecycle import next_step
from dumont.fleet.rules.seen import CommandSeen, OperationSeen, RaceSeen, RentalSeen, RestoreSeen, Seen, StandbySeen
from dumont.fleet.rules.states import Wish
from dumont.fleet.rules.steps import Accept, Move, Promote, Reject, StartRace, StartRound, TurnAway, Win
from tests.fleet.rules.test_lifecycle import LIMITS, NEW, NOW, OLD, SECOND, STRAY, move_of, rental


class TestRacingWhileItFailsOver:
    """The newest copy is still being put on the standby."""

    def test_begins_at_once_and_hinders_nobody(self) -> None:
        began = next_step(failing_over(), NOW, LIMITS)
        assert began.act == StartRace("failover")
        assert began.stage == "restoring"
        assert next_step(failing_over(race=race()), NOW, LIMITS).act == StartRound()
        booting = rental(id=STRAY, stage="booting", created_at=NOW)
        assert next_step(failing_over(race=race(booting)), NOW, LIMITS).act is None

    def test_takes_and_checks_who_wins_and_lets_it_wait(self) -> None:
        winner = rental(id=STRAY, ready_at=NOW, created_at=NOW)
        assert next_step(failing_over(race=race(winner)), NOW, LIMITS).act == Win(STRAY)
        won = failing_over(race=replace(race(winner), state="won"), primary=winner)
        assert next_step(won, NOW, LIMITS).act == Accept()
        checked = replace(won, primary=replace(winner, checked_at=NOW))
        assert next_step(checked, NOW, LIMITS).act is None
        broken = replace(won, primary=replace(winner, fault=("driver_mismatch", "It lies.")))
        assert next_step(broken, NOW, LIMITS).act == Reject("driver_mismatch", "It lies.")

    def test_leaves_a_race_that_is_lost_to_when_there_is_a_standby_to_stay_on(self) -> None:
        assert next_step(failing_over(race=replace(race(), rounds_max=0)), NOW, LIMITS).act is None

    def test_goes_on_with_the_race_and_the_winner_once_the_standby_serves(self) -> None:
        winner = rental(id=STRAY, ready_at=NOW, created_at=NOW, checked_at=NOW)
        won = failing_over(race=replace(race(winner), state="won"), primary=winner, there=True)
        moved = next_step(won, NOW, LIMITS).act
        assert isinstance(moved, Move)
        assert (moved.to, moved.lets_go, moved.keeps_race) == ("on_standby", None, True)
        serves = replace(won, state="on_standby", standby=replace(second(there=True), state="serving"))
        assert move_of(next_step(serves, NOW, LIMITS)) == "recovering"

    def test_moves_what_was_written_on_the_standby_though_the_machine_was_checked_before_it_served(self) -> None:
        winner = rental(id=STRAY, ready_at=NOW, checked_at=NOW - timedelta(seconds=60))
        keys = CommandSeen(state="done", created_at=NOW, rental_id=STRAY)
        back = RestoreSeen(snapshot_id=NEW, state="complete", asked_at=NOW, rental_id=STRAY)
        found = replace(
            failing_over(race=replace(race(winner), state="won"), primary=winner),
            state="recovering",
            state_since=NOW - timedelta(seconds=10),
            standby=replace(second(there=True), state="serving"),
            snapshot_at=NOW - timedelta(seconds=30),
            setup=keys,
            restore=back,
        )
        assert type(next_step(found, NOW, LIMITS).act).__name__ == "Save"
        saved = replace(found, snapshot_at=NOW - timedelta(seconds=5))
        assert move_of(next_step(saved, NOW, LIMITS)) == "running"

    @pytest.mark.parametrize("wish", ["on_standby", "hibernated", "paused"])
    def test_ends_when_it_is_not_to_run_any_more(self, wish: Wish) -> None:
        winner = rental(id=STRAY, ready_at=NOW, created_at=NOW)
        racing = race(rental(id=STRAY, stage="booting", created_at=NOW))
        for found in (failing_over(race=racing), failing_over(race=replace(race(winner), state="won"), primary=winner)):
            assert isinstance(next_step(replace(found, wish=wish), NOW, LIMITS).act, TurnAway)

    def test_ends_when_the_standby_is_lost_or_switched_off_too(self) -> None:
        racing = failing_over(race=race(rental(id=STRAY, stage="booting", created_at=NOW)))
        for standby in (replace(second(), rental=rental(id=SECOND, stage="ended")), replace(second(), enabled=False)):
            assert isinstance(next_step(replace(racing, standby=standby), NOW, LIMITS).act, TurnAway)
            none = replace(racing, standby=standby, race=None)
            assert move_of(next_step(none, NOW, LIMITS)) == "interrupted"

    def test_ends_where_the_failover_was_called_off_and_after_it(self) -> None:
        off = OperationSeen(id=UUID(int=30), kind="failover", created_at=NOW, cancel_requested=True)
        racing = failing_over(race=race(rental(id=STRAY, stage="booting", created_at=NOW)))
        assert isinstance(next_step(replace(racing, operation=off), NOW, LIMITS).act, TurnAway)
        serving = replace(second(there=True), state="serving")
        stays = replace(racing, state="on_standby", standby=serving, wish="on_standby")
        assert isinstance(next_step(stays, NOW, LIMITS).act, TurnAway)

    def test_is_none_where_the_machine_lives_or_a_warm_one_takes_over(self) -> None:
        asked = OperationSeen(id=UUID(int=30), kind="failover", created_at=NOW)
        lives = failing_over(primary=rental(), awake_since=NOW, operation=asked, snapshot_at=NOW)
        assert next_step(lives, NOW, LIMITS).act is None
        warm = failing_over(there=True, standby=replace(second(there=True), kind="gpu"))
        assert next_step(warm, NOW, LIMITS).act == Promote()
        half = replace(failing_over(), wish="on_standby")
        assert next_step(half, NOW, LIMITS).act is None


def second(*, there: bool = False) -> StandbySeen:
    """It takes its copy, or has it."""
    restore = RestoreSeen(snapshot_id=NEW, state="running", asked_at=NOW, rental_id=SECOND)
    return StandbySeen(
        enabled=True,
        kind="cpu",
        state="synced" if there else "syncing",
        sync_seconds=60,
        rental=rental(id=SECOND, role="standby"),
        synced_at=NOW,
        synced_snapshot_id=NEW if there else OLD,
        setup=CommandSeen(state="done", created_at=NOW, rental_id=SECOND),
        restore=None if there else restore,
        changed_at=NOW,
    )


def failing_over(*, there: bool = False, **given: Any) -> Seen:
    values: dict[str, Any] = {"standby": second(there=there), "snapshot_id": NEW, "snapshot_at": NOW}
    return Seen(state="failing_over", state_since=NOW, wish="running", **{**values, **given})


def race(*entrants: RentalSeen) -> RaceSeen:
    return RaceSeen(
        id=UUID(int=20),
        state="running",
        batch=2,
        rounds_max=1 if not entrants else 3,
        round_seconds=90.0,
        round=1 if entrants else 0,
        round_began_at=NOW,
        entrants=entrants,
    )
