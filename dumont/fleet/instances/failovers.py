"""Writes down each time a machine was lost or given up for the standby: how long each step took, and what was lost."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from dumont.basics import ids
from dumont.fleet.rules.seen import Seen
from dumont.fleet.rules.states import State
from dumont.fleet.store import standbys as store
from dumont.fleet.tables import FleetFailover, FleetInstance
from dumont.platform.work import Work

DONE: frozenset[State] = frozenset({"running", "hibernated", "destroying", "failed"})


async def begin(work: Work, instance: FleetInstance, seen: Seen, why: str) -> FleetFailover | None:
    """One that goes on is gone on with: an instance may lose its standby, too. None then."""
    if await store.open_failover(work.tx, instance.id) is not None:
        return None
    machine = seen.primary
    lost = machine is not None and machine.lost
    began = (machine.beat_at if machine is not None and lost else None) or work.now
    row = FleetFailover(
        id=ids.new(work.now, work.random),
        instance_id=instance.id,
        kind=_kind(instance, seen),
        rehearsal=False,
        why=why,
        from_rental_id=machine.id if machine is not None else None,
        began_at=min(began, work.now),
        noticed_at=work.now,
        stages={"notice": _seconds(min(began, work.now), work.now)},
    )
    if lost and instance.awake_since is not None:
        row.lost_seconds = _lost_seconds(instance, min(began, work.now))
    if lost and machine is not None:
        row.lost_bytes = machine.unsaved_bytes
    work.tx.add(row)
    await work.tx.flush()
    return row


async def moved(work: Work, instance: FleetInstance, to: State) -> None:
    """A stage of one that goes on is over; nothing where none does."""
    row = await store.open_failover(work.tx, instance.id)
    if row is None:
        return
    if to == "on_standby" and row.on_standby_at is None:
        row.on_standby_at = work.now
        _stage(row, "switch", row.noticed_at, work.now)
        if "race" in row.stages:  # it was won by then, so nobody waits for it any more
            _stage(row, "race", work.now, work.now)
        if row.kind == "half_life":
            row.ended_at = work.now
    elif to in DONE:
        if to == "running":
            row.recovered_at = work.now
            _stage(row, "move", _raced_at(row), work.now)
        row.ended_at = work.now


async def won(work: Work, instance: FleetInstance) -> None:
    row = await store.open_failover(work.tx, instance.id)
    if row is not None:
        _stage(row, "race", row.on_standby_at or row.noticed_at, work.now)


async def rehearsed(
    work: Work, instance: FleetInstance, seen: Seen, *, began_at: datetime, stages: Mapping[str, float]
) -> FleetFailover:
    """Its copy was looked at: what would be lost is what came after the copy that it holds."""
    synced = seen.standby.synced_at if seen.standby is not None else None
    row = FleetFailover(
        id=ids.new(work.now, work.random),
        instance_id=instance.id,
        kind="rehearsal",
        rehearsal=True,
        why="Asked for.",
        from_rental_id=instance.primary_rental_id,
        began_at=began_at,
        noticed_at=began_at,
        on_standby_at=work.now,
        ended_at=work.now,
        stages=dict(stages),
        lost_bytes=seen.primary.unsaved_bytes if seen.primary is not None else None,
        lost_seconds=_seconds(synced, work.now) if synced is not None else None,
    )
    work.tx.add(row)
    await work.tx.flush()
    return row


def _kind(instance: FleetInstance, seen: Seen) -> str:
    if instance.wish == "on_standby":
        return "half_life"
    standby = seen.standby
    return standby.kind if standby is not None and standby.enabled and standby.holds_copy else "none"


def _lost_seconds(instance: FleetInstance, began: datetime) -> float:
    """Of work: since the newest copy, or since it began to be used where that is later or there is none."""
    since = [moment for moment in (instance.snapshot_at, instance.awake_since) if moment is not None]
    return max(0.0, _seconds(max(since), began)) if since else 0.0


def _raced_at(row: FleetFailover) -> datetime:
    """When the machine was got: from there on, the workspace moves."""
    begun = row.on_standby_at or row.noticed_at
    return begun + timedelta(seconds=float(row.stages.get("race", 0.0)))


def _stage(row: FleetFailover, name: str, since: datetime, until: datetime) -> None:
    row.stages = {**row.stages, name: round(max(0.0, _seconds(since, until)), 3)}


def _seconds(since: datetime, until: datetime) -> float:
    return (until - since).total_seconds()
