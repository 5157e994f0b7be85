"""Where somebody, or a rule, wants an instance to be: each wish opens an operation, and the same wish twice is one."""

from datetime import datetime, timedelta
from uuid import UUID

from dumont import accounts
from dumont.basics.errors import Conflict, Invalid
from dumont.fleet.instances import access, lacking, moves, operations
from dumont.fleet.rules import asking
from dumont.fleet.rules.states import OperationKind
from dumont.fleet.rules.wanted import Wanted
from dumont.fleet.store import instances, showing
from dumont.fleet.store.operations import OPEN
from dumont.fleet.tables import FleetInstance, FleetOperation
from dumont.platform.work import Work
from dumont.providers import registry

ASKED = "Asked for."
AWAKE_MOST = timedelta(days=30)
WORDS: dict[OperationKind, str] = {
    "pause": "pause {}",
    "resume": "resume {}",
    "hibernate": "hibernate {}",
    "wake": "wake {}",
    "launch": "launch {} again",
    "snapshot": "take a snapshot of {}",
    "failover": "fail {} over",
    "half_life": "keep {} on its standby",
    "destroy": "destroy {}",
    "rehearsal": "rehearse a failover of {}",
    "keep_awake": "keep {} awake",
}


class WrongState(Conflict):
    code = "wrong_state"


class NothingToDo(Conflict):
    code = "already_there"


class CantPause(Conflict):
    code = "cannot_pause"
    hint = "Hibernate it: the machine is given up, and everything comes back on another."


class NoStandby(Conflict):
    code = "no_standby"
    hint = "Give it a CPU standby first: PATCH it with standby.enabled."


class Over(Conflict):
    code = "operation_over"
    hint = "Only what is still going on can be stopped."


class CantCancel(Conflict):
    code = "cannot_cancel"


def refuse_gone(instance: FleetInstance) -> None:
    """Nothing is changed of one that is given up for good."""
    if instance.state in ("destroying", "destroyed"):
        raise WrongState(f"{instance.name} is {instance.state}.", hint="Launch another one.")


async def pause(work: Work, instance_id: UUID) -> FleetOperation:
    instance = await access.instance(work, instance_id, to_change=True)
    await _check_pausing(work, instance)
    return await _ask(work, instance, "pause")


async def resume(work: Work, instance_id: UUID) -> FleetOperation:
    return await _ask(work, await access.instance(work, instance_id, to_change=True), "resume")


async def hibernate(work: Work, instance_id: UUID, *, without_unread: bool = False) -> FleetOperation:
    """Files that can't be read are given up only if that is said, and only those that were told of before."""
    instance = await access.instance(work, instance_id, to_change=True)
    made = await put_to_sleep(work, instance, ASKED)
    if without_unread:
        await lacking.give_up(work, instance, made)
    return made


async def snapshot(work: Work, instance_id: UUID) -> FleetOperation:
    return await _ask(work, await access.instance(work, instance_id, to_change=True), "snapshot")


async def fail_over(work: Work, instance_id: UUID) -> FleetOperation:
    return await _ask(work, await access.instance(work, instance_id, to_change=True), "failover")


async def half_life(work: Work, instance_id: UUID) -> FleetOperation:
    instance = await access.instance(work, instance_id, to_change=True)
    standby = (await showing.standbys(work.tx, [instance.id])).get(instance.id)
    wanted = Wanted.model_validate(instance.wanted).standby
    kind = standby.kind if standby and standby.enabled else wanted.kind if wanted.enabled else None
    if kind != "cpu":
        raise NoStandby(f"{instance.name} has no CPU standby.")
    return await _ask(work, instance, "half_life")


async def rehearse(work: Work, instance_id: UUID) -> FleetOperation:
    """Whether its standby could take over now; nothing is lost, and nothing moves."""
    instance = await access.instance(work, instance_id, to_change=True)
    standby = (await showing.standbys(work.tx, [instance.id])).get(instance.id)
    if standby is None or not standby.enabled:
        raise NoStandby(f"{instance.name} has no standby.")
    return await _ask(work, instance, "rehearsal")


async def put_to_sleep(work: Work, instance: FleetInstance, why: str, *, who: str | None = None) -> FleetOperation:
    """`instance` is locked. `who` is `budget`, `schedule`, ...; none is the caller."""
    return await _ask(work, instance, "hibernate", why, who=who)


async def wake_up(work: Work, instance: FleetInstance, why: str, *, who: str | None = None) -> FleetOperation:
    """`instance` is locked. One that failed before it ever ran is launched again."""
    first = instance.state == "failed" and instance.snapshot_id is None
    return await _ask(work, instance, "launch" if first else "wake", why, who=who)


async def go_on(work: Work, instance: FleetInstance, why: str, *, who: str | None = None) -> FleetOperation:
    """`instance` is locked. On the machine that was stopped."""
    return await _ask(work, instance, "resume", why, who=who)


async def destroy(work: Work, instance_id: UUID, *, keep_snapshot: bool, without_unread: bool = False) -> None:
    """Asked again, it may still be decided that the snapshots go, too; what was deleted does not come back."""
    instance = await access.instance(work, instance_id, to_change=True)
    if instance.state == "destroyed":
        return
    known = await operations.of(work, instance)
    if known is None or known.kind != "destroy":
        instance.keep_snapshot = keep_snapshot
        known = await _open(work, instance, "destroy", ASKED)
    elif not keep_snapshot and instance.keep_snapshot:
        instance.keep_snapshot, instance.look_at = False, work.now
        operations.note(known, keep_snapshot=False)
        await instances.wake(work.tx)
    if without_unread and instance.keep_snapshot:
        await lacking.give_up(work, instance, known)


async def keep_awake(work: Work, instance_id: UUID, until: datetime | None) -> FleetOperation:
    """None lets it sleep again. Whatever is under way goes on."""
    instance = await access.instance(work, instance_id, to_change=True)
    refuse_gone(instance)
    instance.keep_awake_until = awake_until(work, until, "until")
    instance.warned_at, instance.look_at = None, work.now
    await instances.wake(work.tx)
    said = f"Kept awake until {until:%Y-%m-%d %H:%M} UTC." if instance.keep_awake_until else "May sleep again."
    who = _who(work, None)
    await moves.note(work, instance, "keep_awake", said, who=who)
    kept = instance.keep_awake_until
    details = {"until": kept.isoformat() if kept else None}
    await _record(work, instance, "kept_awake", f"Keeps {instance.name} awake", details)
    return await operations.done(work, instance, "keep_awake", said, who=who, **details)


def awake_until(work: Work, until: datetime | None, field: str) -> datetime | None:
    """None where that is over."""
    if until is not None and until > work.now + AWAKE_MOST:
        raise Invalid.field(field, "is more than 30 days away", hint="Turn hibernation off with a PATCH instead.")
    return until if until is not None and until > work.now else None


async def cancel(work: Work, operation_id: UUID) -> FleetOperation:
    """The controller ends it at its next look: the instance goes back where it was; a launch leaves nothing behind."""
    seen = await access.operation(work, operation_id)
    instance = await access.instance(work, seen.instance_id, to_change=True)
    found = await access.operation(work, operation_id)
    if found.state not in OPEN:
        raise Over(f"This operation is {found.state}.")
    if not asking.can_cancel(found.kind):
        raise CantCancel(
            f"It is too late not to {WORDS[found.kind].format(instance.name)}.", hint="Wait until it is over."
        )
    await _record(work, instance, "cancelled", f"Asked to stop: {found.kind}", {"operation_id": str(found.id)})
    if found.kind == "launch":
        instance.keep_snapshot = instance.snapshot_id is not None
    found.cancel_requested = True
    await work.tx.flush()
    await instances.poke(work.tx, [instance.id], work.now)
    return found


async def _ask(
    work: Work, instance: FleetInstance, kind: OperationKind, why: str = ASKED, *, who: str | None = None
) -> FleetOperation:
    known = await operations.of(work, instance)
    if known is not None and known.kind == kind:
        return known
    refused = asking.refusal("wake" if kind == "launch" else kind, instance.state, instance.wish)
    if refused is not None and refused.there:
        raise NothingToDo(f"{instance.name} is {_said(instance.state)} already.", hint=refused.hint)
    if refused is not None:
        said = f"You can't {WORDS[kind].format(instance.name)} while it is {_said(instance.state)}."
        raise WrongState(said, hint=refused.hint)
    return await _open(work, instance, kind, why, who=who)


async def _open(
    work: Work, instance: FleetInstance, kind: OperationKind, why: str, *, who: str | None = None
) -> FleetOperation:
    made = await operations.open(work, instance, kind, why)
    operations.note(made, who=_who(work, who))
    await work.tx.flush()
    if work.caller.user_id is not None:
        summary = f"Asked to {WORDS[kind].format(instance.name)}"
        await _record(work, instance, kind, summary, {"operation_id": str(made.id)})
    return made


async def _check_pausing(work: Work, instance: FleetInstance) -> None:
    machine = await showing.machine_of(work.tx, instance)
    if machine is None or instance.state != "running":
        return
    can = registry.kind(machine.provider).can
    if not can.stop_start:
        why = can.why_not.get("stop_start", f"{machine.provider} has no stopped machines.")
        raise CantPause(f"{instance.name} can't be paused where it is: {why}")


async def _record(
    work: Work, instance: FleetInstance, action: str, summary: str, details: dict[str, str | None]
) -> None:
    await accounts.audit.record(work, f"instance.{action}", ("instance", instance.id), summary, details=details)


def _who(work: Work, who: str | None) -> str:
    return who or (f"user:{work.caller.user_id}" if work.caller.user_id else "fleet")


def _said(state: str) -> str:
    return state.replace("_", " ")
