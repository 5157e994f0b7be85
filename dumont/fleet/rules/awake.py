"""Steps of an instance that can be worked in, or is paused: what ends that, and what is done beside the work."""

from datetime import datetime, timedelta

from dumont.fleet.rules import deadlines, standing_by
from dumont.fleet.rules import idle as idling
from dumont.fleet.rules.answers import now_do, pausing, save, wait
from dumont.fleet.rules.on_the_way import prepared
from dumont.fleet.rules.seen import UP, Limits, OperationSeen, RentalSeen, Seen, Trouble
from dumont.fleet.rules.sleeping import until
from dumont.fleet.rules.steps import (
    AskCloud,
    BeginRun,
    CheckCopy,
    Finish,
    Hold,
    Move,
    Rehearse,
    Reject,
    RunNotBegun,
    Setup,
    SetupStandby,
    Step,
    Stop,
    TellUnused,
    TurnAway,
    Unwarn,
    Warn,
    WishFor,
    WouldSleep,
)

CANT_PAUSE = Trouble(
    "cant_pause", "This provider keeps no stopped machines.", "Hibernate it: the workspace is kept as a snapshot."
)
CANT_RESUME = Trouble(
    "cant_resume", "The stopped machine did not start again.", "Try again later, or destroy it and launch anew."
)
CANT_RESTART = Trouble(
    "cant_restart",
    "Its machine was stopped and does not start again. It is kept, as work on it may be newer than the last snapshot.",
    "Resume it later; or give that work up: destroy it.",
)
BACK_TO_PAUSED = WishFor("paused", None, CANT_RESUME.message, "fleet", CANT_RESUME)
NO_STANDBY = Trouble("no_standby", "There is no standby that holds a copy.", "Set one up, and wait until it is synced.")


def running(seen: Seen, now: datetime, limits: Limits) -> Step:
    machine = seen.primary
    if machine is None or machine.lost:
        return _lost(seen, now, machine)
    return (
        _notice(seen, now, limits, machine)
        or _wished(seen, now)
        or _pausing(seen, now, limits, machine)
        or _asked(seen, now, limits, machine)
        or until(seen, now)
        or _run(seen, now, machine)
        or _new_keys(seen, now, machine)
        or _silent(now, limits, machine)
        or _idle(seen, now)
        or standing_by.kept(seen, now, limits)
        or deadlines.saved_now_and_then(seen, now, limits, machine)
        or _rest(seen, now, limits, machine)
    )


def paused(seen: Seen, now: datetime, limits: Limits) -> Step:
    machine = seen.primary
    if machine is None or machine.stage in ("ending", "ended") or machine.wanted == "gone":
        return now_do(now, Move("interrupted", "The stopped machine was taken away.", lets_go="interrupted"))
    if seen.wish == "paused":
        if machine.wanted != "stopped":
            return now_do(now, Stop())
        release = now if seen.released else seen.state_since + timedelta(seconds=seen.release_seconds)
        rest = wait(now, limits.rest_seconds, seen.until_at, release if standing_by.rented(seen) else None)
        return until(seen, now) or standing_by.unwanted(seen, now, release) or rest
    return _resume(seen, now, limits, machine)


def on_standby(seen: Seen, now: datetime, limits: Limits) -> Step:
    holder = seen.holder
    if holder is None:
        return now_do(now, Move("interrupted", "The standby was lost.", lets_go="interrupted"))
    if seen.wish in ("running", "paused") and not pausing(seen, now):
        return now_do(now, Move("recovering", "A machine is got for it."))
    if seen.race is not None:
        return now_do(now, TurnAway("It stays on its standby."))
    if seen.wish == "hibernated":
        return now_do(now, Move("hibernating", "It is to sleep.", who="asked"))
    return (
        _asked(seen, now, limits, holder)
        or until(seen, now)
        or _new_keys_there(seen, now, holder)
        or _saved_now_and_then(seen, now, limits, holder)
    )


def _lost(seen: Seen, now: datetime, machine: RentalSeen | None) -> Step:
    copy = seen.standby is not None and seen.standby.enabled and seen.standby.holds_copy
    if machine is not None and machine.stopped_by_cloud and (not copy or seen.wish == "hibernated"):
        return now_do(now, Move("paused", "The machine was stopped; it is started again.", who="provider"))
    told = "The machine was taken away." if machine is None or machine.error is None else machine.error.message
    return now_do(now, _elsewhere(seen, told))


def _elsewhere(seen: Seen, why: str) -> Move:
    copy = seen.standby is not None and seen.standby.enabled and seen.standby.holds_copy
    return Move("failing_over" if copy else "interrupted", why, who="provider", lets_go="interrupted")


def _notice(seen: Seen, now: datetime, limits: Limits, machine: RentalSeen) -> Step | None:
    """Its cloud will take it away: what has changed is saved in the time that is left."""
    ends = _end_is_near(machine, limits)
    since = machine.notice_at or (ends if ends is not None and now >= ends else None)
    if since is None:
        return None
    if seen.saved_since(since):
        why = "Its cloud has given notice" if machine.notice_at else "What is paid for it ends"
        return now_do(now, _elsewhere(seen, f"{why}; all is saved."))
    return save(seen, now, limits, rental_id=machine.id, why="notice")


def _end_is_near(machine: RentalSeen, limits: Limits) -> datetime | None:
    """From when on one that is paid ahead is left, if nobody has bought more by then."""
    return machine.ends_at - timedelta(seconds=limits.last_seconds) if machine.ends_at is not None else None


def _wished(seen: Seen, now: datetime) -> Step | None:
    if seen.wish == "hibernated":
        why, who = ("It was idle.", "idle") if _for_idleness(seen.operation) else ("It is to sleep.", "asked")
        return now_do(now, Move("hibernating", why, who=who))
    if seen.wish == "on_standby":
        return now_do(now, Move("failing_over", "It is to be up on its standby.", who="asked"))
    if seen.asked("failover") is not None:
        return now_do(now, Move("failing_over", "It was asked for.", who="asked"))
    return None


def _for_idleness(operation: OperationSeen | None) -> bool:
    return operation is not None and operation.why == "idle"


def _pausing(seen: Seen, now: datetime, limits: Limits, machine: RentalSeen) -> Step | None:
    if seen.wish != "paused":
        return now_do(now, Hold()) if machine.wanted == "stopped" else _stopped_already(seen, now, machine)
    if not machine.can_stop:
        return now_do(now, WishFor("running", None, CANT_PAUSE.message, "fleet", CANT_PAUSE))
    if machine.wanted != "stopped":
        return now_do(now, Stop(), "stopping", 30)
    if machine.stage == "stopped":
        return now_do(now, Move("paused", "The machine is stopped.", who="asked"))
    return wait(now, limits.look_seconds, stage="stopping", percent=30)


def _stopped_already(seen: Seen, now: datetime, machine: RentalSeen) -> Step | None:
    """A pause that was called off too late: it is resumed like any other, by its owner's wish to have it run."""
    if machine.stage != "stopped":
        return None
    if seen.asked("resume") is None:
        return now_do(now, WishFor("running", "resume", "Its machine had stopped already.", "fleet"))
    return now_do(now, Move("paused", "Its machine has stopped; it is started again."))


def _resume(seen: Seen, now: datetime, limits: Limits, machine: RentalSeen) -> Step:
    if machine.wanted != "held" or machine.stopped_by_cloud:
        return now_do(now, Hold(), "booting", 20)
    if machine.stage not in UP:
        return _resuming(seen, now, limits)
    step = prepared(seen, now, limits)
    if step is not None and isinstance(step.act, Reject):
        return now_do(now, BACK_TO_PAUSED)  # its owner's work is on it, and nowhere else
    return step or now_do(now, Move("running", "It runs again."), "ready")


def _resuming(seen: Seen, now: datetime, limits: Limits) -> Step:
    """Whoever paused it decides what then. What was stopped without him, and does not start, is lost, unless his newest
    work may be there and nowhere else: then he decides as well."""
    by_cloud = seen.operation is not None and seen.operation.by_itself
    since = seen.operation.created_at if seen.operation is not None else seen.state_since
    ends = since + timedelta(seconds=limits.restart_seconds if by_cloud else limits.resume_seconds)
    if now >= ends:
        gone = Move("interrupted", "The stopped machine did not start again.", who="provider", lets_go="interrupted")
        if by_cloud and _holds_newer(seen):
            return now_do(now, WishFor("paused", None, CANT_RESTART.message, "fleet", CANT_RESTART))
        return now_do(now, gone if by_cloud else BACK_TO_PAUSED)
    return wait(now, limits.look_seconds, ends, stage="booting", percent=20)


def _holds_newer(seen: Seen) -> bool:
    """Than its snapshot, as far as its agent was heard."""
    beat_at = seen.primary.beat_at if seen.primary is not None else None
    return seen.only_there and (beat_at is None or not seen.saved_since(beat_at))


def _asked(seen: Seen, now: datetime, limits: Limits, machine: RentalSeen) -> Step | None:
    """A snapshot, or a rehearsal."""
    snapshot = seen.asked("snapshot")
    if snapshot is not None:
        if seen.saved_since(snapshot.created_at):
            return now_do(now, Finish())
        return save(seen, now, limits, rental_id=machine.id, why="asked")
    if seen.asked("rehearsal") is None:
        return None
    return _rehearsed(seen, now, limits)


def _rehearsed(seen: Seen, now: datetime, limits: Limits) -> Step | None:
    """Its copy is looked at between two syncs; meanwhile none begins."""
    standby, check = seen.standby, seen.check
    if standby is None or not standby.holds_copy:
        return now_do(now, Finish(NO_STANDBY))
    if check is None:
        return now_do(now, CheckCopy(), "checking", 10) if standby.restore is None else None
    if check.error is not None:
        return now_do(now, Finish(check.error))
    return now_do(now, Rehearse()) if check.over else wait(now, limits.look_seconds, stage="checking", percent=20)


def _run(seen: Seen, now: datetime, machine: RentalSeen) -> Step | None:
    """Behind the start script, if that went well; nobody waits for it."""
    waits = seen.run is not None and seen.run.state == "waiting"
    if not waits or not machine.of_use or (seen.onstart is not None and not seen.onstart.over):
        return None
    return now_do(now, BeginRun() if seen.onstart is None or seen.onstart.went_well else RunNotBegun())


def _new_keys(seen: Seen, now: datetime, machine: RentalSeen) -> Step | None:
    """Others may log in than at the start: whoever changes that takes the command away."""
    return now_do(now, Setup()) if seen.setup is None and machine.of_use else None


def _new_keys_there(seen: Seen, now: datetime, holder: RentalSeen) -> Step | None:
    """Of the standby that the work is on: whether it takes them or not, it is kept."""
    without = seen.standby is not None and seen.standby.setup is None
    return now_do(now, SetupStandby()) if without and holder.of_use else None


def _silent(now: datetime, limits: Limits, machine: RentalSeen) -> Step | None:
    """An agent that no longer calls proves nothing; the cloud's word does, so it is asked."""
    silent_at = machine.silent_at
    if silent_at is None or (machine.seen_at is not None and machine.seen_at >= silent_at):
        return None
    return Step(AskCloud(), now + timedelta(seconds=limits.silent_seconds))


def _idle(seen: Seen, now: datetime) -> Step | None:
    if seen.idle is None:
        return None
    verdict = idling.verdict(seen.idle, now)
    if verdict.act == "warn" and verdict.sleeps_at is not None:
        return now_do(now, Warn(verdict.sleeps_at))
    if verdict.act == "tell":
        return now_do(now, WouldSleep())
    if verdict.act == "sleep":
        return now_do(now, WishFor("hibernated", "hibernate", "idle", "idle"))
    if verdict.act == "remind":
        return now_do(now, TellUnused())
    gone_quiet = verdict.why in ("busy", "off")
    return now_do(now, Unwarn()) if seen.idle.warned_at is not None and gone_quiet else None


def _rest(seen: Seen, now: datetime, limits: Limits, machine: RentalSeen) -> Step:
    sleeps = idling.verdict(seen.idle, now).look_at if seen.idle is not None else None
    silent = machine.beat_at + timedelta(seconds=limits.silent_seconds) if machine.beat_at else None
    syncs = standing_by.next_look(seen)
    if seen.saving is not None or (seen.standby is not None and seen.standby.restore is not None):
        syncs = now + timedelta(seconds=limits.poll_seconds)
    asked = deadlines.next_look(seen, limits)
    ends = _end_is_near(machine, limits)
    return wait(now, limits.rest_seconds, sleeps, silent, syncs, seen.until_at, seen.retry_at, ends, *asked)


def _saved_now_and_then(seen: Seen, now: datetime, limits: Limits, holder: RentalSeen) -> Step:
    """The only copy of the newest work is on a small machine: it is saved as often as it was synced."""
    every = seen.standby.sync_seconds if seen.standby is not None else limits.rest_seconds
    due = (seen.snapshot_at or seen.state_since) + timedelta(seconds=every)
    if due <= now or seen.saving is not None:
        return save(seen, now, limits, rental_id=holder.id, why="standby")
    return wait(now, limits.rest_seconds, due, seen.until_at, seen.retry_at)
