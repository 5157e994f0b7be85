"""Steps of an instance that has lost its machine, or is to be moved to its standby."""

from dataclasses import replace
from datetime import datetime, timedelta

from dumont.fleet.rules import standing_by
from dumont.fleet.rules.answers import now_do, save, wait
from dumont.fleet.rules.on_the_way import prepared, raced_ahead
from dumont.fleet.rules.seen import Limits, Seen, StandbySeen, Trouble
from dumont.fleet.rules.steps import Move, Promote, Step, SyncRestore, TurnAway, WishFor

NO_STANDBY = Trouble("no_standby", "No standby machine came up.", "Try again, or choose another machine for it.")
NO_COPY = Trouble("standby_not_synced", "The newest work could not be put on the standby.", "See what its syncs say.")


def interrupted(seen: Seen, now: datetime, _limits: Limits) -> Step:
    if seen.wish in ("hibernated", "paused"):
        return now_do(now, Move("hibernated", "It is not to run: its newest snapshot is kept."))
    if seen.wish == "on_standby":
        return now_do(now, Move("failing_over", "It is to be up on its standby."))
    return now_do(now, Move("waking", "It is brought back from its newest snapshot."))


def may_have_saved_itself(seen: Seen, now: datetime, limits: Limits) -> Step | None:
    """What it wrote while nobody could be asked is newer than what we know of; a store that is away is not waited for
    for ever."""
    waits = seen.drop_open and seen.holder is None and now < seen.state_since + timedelta(seconds=limits.drop_seconds)
    if not waits:
        return None
    step = wait(now, limits.poll_seconds)
    return _unwanted_race(seen, now) or _beside_a_race(seen, now, limits, step)


def failing_over(seen: Seen, now: datetime, limits: Limits) -> Step:
    """To the standby, and machines race meanwhile for whoever is to run again."""
    return _unwanted_race(seen, now) or _beside_a_race(seen, now, limits, _to_standby(seen, now, limits))


def _unwanted_race(seen: Seen, now: datetime) -> Step | None:
    over = seen.race is not None and seen.holder is None and not _races(seen)
    return now_do(now, TurnAway("No other machine is wanted for now.")) if over else None


def _races(seen: Seen) -> bool:
    """The machine is lost, and the standby is up: whoever is to run needs another one as soon as it serves. A warm
    machine is that one itself, and where a failover was called off, the work stays on the standby."""
    standby, called_off = seen.standby, seen.asked("failover")
    wanted = (
        seen.state == "failing_over"
        and seen.wish == "running"
        and not (called_off is not None and called_off.cancel_requested)
    )
    lost = seen.holder is None and (seen.primary is None or seen.race is not None)
    return wanted and lost and standby is not None and standby.enabled and standby.up and standby.kind == "cpu"


def _beside_a_race(seen: Seen, now: datetime, limits: Limits, step: Step) -> Step:
    """The race is attended to where the standby has nothing to do but wait, so it keeps nobody from his work."""
    if step.act is not None or not _races(seen):
        return step
    raced = raced_ahead(seen, now, limits)
    return replace(step, act=raced.act, look_at=min(step.look_at, raced.look_at))


def _to_standby(seen: Seen, now: datetime, limits: Limits) -> Step:
    """By way of a snapshot where the machine is still there to make one."""
    holder = seen.holder
    if seen.wish in ("hibernated", "paused"):
        asleep = Move("hibernated", "It is not to run.", lets_go="interrupted")
        return now_do(now, Move("running", "It is not to move.") if holder else asleep)
    if holder is not None and seen.wish == "running" and seen.asked("failover") is None:
        return now_do(now, Move("running", "It is not to move after all."))
    standby = seen.standby
    if standby is None or not standby.enabled:
        return _without(seen, now, limits)
    if holder is not None and holder is seen.primary and not seen.saved_since(seen.state_since):
        return save(seen, now, limits, rental_id=holder.id, why="failover")
    if seen.race is None and seen.primary is not None and holder is None and not seen.primary.lost:
        return prepared(seen, now, limits) or now_do(now, Move("running", "The warm machine took over."))
    return _switch(seen, now, limits, standby)


def _switch(seen: Seen, now: datetime, limits: Limits, standby: StandbySeen) -> Step:
    if not standby.up:
        return _bring_up(seen, now, limits, standby)
    keys = standing_by.keys(standby, now, limits)
    if keys is not None:
        return keys
    if standby.setup is not None and not standby.setup.over:
        return wait(now, limits.look_seconds, stage="setup")
    if seen.snapshot_id is not None and standby.synced_snapshot_id != seen.snapshot_id:
        step = _put_copy(seen, now, limits, standby)
        if step is not None:
            return step
    if standby.kind == "gpu" and seen.wish == "running":
        return now_do(now, Promote())
    said, raced = "The workspace is up on the standby.", seen.race is not None
    return now_do(now, Move("on_standby", said, lets_go=None if raced else "interrupted", keeps_race=raced))


def _bring_up(seen: Seen, now: datetime, limits: Limits, standby: StandbySeen) -> Step:
    """Whoever has lost everything and wants to run is better off with a race."""
    if seen.holder is None and seen.wish == "running":
        return now_do(now, Move("interrupted", "The standby is not up, either.", lets_go="interrupted"))
    if now >= seen.state_since + timedelta(seconds=limits.standby_seconds):
        if seen.holder is not None:
            return _stay(seen, now, NO_STANDBY)
        if seen.wish == "on_standby":
            return now_do(now, Move("hibernated", NO_STANDBY.message, lets_go="interrupted", error=NO_STANDBY))
        return now_do(now, Move("interrupted", NO_STANDBY.message, lets_go="interrupted", error=NO_STANDBY))
    return standing_by.machine(standby, now, limits) or wait(now, limits.look_seconds, stage="booting")


def _put_copy(seen: Seen, now: datetime, limits: Limits, standby: StandbySeen) -> Step | None:
    """None where an older copy has to do: the newest one can't be put there, and its machine is lost."""
    found = standby.restore
    if found is not None and found.trouble is None and not found.complete:
        return wait(now, limits.poll_seconds * 2, stage="restoring", percent=found.percent)
    if standby.tries >= limits.tries_max and standby.synced_at is not None:
        return None if seen.holder is None else _stay(seen, now, NO_COPY)
    settled = standing_by.settled(standby, now)
    if settled is not None:
        return settled
    if seen.snapshot_id is None:
        return None
    if standby.sync_at is not None and standby.tries and standby.sync_at > now:
        return wait(now, limits.look_seconds, standby.sync_at, stage="restoring")
    return now_do(now, SyncRestore(seen.snapshot_id), "restoring")


def _stay(seen: Seen, now: datetime, why: Trouble) -> Step:
    """Where the newest work is; with the wish to leave it would be tried again at once, for ever."""
    if seen.wish == "on_standby":
        return now_do(now, WishFor("running", None, why.message, "fleet", why))
    return now_do(now, Move("running", why.message, error=why))


def _without(seen: Seen, now: datetime, limits: Limits) -> Step:
    """Nothing stands by: saved, it is brought up elsewhere."""
    holder = seen.holder
    if holder is not None and seen.wish == "on_standby":
        return _stay(seen, now, NO_STANDBY)
    if holder is not None and not seen.saved_since(seen.state_since):
        return save(seen, now, limits, rental_id=holder.id, why="failover")
    if seen.wish == "on_standby":
        return now_do(now, Move("hibernated", NO_STANDBY.message, lets_go="interrupted", error=NO_STANDBY))
    return now_do(now, Move("interrupted", "It goes on elsewhere.", lets_go="interrupted"))
