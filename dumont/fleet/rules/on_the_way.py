"""Steps of an instance that gets a machine: the race, and what is done with the winner before it is handed over.

The winner is checked, gets its keys, its workspace and the onstart script, in this order. Whatever breaks before it is
handed over costs the machine and not the instance: nothing of its user is on it, and the race goes on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from dumont.fleet.rules import race as racing
from dumont.fleet.rules.answers import later, now_do, pausing, save, saving, wait
from dumont.fleet.rules.refusals import refused_words
from dumont.fleet.rules.seen import CommandSeen, Limits, RaceSeen, RentalSeen, Seen, Trouble
from dumont.fleet.rules.states import Stage, State
from dumont.fleet.rules.steps import (
    Accept,
    Act,
    Bring,
    DropEntrants,
    Move,
    Onstart,
    Reject,
    Restore,
    RestoreFailed,
    Setup,
    StartRace,
    StartRound,
    Step,
    TurnAway,
    Win,
    WishFor,
)

NO_MACHINE = Trouble(
    "no_machine",
    "No machine came up in any round of the race.",
    "Ask for less: another GPU, more providers, a higher price; or try again later.",
)
STAGES: Mapping[Stage, tuple[str, float]] = {
    "intended": ("creating", 10),
    "creating": ("creating", 10),
    "booting": ("booting", 20),
    "running": ("ssh", 35),
    "ready": ("ssh", 40),
}
"""By how far the foremost machine is: stage and percent of the operation."""
LOST_BEFORE = Reject("hardware_error", "The machine was lost before it was handed over.")
STILL_STARTS = "It is ready, and its start script goes on."
RESTIC_ABSENT = "restic_absent"
"""Its image lacks a program that its owner wants: its SSH is none the worse for it."""
RESTORING, RESTORED = 60.0, 90.0
OF_THE_SNAPSHOT = frozenset({"object_damaged", "object_missing", "repository_unreadable", "repository_refused"})
"""What is wrong with what was saved, whichever machine reads it."""


@dataclass(frozen=True, slots=True)
class Way:
    attempt_type: Literal["deploy", "wake", "failover"]
    lost: State
    """Where it goes when the race is lost."""
    fetches: bool = False
    """The newest work is on the standby: it is saved once more when the machine is ready for it."""


def launching(seen: Seen, now: datetime, limits: Limits) -> Step:
    if seen.brings and seen.saving is None:
        return now_do(now, Bring())
    return _get_machine(seen, now, limits, Way("deploy", "failed"))


def waking(seen: Seen, now: datetime, limits: Limits) -> Step:
    if seen.wish not in ("running", "paused"):
        return now_do(now, Move("hibernated", "It is no longer to wake.", lets_go="unused"))
    return _get_machine(seen, now, limits, Way("wake", "hibernated"))


def recovering(seen: Seen, now: datetime, limits: Limits) -> Step:
    if seen.holder is None and not _restored(seen):
        return now_do(now, Move("interrupted", "The standby was lost.", lets_go="unused"))
    if seen.wish not in ("running", "paused"):
        return now_do(now, Move("on_standby", "It is to stay on its standby.", lets_go="unused"))
    return _get_machine(seen, now, limits, Way("failover", "on_standby", fetches=True))


def raced_ahead(seen: Seen, now: datetime, limits: Limits) -> Step:
    """While the standby takes over: a machine is raced for and checked, and kept until its workspace can be moved to
    it. Whether the race is lost is for when there is a standby to stay on."""
    if seen.primary is None:
        step = _race(seen, now, limits, Way("failover", "on_standby"))
        return wait(now, limits.look_seconds) if isinstance(step.act, Move | TurnAway) else step
    if seen.primary.lost:
        return now_do(now, LOST_BEFORE)
    checked = _check(now, limits, seen.primary) or _accept(seen, now, seen.primary)
    return checked or wait(now, limits.look_seconds)


def failed(seen: Seen, now: datetime, limits: Limits) -> Step:
    if seen.operation is not None and seen.wish == "running":
        return now_do(now, Move("launching", "It is tried again.", who="asked"))
    return later(now, limits.rest_seconds)


def prepared(seen: Seen, now: datetime, limits: Limits) -> Step | None:
    """Keys and onstart on a machine whose workspace is in place; None when nobody has to wait for them any more."""
    return _keys(seen, now, limits) or _onstart(seen, now, limits)


def _get_machine(seen: Seen, now: datetime, limits: Limits, way: Way) -> Step:
    machine = seen.primary
    if machine is None:
        return _race(seen, now, limits, way)
    if machine.lost:
        return now_do(now, LOST_BEFORE)
    step = (
        _check(now, limits, machine)
        or _begin(seen, now)
        or _accept(seen, now, machine)
        or _keys(seen, now, limits)
        or _workspace(seen, now, limits, way)
        or _onstart(seen, now, limits)
    )
    lacks = seen.restore.trouble if seen.restore is not None and seen.restore.in_part else None
    said = "It is ready." if seen.onstart is None or seen.onstart.over else STILL_STARTS
    return step or now_do(now, Move("running", lacks.message if lacks else said), "ready")


def _race(seen: Seen, now: datetime, limits: Limits, way: Way) -> Step:
    race = seen.race
    if race is None or race.state != "running":
        if pausing(seen, now):
            return wait(now, limits.look_seconds, seen.retry_at)
        return now_do(now, StartRace(way.attempt_type), "choosing", 5)
    verdict = racing.judge(race, now)
    if verdict.kind == "wait":
        stage, percent = _foremost(race)
        return wait(now, limits.look_seconds, verdict.until, stage=stage, percent=percent)
    if verdict.kind == "lost":
        return now_do(now, _lost(seen, race, way))
    if verdict.kind == "round" and race.why in racing.WAITS and pausing(seen, now):
        return wait(now, limits.look_seconds, seen.retry_at, stage="choosing", percent=5)
    acts: dict[str, Callable[[], Act]] = {
        "won": lambda: Win(verdict.rentals[0]),
        "drop": lambda: DropEntrants(verdict.rentals),
        "round": StartRound,
    }
    return now_do(now, acts[verdict.kind](), "choosing" if verdict.kind == "round" else None)


def _lost(seen: Seen, race: RaceSeen, way: Way) -> Act:
    if seen.course is not None and seen.course.races_for == "spot":
        return TurnAway(NO_MACHINE.message, refused=True)
    said = " ".join(filter(None, (NO_MACHINE.message, race.why or refused_words(race))))
    return Move(way.lost, said, error=replace(NO_MACHINE, message=said))


def _foremost(race: RaceSeen) -> tuple[str, float]:
    racing_still = [STAGES[each.stage] for each in race.entrants if not each.lost and each.stage in STAGES]
    return max(racing_still, key=lambda found: found[1], default=("choosing", 5.0))


def _check(now: datetime, limits: Limits, machine: RentalSeen) -> Step | None:
    """None for one that is what was sold, as far as its agent could tell."""
    if machine.checked_at is not None:
        return None
    if machine.fault is not None:
        return now_do(now, Reject(*machine.fault), "checking", 45)
    if machine.agent_at is not None:
        return None
    ends = (machine.ready_at or machine.created_at) + timedelta(seconds=limits.agent_seconds)
    if now >= ends:
        return now_do(now, Reject("network", "Its agent never called home."))
    return wait(now, limits.look_seconds, ends, stage="agent", percent=42)


def _begin(seen: Seen, now: datetime) -> Step | None:
    """Keys and workspace are put there side by side, and in one moment: each needs the agent to call once."""
    waits = seen.restore is not None or seen.saving is not None or pausing(seen, now)
    if seen.setup is None:
        return now_do(now, Setup(None if waits else seen.snapshot_id), "checking", 45)
    if seen.snapshot_id is not None and not waits:
        return now_do(now, Restore(seen.snapshot_id), "restoring", RESTORING)
    return None


def _accept(seen: Seen, now: datetime, machine: RentalSeen) -> Step | None:
    """Its agent is at work already, while its history is told that it came up."""
    if machine.checked_at is not None:
        return None
    return now_do(now, Accept(), "restoring", RESTORING) if seen.restore else now_do(now, Accept(), "setup", 50)


def _keys(seen: Seen, now: datetime, limits: Limits) -> Step | None:
    command = seen.setup
    if command is None:
        return now_do(now, Setup(), "setup", 50)
    if command.state == "done":
        return None
    return _late(command, now, limits, "ssh_failed", "setup") or wait(
        now, limits.look_seconds, _ends(command, limits), stage="setup", percent=50
    )


def _late(command: CommandSeen, now: datetime, limits: Limits, reason: str, what: str) -> Step | None:
    if command.state == "failed":
        said = command.error.message if command.error else "no reason given"
        reason = "unknown" if command.error is not None and command.error.code == RESTIC_ABSENT else reason
        return now_do(now, Reject(reason, f"The machine failed in its {what}: {said}"))
    if now >= _ends(command, limits):
        return now_do(now, Reject(reason, f"The machine did not answer in its {what}."))
    return None


def _ends(command: CommandSeen, limits: Limits) -> datetime:
    return command.created_at + timedelta(seconds=limits.command_seconds)


def _workspace(seen: Seen, now: datetime, limits: Limits, way: Way) -> Step | None:
    """None when the newest work is in place, and when there is none."""
    if seen.saving is not None:
        return saving(now, limits, seen.saving)
    if seen.snapshot_id is not None and not _restored(seen):
        return _restore(seen, now, limits, way)
    holder, machine = seen.holder, seen.primary
    if not way.fetches or holder is None or machine is None or machine.checked_at is None:
        return None
    if seen.saved_since(max(machine.checked_at, seen.state_since)):  # it may have been checked before that served
        return None
    return save(seen, now, limits, rental_id=holder.id, why="move")


def _restored(seen: Seen) -> bool:
    """Or as far as it can be, which a second try has proved."""
    found = seen.restore
    if found is None or found.snapshot_id != seen.snapshot_id:
        return False
    return found.complete or (found.in_part and seen.tries > 0)


def _given_up(trouble: Trouble, way: Way) -> Act:
    """Another machine helps against what is wrong with this one, not against what is wrong with the snapshot."""
    said = f"The workspace could not be put back: {trouble.message}"
    if trouble.code in OF_THE_SNAPSHOT:
        return WishFor("on_standby" if way.fetches else "hibernated", None, said, "fleet", trouble)
    return Reject("network", said)


def _restore(seen: Seen, now: datetime, limits: Limits, way: Way) -> Step:
    found = seen.restore
    if found is not None and found.trouble is not None:
        if seen.tries >= limits.tries_max:
            return now_do(now, _given_up(found.trouble, way))
        return now_do(now, RestoreFailed(found.trouble))
    if found is not None and not found.complete:
        percent = RESTORING + (RESTORED - RESTORING) * (found.percent or 0.0) / 100
        return wait(now, limits.poll_seconds * 2, stage="restoring", percent=percent)
    if pausing(seen, now):
        return wait(now, limits.look_seconds, seen.retry_at, stage="restoring")
    if seen.snapshot_id is None:
        return later(now, limits.look_seconds)
    return now_do(now, Restore(seen.snapshot_id), "restoring", RESTORING)


def _onstart(seen: Seen, now: datetime, limits: Limits) -> Step | None:
    """A script that fails or takes its time holds nothing up: the machine is its user's, and so is the script."""
    if not seen.has_onstart:
        return None
    if seen.onstart is None:
        return now_do(now, Onstart(), "onstart", 92)
    ends = seen.onstart.created_at + timedelta(seconds=limits.onstart_seconds)
    over = seen.onstart.over or now >= ends
    return None if over else wait(now, limits.look_seconds, ends, stage="onstart", percent=92)
