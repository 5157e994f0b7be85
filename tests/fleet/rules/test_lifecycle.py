"""The next step of an instance, over every state, every wish, and a great many things that can be seen there."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, get_args
from uuid import UUID

import pytest

from dumont.fleet.rules.idle import Idle, IdleRule
from dumont.fleet.rules.lifecycle import next_step
from dumont.fleet.rules.runs import RunState
from dumont.fleet.rules.seen import (
    CommandSeen,
    CourseSeen,
    Limits,
    OperationSeen,
    RaceSeen,
    RentalSeen,
    RestoreSeen,
    RunSeen,
    SavingSeen,
    Seen,
    StandbySeen,
    Trouble,
)
from dumont.fleet.rules.states import MOVES, OperationKind, State, Wish
from dumont.fleet.rules.steps import (
    Act,
    LetGo,
    Move,
    Reject,
    Release,
    Step,
    TurnAway,
)

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
LIMITS = Limits()
TROUBLE = Trouble("broken", "It broke.")
PRIMARY, SECOND, STRAY = UUID(int=1), UUID(int=2), UUID(int=3)
OLD, NEW = UUID(int=11), UUID(int=12)
RULE = IdleRule(
    enabled=True,
    dry_run=False,
    gpu_percent=5,
    idle_seconds=180,
    grace_seconds=300,
    warn_seconds=60,
    release_seconds=1800,
    cpu_percent=30,
    network_mbps=20,
    sessions=True,
    processes=(),
)
AGES = (0, 1, 20, 100, 2000, 100_000)
HOLDING: frozenset[State] = frozenset({"running", "paused", "hibernating", "failing_over", "destroying"})
SERVING: frozenset[State] = frozenset({"on_standby", "recovering", "hibernating", "destroying"})
"""Where the primary may hold work, and where the standby may: moves see to it that it is so nowhere else."""
HAVING = HOLDING | {"launching", "waking", "recovering", "on_standby"}
"""Where there may be a primary at all."""


class Draw:
    """Anything that may be seen; the same for the same seed."""

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)

    def one(self, *of: Any) -> Any:
        return self._random.choice(of)

    def moment(self) -> datetime:
        return NOW - timedelta(seconds=self.one(*AGES))

    def perhaps(self, make: Callable[[], Any]) -> Any:
        return make() if self._random.random() < 0.6 else None

    def soon(self) -> datetime:
        return NOW + timedelta(seconds=self.one(-50, 0, 3, 5000))

    def rental(self, identity: UUID) -> RentalSeen:
        return RentalSeen(
            id=identity,
            role="primary",
            wanted=self.one("held", "held", "stopped", "gone"),
            stage=self.one(
                "intended", "creating", "booting", "running", "ready", "ready", "stopped", "ending", "ended"
            ),
            provider="vast",
            round=self.one(1, 2),
            created_at=self.moment(),
            running_at=self.perhaps(self.moment),
            agent_at=self.perhaps(self.moment),
            ready_at=self.perhaps(self.moment),
            checked_at=self.perhaps(self.moment),
            beat_at=self.perhaps(self.moment),
            silent_at=self.perhaps(self.moment),
            notice_at=self.one(None, None, self.moment()),
            seen_state=self.one(None, "running", "running", "stopped", "failed", "unknown"),
            seen_at=self.perhaps(self.moment),
            can_stop=self.one(True, False),
            spot=self.one(True, False),
            place=self.one("a", "b"),
            error=self.one(None, None, Trouble("interrupted", "It was stopped.")),
            fault=self.one(None, None, ("hardware_error", "It lies.")),
        )

    def command(self) -> CommandSeen:
        state = self.one("queued", "sent", "running", "done", "failed")
        return CommandSeen(state=state, created_at=self.moment(), rental_id=PRIMARY, error=self.one(None, TROUBLE))

    def run(self) -> RunSeen:
        return RunSeen(state=self.one(*get_args(RunState)), command=self.perhaps(self.command))

    def saving(self) -> SavingSeen:
        state, trouble = self.one("queued", "running", "verifying", "complete"), self.one(None, None, TROUBLE)
        return SavingSeen(id=NEW, state=state, asked_at=self.moment(), rental_id=PRIMARY, trouble=trouble)

    def restore(self) -> RestoreSeen:
        state, trouble = self.one("queued", "running", "complete", "failed"), self.one(None, TROUBLE)
        of = {"snapshot_id": self.one(OLD, NEW), "asked_at": self.moment(), "rental_id": PRIMARY}
        return RestoreSeen(state=state, trouble=trouble, **of)

    def race(self) -> RaceSeen:
        return RaceSeen(
            id=UUID(int=20),
            state=self.one("running", "running", "won", "lost"),
            batch=2,
            rounds_max=self.one(0, 1, 3),
            round_seconds=90.0,
            round=self.one(0, 1, 3),
            round_began_at=self.perhaps(self.moment),
            entrants=self.one((), (self.rental(UUID(int=21)), self.rental(UUID(int=22)))),
            boots={UUID(int=21): (self.one(None, 30.0), self.one(None, 0.5))},
        )

    def standby(self, state: State) -> StandbySeen:
        serves = self.one("serving", "synced") if state in SERVING else "synced"
        return StandbySeen(
            enabled=self.one(True, True, False),
            kind=self.one("cpu", "gpu"),
            state=self.one("off", "starting", "syncing", serves, serves, "failed"),
            sync_seconds=60.0,
            rental=self.perhaps(lambda: self.rental(SECOND)),
            synced_at=self.perhaps(self.moment),
            synced_snapshot_id=self.one(None, OLD, NEW),
            setup=self.perhaps(self.command),
            restore=self.perhaps(self.restore),
            sync_at=self.perhaps(self.soon),
            tries=self.one(0, 1, 4),
            changed_at=self.moment(),
        )

    def operation(self) -> OperationSeen:
        kind, why = self.one(*get_args(OperationKind)), self.one("", "idle")
        cancelled = self.one(False, False, True)
        return OperationSeen(id=UUID(int=30), kind=kind, created_at=self.moment(), why=why, cancel_requested=cancelled)

    def idle(self) -> Idle:
        return Idle(
            rule=RULE,
            silent_seconds=30.0,
            received_at=self.perhaps(self.moment),
            quiet_since=self.perhaps(self.moment),
            used_at=self.perhaps(self.moment),
            use_seen_at=self.perhaps(self.moment),
            awake_since=self.perhaps(self.moment),
            keep_awake_until=self.perhaps(self.soon),
            warned_at=self.perhaps(self.moment),
        )

    def course(self) -> CourseSeen:
        return CourseSeen(
            deadline_at=NOW + timedelta(seconds=self.one(-5, 5000, 50_000)),
            work_hours=3.0,
            done_hours=self.one(0.0, 2.0, 3.0),
            action=self.one(None, "spot", "on_demand", "wait"),
            place=self.one("a", "b"),
            why="So it is.",
            ask_at=self.soon(),
            races_for=self.one(None, "spot", "on_demand"),
        )

    def seen(self, state: State, wish: Wish) -> Seen:
        standby = self.perhaps(lambda: self.standby(state))
        has_none = state not in HAVING or (
            standby is not None and standby.serving and state not in ("recovering", "on_standby")
        )
        return Seen(
            state=state,
            state_since=self.moment(),
            wish=wish,
            primary=None if has_none else self.perhaps(lambda: self.rental(PRIMARY)),
            standby=standby,
            race=self.perhaps(self.race),
            strays=self.one((), (), (self.rental(STRAY),)),
            operation=self.perhaps(self.operation),
            setup=self.perhaps(self.command),
            saving=self.one(None, None, self.saving()),
            restore=self.perhaps(self.restore),
            onstart=self.perhaps(self.command),
            run=self.perhaps(self.run),
            has_onstart=self.one(True, False),
            snapshot_id=self.one(None, OLD, NEW),
            snapshot_at=self.perhaps(self.moment),
            tries=self.one(0, 1, 5),
            retry_at=self.perhaps(self.soon),
            idle=self.perhaps(self.idle),
            awake_since=self.perhaps(self.moment) if state in HOLDING else None,
            until_at=self.one(None, None, self.soon()),
            until_action=self.one("hibernate", "destroy"),
            released=self.one(True, False),
            keep_snapshot=self.one(True, False),
            course=self.one(None, self.course()),
        )


def let_go(found: Seen, act: Act | None) -> set[UUID]:
    """The machines that this step gives up."""
    if isinstance(act, LetGo):
        return set(act.rental_ids)
    if isinstance(act, Release):
        return {rental.id for rental in found.live}
    if not isinstance(act, Move):
        return {PRIMARY} if isinstance(act, Reject | TurnAway) else set()
    gone = {PRIMARY} if act.lets_go else set()
    serving = found.standby is not None and found.standby.serving
    return gone | ({SECOND} if serving and act.to in ("hibernated", "interrupted") else set())


def proved(found: Seen) -> bool:
    """What the holder of the work had when this state was entered, or when notice was given, is in the store."""
    notice = found.primary.notice_at if found.primary is not None else None
    since = [moment for moment in (found.state_since, notice) if moment is not None]
    return any(found.saved_since(moment) for moment in since)


EVERY = [(state, wish) for state in get_args(State) for wish in get_args(Wish)]
DRAWN = 250
PARTS: frozenset[State] = frozenset({"hibernated", "interrupted", "on_standby"})


@pytest.mark.parametrize(("state", "wish"), EVERY, ids=str)
class TestEveryStateAndWish:
    def test_has_one_allowed_next_step_that_loses_nothing(self, state: State, wish: Wish) -> None:
        draw = Draw(f"{state} {wish}")
        for _ in range(DRAWN):
            found = draw.seen(state, wish)
            step = next_step(found, NOW, LIMITS)
            assert step == next_step(found, NOW, LIMITS)
            assert step.act is not None or step.look_at > NOW, found
            assert NOW <= step.look_at <= NOW + timedelta(seconds=LIMITS.rest_seconds), found
            if isinstance(step.act, Move):
                assert step.act.to in MOVES[state], found
                assert step.act.lets_go or step.act.keeps_race or found.primary is None or step.act.to not in PARTS, (
                    found
                )
            holder = found.holder
            by_cloud = state == "paused" and found.operation is not None and found.operation.by_itself
            given_up = by_cloud or (state == "destroying" and not found.keep_snapshot)
            if holder is not None and holder.id in let_go(found, step.act) and not given_up:
                assert proved(found), (step, found)


class TestLifecycle:
    def test_wants_its_machines_gone_before_it_is_destroyed(self) -> None:
        machine = rental(stage="ending", wanted="gone")
        found = Seen(state="destroying", state_since=NOW, wish="destroyed", primary=machine, keep_snapshot=False)
        assert next_step(found, NOW, LIMITS).act is None
        ended = replace(found, primary=replace(machine, stage="ended"))
        assert move_of(next_step(ended, NOW, LIMITS)) == "destroyed"

    def test_takes_a_complete_snapshot_over_even_if_its_machine_was_lost_meanwhile(self) -> None:
        saving = SavingSeen(id=NEW, state="complete", asked_at=NOW, rental_id=PRIMARY)
        found = Seen(state="running", state_since=NOW, wish="running", primary=rental(stage="ended"), saving=saving)
        assert type(next_step(found, NOW, LIMITS).act).__name__ == "Saved"

    def test_hands_a_machine_over_whose_start_script_takes_its_time(self) -> None:
        script = CommandSeen(state="running", created_at=NOW - timedelta(seconds=599), rental_id=PRIMARY)
        ready = replace(running(rental(checked_at=NOW)), state="launching", has_onstart=True, onstart=script)
        waits = next_step(ready, NOW, LIMITS)
        assert (waits.act, waits.look_at) == (None, NOW + timedelta(seconds=1))
        handed = next_step(ready, waits.look_at, LIMITS).act
        assert handed == Move("running", "It is ready, and its start script goes on.")

    def test_does_not_take_unknown_for_gone(self) -> None:
        machine = rental(seen_state="unknown", beat_at=NOW - timedelta(seconds=29))
        found = running(machine)
        assert next_step(found, NOW, LIMITS).act is None

    def test_asks_the_cloud_after_an_agent_that_no_longer_calls_and_believes_the_cloud(self) -> None:
        silent_at, seen_at = NOW - timedelta(seconds=1), NOW - timedelta(seconds=20)
        machine = rental(seen_state="running", silent_at=silent_at, seen_at=seen_at)
        found = running(machine)
        assert type(next_step(found, NOW, LIMITS).act).__name__ == "AskCloud"
        told = replace(found, primary=replace(machine, seen_at=NOW))
        assert next_step(told, NOW, LIMITS).act is None
        stopped = replace(found, primary=replace(machine, seen_at=NOW, seen_state="stopped"))
        assert move_of(next_step(stopped, NOW, LIMITS)) == "interrupted"

    def test_saves_on_notice_and_goes_elsewhere_when_that_is_done(self) -> None:
        machine = rental(notice_at=NOW - timedelta(seconds=5))
        found = Seen(state="running", state_since=NOW, wish="running", primary=machine, awake_since=NOW)
        assert type(next_step(found, NOW, LIMITS).act).__name__ == "Save"
        saved = replace(found, snapshot_id=NEW, snapshot_at=NOW)
        assert move_of(next_step(saved, NOW, LIMITS)) == "interrupted"

    @pytest.mark.parametrize("synced", [True, False])
    def test_fails_over_only_to_a_standby_that_holds_a_copy(self, synced: bool) -> None:
        second = StandbySeen(
            enabled=True,
            kind="cpu",
            state="synced",
            sync_seconds=60,
            rental=rental(id=SECOND),
            synced_at=NOW if synced else None,
            changed_at=NOW,
        )
        lost = rental(stage="ended")
        found = Seen(state="running", state_since=NOW, wish="running", primary=lost, standby=second, awake_since=NOW)
        assert move_of(next_step(found, NOW, LIMITS)) == ("failing_over" if synced else "interrupted")

    def test_grows_its_pauses_up_to_a_limit(self) -> None:
        pauses = [LIMITS.pause(tries).total_seconds() for tries in range(12)]
        assert pauses == sorted(pauses)
        assert (pauses[1], pauses[-1]) == (10, LIMITS.retry_seconds_max)


def running(machine: RentalSeen) -> Seen:
    keys = CommandSeen(state="done", created_at=NOW, rental_id=PRIMARY)
    return Seen(state="running", state_since=NOW, wish="running", primary=machine, setup=keys, awake_since=NOW)


def rental(**given: Any) -> RentalSeen:
    values: dict[str, Any] = {
        "id": PRIMARY,
        "role": "primary",
        "wanted": "held",
        "stage": "ready",
        "provider": "vast",
        "created_at": NOW - timedelta(hours=1),
        "agent_at": NOW - timedelta(hours=1),
        "seen_state": "running",
    }
    return RentalSeen(**{**values, **given})


def move_of(step: Step) -> str:
    assert isinstance(step.act, Move)
    return step.act.to
