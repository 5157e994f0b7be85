"""Opens, follows and ends operations: at most one is open for an instance, and a new wish takes its place."""

from datetime import timedelta
from typing import Any

from dumont.basics import ids
from dumont.basics.errors import Conflict, Failure
from dumont.fleet.events import OperationChanged
from dumont.fleet.instances import metrics, moves
from dumont.fleet.rules.operations import WISHES
from dumont.fleet.rules.states import OperationKind, Wish
from dumont.fleet.store import instances
from dumont.fleet.store import operations as store
from dumont.fleet.tables import FleetInstance, FleetOperation
from dumont.platform.work import Work

LEARNED = timedelta(days=30)
"""So old may be what is expected by."""


class Busy(Conflict):
    code = "operation_open"
    hint = "Wait until it is over, or cancel it."


async def open(  # noqa: A001 - as one says it: operations.open
    work: Work, instance: FleetInstance, kind: OperationKind, why: str = "", *, by_itself: bool = False
) -> FleetOperation:
    """The one that is open already if it is of the same kind; any other is superseded. `instance` is locked.

    What an operation wishes becomes the instance's wish, and whatever had failed before is tried again at once; not so
    for one that the fleet begins `by_itself`, to tell what it does anyway.
    """
    found = await store.open_of(work.tx, instance.id)
    if found is not None and found.kind == kind:
        return found
    if found is not None:
        if WISHES[kind] is None:
            raise Busy(f"{instance.name} is busy: {found.kind} is under way.")
        await _end(work, instance, found, "cancelled", error=Superseded(kind))
    wish = WISHES[kind] or instance.wish
    before: dict[str, Any] = {"wish_before": instance.wish} if not by_itself and wish != instance.wish else {}
    if kind == "destroy":
        before["keep_snapshot"] = instance.keep_snapshot
    if not by_itself:
        await _outlived(work, instance, wish)
        instance.wish = wish
        instance.tries, instance.retry_at = 0, None
    instance.look_at = min(instance.look_at, work.now)
    made = _row(work, instance, kind, why, before)
    made.usual = await store.usual(work.tx, kind, work.now - LEARNED)
    work.tx.add(made)
    instance.operation_id = made.id
    await work.tx.flush()
    await instances.wake(work.tx)
    await _tell(work, instance, made)
    return made


async def _outlived(work: Work, instance: FleetInstance, wish: Wish) -> None:
    """A time that was over while it was to sleep anyway has done what it was for, and is no reason to sleep again."""
    over = instance.until_at is not None and instance.until_at <= work.now and instance.until_action == "hibernate"
    if over and instance.wish == "hibernated" and wish in ("running", "on_standby"):
        instance.until_at = None
        await moves.note(work, instance, "changed", "Its time was over while it slept: it has no end any more.")


async def done(work: Work, instance: FleetInstance, kind: OperationKind, why: str, **details: Any) -> FleetOperation:
    """One that is over as soon as it is asked for, and comes in nobody's way."""
    made = _row(work, instance, kind, why, details)
    made.state, made.percent, made.ended_at = "done", 100.0, work.now
    work.tx.add(made)
    await work.tx.flush()
    return made


def _row(work: Work, instance: FleetInstance, kind: OperationKind, why: str, details: dict[str, Any]) -> FleetOperation:
    return FleetOperation(
        id=ids.new(work.now, work.random),
        instance_id=instance.id,
        kind=kind,
        state="queued",
        stage="",
        stage_since=work.now,
        stages={},
        percent=0.0,
        usual={},
        details=details,
        requested_by=work.caller.user_id,
        why=why,
        cancel_requested=False,
        created_at=work.now,
    )


async def stage(
    work: Work, instance: FleetInstance, found: FleetOperation, name: str, *, percent: float | None = None
) -> None:
    """It has come to this stage; the seconds of the one before are written down."""
    if found.state not in store.OPEN or (found.stage == name and percent in (None, found.percent)):
        return
    if found.stage != name:
        _close_stage(work, found)
        found.stage, found.stage_since = name, work.now
    found.state = "running"
    if percent is not None:
        found.percent = max(found.percent, min(100.0, percent))
    await _tell(work, instance, found)


async def finish(work: Work, instance: FleetInstance, found: FleetOperation) -> None:
    found.percent = 100.0
    await _end(work, instance, found, "done")


async def fail(work: Work, instance: FleetInstance, found: FleetOperation, error: Failure) -> None:
    await _end(work, instance, found, "failed", error=error)


async def cancel(work: Work, instance: FleetInstance, found: FleetOperation, why: str) -> None:
    await _end(work, instance, found, "cancelled", error=Conflict(why, code="cancelled"))


def note(found: FleetOperation, **details: Any) -> None:
    """Beside the stages: which snapshot, how many bytes."""
    found.details = {**found.details, **details}


class Superseded(Conflict):
    code = "superseded"

    def __init__(self, by: OperationKind) -> None:
        super().__init__(f"Something else was asked for: {by}.")


async def _end(
    work: Work, instance: FleetInstance, found: FleetOperation, state: str, *, error: Failure | None = None
) -> None:
    if found.state not in store.OPEN:
        return
    _close_stage(work, found)
    found.state, found.ended_at = state, work.now  # type: ignore[assignment]
    if error is not None:
        found.error_code, found.error_message, found.error_hint = error.code, error.message, error.hint
    if instance.operation_id == found.id:
        instance.operation_id = None
    metrics.operation_ended(work.tx, found.kind, state, (work.now - found.created_at).total_seconds())
    await _tell(work, instance, found)


def _close_stage(work: Work, found: FleetOperation) -> None:
    """A stage entered twice has the sum of both."""
    if found.stage:
        seconds = (work.now - found.stage_since).total_seconds() + found.stages.get(found.stage, 0.0)
        found.stages = {**found.stages, found.stage: round(seconds, 3)}


async def _tell(work: Work, instance: FleetInstance, found: FleetOperation) -> None:
    await work.tx.flush()
    told = OperationChanged(
        owner_id=instance.owner_id,
        instance_id=instance.id,
        id=found.id,
        operation=found.kind,
        state=found.state,
        stage=found.stage,
        percent=found.percent,
    )
    await work.publish(told)


async def of(work: Work, instance: FleetInstance) -> FleetOperation | None:
    return await store.open_of(work.tx, instance.id)
