"""Moves an instance from one state to another: the only place in which `state` is written."""

from datetime import datetime
from typing import Any

from dumont.basics import ids
from dumont.fleet.events import InstanceChanged, InstanceMoved
from dumont.fleet.rules.states import State, check_move
from dumont.fleet.tables import FleetEvent, FleetInstance
from dumont.platform.work import Work


async def move(
    work: Work,
    instance: FleetInstance,
    to: State,
    why: str,
    *,
    who: str = "fleet",
    failed: bool = False,
    again: bool = False,
    **details: Any,
) -> None:
    """`instance` is locked. Raises `ForbiddenMove`, which names both states. `failed` is a move back, since what was
    asked for did not come about; `again`, as before."""
    check_move(instance.state, to)
    before = instance.state
    instance.state, instance.state_since, instance.why = to, work.now, why
    if to == "destroyed":
        instance.destroyed_at = work.now
    work.tx.add(_event(work, instance, "moved", why, who=who, before=before, after=to, details=details))
    retry_at = instance.retry_at if failed else None
    await _tell_move(work, instance, before, who, retry_at=retry_at, again=again)


async def born(work: Work, instance: FleetInstance, why: str, *, who: str) -> None:
    """The first of its history: `instance` has just been written, in the state `launching`."""
    work.tx.add(_event(work, instance, "moved", why, who=who, before=None, after=instance.state, details={}))
    await _tell_move(work, instance, None, who)


async def note(work: Work, instance: FleetInstance, kind: str, why: str, *, who: str = "fleet", **details: Any) -> None:
    """Something else that is worth knowing: `warning`, `race`, `rental`, `snapshot`, `failure`."""
    work.tx.add(_event(work, instance, kind, why, who=who, before=None, after=None, details=details))
    await work.tx.flush()
    await work.publish(InstanceChanged(owner_id=instance.owner_id, instance_id=instance.id, what=kind))


def _event(
    work: Work,
    instance: FleetInstance,
    kind: str,
    why: str,
    *,
    who: str,
    before: State | None,
    after: State | None,
    details: dict[str, Any],
) -> FleetEvent:
    return FleetEvent(
        id=ids.new(work.now, work.random),
        instance_id=instance.id,
        at=work.now,
        kind=kind,
        from_state=before,
        to_state=after,
        why=why,
        who=who,
        details=details,
    )


async def _tell_move(
    work: Work,
    instance: FleetInstance,
    before: State | None,
    who: str,
    *,
    retry_at: datetime | None = None,
    again: bool = False,
) -> None:
    await work.tx.flush()
    told = InstanceMoved(
        owner_id=instance.owner_id,
        instance_id=instance.id,
        name=instance.name,
        from_state=before,
        to_state=instance.state,
        why=instance.why,
        who=who,
        retry_at=retry_at,
        again=again,
    )
    await work.publish(told)
