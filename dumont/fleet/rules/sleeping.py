"""Steps of an instance that goes to sleep, sleeps, or is ended: nothing is given up before it is proved to be saved."""

from datetime import datetime, timedelta
from typing import Literal

from dumont.fleet.rules import standing_by
from dumont.fleet.rules.answers import by_idleness, now_do, pausing, save, wait
from dumont.fleet.rules.seen import UP, Limits, RentalSeen, Seen, Trouble, seconds
from dumont.fleet.rules.steps import Finish, LetGo, Move, Release, Step, WishFor

ENDING_LOOK = 5.0
CANT_SAVE = Trouble(
    "cant_save",
    "The stopped machine does not start, so what is on it can't be saved.",
    "Resume it later; or give its work up: destroy it without keeping a snapshot.",
)
LOST = Move("interrupted", "The machine was lost before it was saved.", lets_go="interrupted")


def hibernating(seen: Seen, now: datetime, limits: Limits) -> Step:
    machine = _first_or_serving(seen)
    if machine is None or machine.ended:
        if seen.saved_since(seen.state_since):
            return now_do(now, Move("hibernated", "Saved, and the machine is gone.", lets_go="hibernated"))
        return now_do(now, LOST)
    if machine.wanted == "gone":
        return wait(now, ENDING_LOOK, stage="destroying", percent=90)
    return _changed_its_mind(seen, now, machine) or _saved_and_given_up(seen, now, limits, machine)


def _saved_and_given_up(seen: Seen, now: datetime, limits: Limits, machine: RentalSeen) -> Step:
    if _is_saved(seen, now, limits, machine):
        return now_do(now, LetGo((machine.id,), "hibernated"), "destroying", 85)
    if machine.lost and not (machine.stopped_by_cloud and machine is seen.primary):
        return now_do(now, LOST)
    if _stands_for_good(seen, now, limits, machine):
        return now_do(now, WishFor("paused", None, CANT_SAVE.message, "fleet", CANT_SAVE))
    return save(seen, now, limits, rental_id=machine.id, why="hibernation")


def _went_on(seen: Seen, now: datetime, limits: Limits, machine: RentalSeen) -> bool:
    """Whoever was held still for the snapshot no longer is, as it took too long: what has changed since is little, and
    saved as well. Once, and only where its agent is there to do it."""
    if seen.snapshot_at is None or seen.tries or by_idleness(seen) or not machine.of_use:
        return False
    held, silent = timedelta(seconds=limits.still_seconds), timedelta(seconds=limits.silent_seconds)
    hears = machine.beat_at is not None and now < machine.beat_at + silent
    return hears and now >= seen.snapshot_at + held and seen.snapshot_at < seen.state_since + held


def _stands_for_good(seen: Seen, now: datetime, limits: Limits, machine: RentalSeen) -> bool:
    """It was to be started to be saved, and has not been for long."""
    stands = machine is seen.primary and machine.stage not in UP and machine.wanted == "held"
    return stands and not machine.stopped_by_cloud and now >= seen.state_since + seconds(limits.resume_seconds)


def hibernated(seen: Seen, now: datetime, limits: Limits) -> Step:
    if seen.wish in ("running", "paused") and not pausing(seen, now):
        return now_do(now, Move("waking", "It is to run.", who="asked"))
    if seen.wish == "on_standby" and not pausing(seen, now):
        return now_do(now, Move("failing_over", "It is to be up on its standby.", who="asked"))
    over = until(seen, now)
    if over is not None:
        return over
    off = standing_by.unwanted(seen, now, now if seen.released else None)
    if off is not None:
        return off
    release = seen.state_since + timedelta(seconds=seen.release_seconds)
    if not seen.released and now >= release:
        return now_do(now, Release())
    return wait(now, limits.rest_seconds, None if seen.released else release, seen.retry_at, seen.until_at)


def destroying(seen: Seen, now: datetime, limits: Limits) -> Step:
    machine = seen.holder or _stopped_with_work(seen)
    if seen.keep_snapshot and machine is not None and not _is_saved(seen, now, limits, machine):
        if _stands_for_good(seen, now, limits, machine):
            told = seen.operation is None
            return wait(now, limits.rest_seconds) if told else now_do(now, Finish(CANT_SAVE))
        return save(seen, now, limits, rental_id=machine.id, why="destroy")
    held = tuple(rental.id for rental in seen.live if rental.wanted != "gone")
    if held:
        return now_do(now, LetGo(held, "destroyed"), "destroying", 50)
    if seen.live:
        return wait(now, ENDING_LOOK, stage="destroying", percent=60)
    return now_do(now, Move("destroyed", "Every machine of it is confirmed gone."))


def _is_saved(seen: Seen, now: datetime, limits: Limits, machine: RentalSeen) -> bool:
    return seen.saved_since(seen.state_since) and not _went_on(seen, now, limits, machine)


def _stopped_with_work(seen: Seen) -> RentalSeen | None:
    """A machine that its cloud has stopped still has its disk, and on it what is in no snapshot."""
    machine = seen.primary
    return machine if machine is not None and machine.stopped_by_cloud and seen.awake_since is not None else None


def until(seen: Seen, now: datetime) -> Step | None:
    """The time that its owner gave it is over."""
    if seen.until_at is None or now < seen.until_at:
        return None
    if seen.until_action == "destroy":
        return now_do(now, WishFor("destroyed", "destroy", "Its time is over.", "until"))
    if seen.wish != "hibernated":
        return now_do(now, WishFor("hibernated", "hibernate", "Its time is over.", "until"))
    return None


def _first_or_serving(seen: Seen) -> RentalSeen | None:
    """The machine that this is about."""
    if seen.standby is not None and seen.standby.serving:
        return seen.standby.rental
    return seen.primary


def _changed_its_mind(seen: Seen, now: datetime, machine: RentalSeen) -> Step | None:
    serving = seen.standby is not None and seen.standby.serving
    back: Literal["on_standby", "running"] = "on_standby" if serving else "running"
    if machine.lost or seen.leaves:
        return None
    if seen.wish != "hibernated":
        return now_do(now, Move(back, "It is not to sleep after all.", who="asked"))
    operation, idle = seen.operation, seen.idle
    if operation is None or operation.why != "idle" or idle is None:
        return None
    if idle.used_at is not None and idle.used_at > operation.created_at:
        return now_do(now, WishFor(back, None, "It is used again.", "idle"))
    if idle.keep_awake_until is not None and idle.keep_awake_until > now:
        return now_do(now, WishFor(back, None, "It is to be kept awake.", "idle"))
    return None
