"""Steps that keep a second machine ready: it is rented, gets its keys, and then a copy of the workspace ever again.

A sync is a snapshot of the first machine and a restore onto the second, one after the other.
"""

from datetime import datetime, timedelta

from dumont.fleet.rules.answers import now_do, pausing
from dumont.fleet.rules.seen import Limits, Seen, StandbySeen, Trouble
from dumont.fleet.rules.steps import (
    EndStandby,
    RentStandby,
    Save,
    SetupStandby,
    StandbyFailed,
    Step,
    Synced,
    SyncFailed,
    SyncRestore,
)

SLOW = Trouble("standby_slow", "The standby machine did not come up in time.")
GONE = Trouble("standby_lost", "The standby machine was taken away.")
NO_KEYS = Trouble("standby_setup", "The standby machine did not take its keys.")


def unwanted(seen: Seen, now: datetime, release: datetime | None = None) -> Step | None:
    """The end of a machine of a standby that was switched off, or has nothing to copy: its instance is stopped, and
    gets another one when it runs again."""
    switched_on = seen.standby is not None and seen.standby.enabled
    if not rented(seen) or (switched_on and (release is None or now < release)):
        return None
    return now_do(now, EndStandby("unused"))


def rented(seen: Seen) -> bool:
    """Whether a second machine costs."""
    rental = seen.standby.rental if seen.standby is not None else None
    return rental is not None and not rental.ended


def kept(seen: Seen, now: datetime, limits: Limits) -> Step | None:
    """What is to be done for the standby of a running instance; None is nothing now."""
    standby = seen.standby
    if standby is None:
        return None
    if not standby.enabled:
        return unwanted(seen, now)
    if standby.up:
        step = keys(standby, now, limits)
        waits = standby.setup is not None and not standby.setup.over
        return step if step is not None or waits else _sync(seen, now, standby)
    return machine(standby, now, limits)


def machine(standby: StandbySeen, now: datetime, limits: Limits) -> Step | None:
    """Towards one that is of use; None while it boots."""
    rental = standby.rental
    if rental is None:
        waits = standby.sync_at is not None and standby.tries > 0 and standby.sync_at > now
        return None if waits else now_do(now, RentStandby())
    if rental.lost:
        return now_do(now, StandbyFailed(GONE))
    late = rental.stage != "ready" and now >= rental.created_at + timedelta(seconds=limits.standby_seconds)
    return now_do(now, StandbyFailed(SLOW)) if late else None


def keys(standby: StandbySeen, now: datetime, limits: Limits) -> Step | None:
    """None when it has them, and while it takes them."""
    command = standby.setup
    if command is None:
        return now_do(now, SetupStandby())
    if command.state == "done":
        return None
    ends = command.created_at + timedelta(seconds=limits.command_seconds)
    if command.state == "failed" or now >= ends:
        return now_do(now, StandbyFailed(NO_KEYS))
    return None


def settled(standby: StandbySeen, now: datetime) -> Step | None:
    """What has come of the restore that went on."""
    found = standby.restore
    if found is None:
        return None
    if found.complete or (found.in_part and standby.tries > 0):
        return now_do(now, Synced())
    return now_do(now, SyncFailed(found.trouble)) if found.trouble is not None else None


def next_look(seen: Seen) -> datetime | None:
    standby = seen.standby
    return standby.sync_at if standby is not None and standby.enabled else None


def _sync(seen: Seen, now: datetime, standby: StandbySeen) -> Step | None:
    """Any newer snapshot is put there, whoever wanted it; and now and then one is made for that."""
    step = settled(standby, now)
    if step is not None or standby.restore is not None or seen.primary is None:
        return step
    waits = standby.sync_at is not None and standby.sync_at > now
    if seen.snapshot_id is not None and standby.synced_snapshot_id != seen.snapshot_id:
        return None if waits and standby.tries else now_do(now, SyncRestore(seen.snapshot_id))
    if waits or seen.saving is not None or pausing(seen, now):
        return None
    return now_do(now, Save(seen.primary.id, "sync"))
