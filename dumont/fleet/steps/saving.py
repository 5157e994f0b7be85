"""Has a machine's agent make a snapshot, and takes over what came of it."""

from datetime import timedelta
from uuid import UUID

from dumont.agent import protocol
from dumont.basics.errors import Unavailable
from dumont.fleet.instances import courses, lacking, moves, operations
from dumont.fleet.rules.answers import by_idleness, wish_before
from dumont.fleet.rules.seen import Trouble
from dumont.fleet.rules.steps import BROUGHT, Bring, Save, Saved, SaveFailed
from dumont.fleet.rules.wanted import USUAL_FOLDER
from dumont.fleet.steps.preparing import grant, put
from dumont.fleet.steps.turn import NotNow, Turn
from dumont.snapshots import on_behalf
from dumont.snapshots.on_behalf import Snapshot
from dumont.snapshots.rules import unread
from dumont.snapshots.rules.keeping import COPIES
from dumont.snapshots.starting import Wish

ASLEEP = frozenset({"hibernation", "destroy"})
"""Its user may be at work, and wonder why nothing moves."""
UNREAD = "unread"
NO_KEY = "PATCH it with `restic`: the same place and the password that opens it, or another one."


async def save(turn: Turn, act: Save) -> None:
    instance, machine = turn.instance, turn.rows.rental(act.rental_id)
    if machine is None:
        raise NotNow(turn.limits.look_seconds)
    folder = turn.rows.wanted.workspace or str(machine.agent_facts.get("workspace") or USUAL_FOLDER)
    where = instance.restic_id
    wish = Wish(path=folder, label=instance.name, instance_id=instance.id, tags=(act.why,), restic_id=where)
    snapshot, handed = await on_behalf.start(turn.work, turn.owner, wish)
    args = {
        **grant(handed),
        "path": turn.rows.wanted.workspace,
        "label": snapshot.label,
        "still": act.still,
        "learn_hot": _first_since_restore(turn, machine.id),
        **await on_behalf.in_restic(turn.work, turn.means.vault, snapshot),
    }
    instance.saving_id = snapshot.id
    instance.saving_command_id = await put(turn, machine, "snapshot", args)
    if act.still and act.why in ASLEEP and instance.tries == 0:
        minutes = protocol.STILL_SECONDS / 60
        said = f"Whoever could write into the workspace is held still until it is saved, for {minutes:.0f} min at most."
        await moves.note(turn.work, instance, "snapshot", said)


async def bring(turn: Turn, _act: Bring) -> None:
    """Machines race meanwhile: it is there, or known to be none, before one of them needs it."""
    instance, kept = turn.instance, turn.rows.wanted.restic
    word = kept.restore_from if kept is not None else None
    if instance.restic_id is None or not word:
        raise NotNow(turn.limits.look_seconds)
    wish = Wish(path="", label=instance.name, instance_id=instance.id, tags=(BROUGHT,), restic_id=instance.restic_id)
    snapshot = await on_behalf.bring(turn.work, turn.means.jobs, turn.owner, wish, word)
    instance.saving_id = snapshot.id


def _first_since_restore(turn: Turn, machine_id: UUID) -> bool:
    """Which files were opened first after a wake is learned once, by the next snapshot."""
    restore, instance = turn.rows.restore, turn.instance
    back = restore is not None and restore.snapshot_id == instance.snapshot_id
    return back and machine_id == instance.primary_rental_id


async def saved(turn: Turn, _act: Saved) -> None:
    """Only what the store has been seen to hold counts."""
    instance, snapshot = turn.instance, turn.rows.saving
    if snapshot is None or snapshot.state != "complete":
        raise NotNow(turn.limits.poll_seconds)
    await _warn(turn, snapshot)
    instance.snapshot_id, instance.snapshot_at = snapshot.id, snapshot.created_at
    instance.saving_id = instance.saving_command_id = None
    instance.tries, instance.retry_at = 0, None
    begun = snapshot.created_at
    courses.follow(instance, lambda course: course.saved(begun))
    if turn.rows.operation is not None:
        operations.note(turn.rows.operation, snapshot_id=str(snapshot.id), new_bytes=snapshot.new_bytes)
    if COPIES.isdisjoint(snapshot.tags):  # those are made all the time: only a failure of one is told
        await moves.note(turn.work, instance, "snapshot", "A snapshot is complete.", snapshot_id=str(snapshot.id))


async def _warn(turn: Turn, snapshot: Snapshot) -> None:
    """Of files that could not be read: once, and not with every copy."""
    if not snapshot.unread:
        return
    if lacking.is_given_up(turn.rows.operation, lacking.of(snapshot)):
        snapshot.tags = [*snapshot.tags, lacking.TAG]
        return
    before = await on_behalf.found(turn.work.tx, turn.instance.snapshot_id)
    if before is None or (before.unread, before.unread_names) != (snapshot.unread, snapshot.unread_names):
        said = f"{unread.said(snapshot.unread, snapshot.unread_names)}. The snapshot is complete without."
        await moves.note(turn.work, turn.instance, "warning", said, code=UNREAD, snapshot_id=str(snapshot.id))


async def save_failed(turn: Turn, act: SaveFailed) -> None:
    """The machine stays, and it is tried again after a pause that grows."""
    instance, trouble = turn.instance, act.trouble
    _fall_back_on(turn)
    await forget(turn, trouble)
    if turn.seen.saving is not None and turn.seen.saving.brought:  # nobody made it, so nobody makes it again
        return
    known = instance.restic_id is not None
    if _is_locked(trouble) and not known and await on_behalf.met_encrypted(turn.work.tx, instance.owner_id):
        return
    instance.tries += 1
    pause = turn.limits.pause(instance.tries)
    instance.retry_at = turn.work.now + pause
    said = f"A snapshot failed ({trouble.message}). {_said_of_next(trouble, pause)}"
    await moves.note(turn.work, instance, "failure", said, code=trouble.code, tries=instance.tries)
    operation = turn.rows.operation
    if operation is None:
        return
    if trouble.code == UNREAD and turn.rows.saving is not None:
        lacking.note(operation, turn.rows.saving)
    if operation.kind == "snapshot" or (operation.kind == "hibernate" and _is_final(turn, trouble)):
        hint = NO_KEY if _is_locked(trouble) else "Try again; see what the agent says."
        error = Unavailable(trouble.message, code=trouble.code, hint=hint)
        await operations.fail(turn.work, instance, operation, error)
        instance.wish = wish_before(turn.seen) if operation.kind == "hibernate" else instance.wish


def _is_locked(trouble: Trouble) -> bool:
    return trouble.code == on_behalf.KEY_NEEDED


def _is_final(turn: Turn, trouble: Trouble) -> bool:
    """The agent lacks the passphrase, and no time mends that; of idleness nobody waits to hear it."""
    return _is_locked(trouble) and not by_idleness(turn.seen)


def _said_of_next(trouble: Trouble, pause: timedelta) -> str:
    if _is_locked(trouble):
        return NO_KEY
    again = f"It is tried again in {pause.total_seconds():.0f} s."
    return f"{again} {trouble.hint}" if trouble.code == UNREAD else again


def _fall_back_on(turn: Turn) -> None:
    """It lacks something, so the machine stays; if that is lost after all, this is what there is. By its time it saves
    nothing of what is asked to be saved now."""
    instance, snapshot = turn.instance, turn.rows.saving
    if snapshot is not None and snapshot.state == "complete" and not snapshot.wanted:
        before = instance.state_since - timedelta(microseconds=1)
        instance.snapshot_id, instance.snapshot_at = snapshot.id, min(snapshot.created_at, before)


async def forget(turn: Turn, trouble: Trouble) -> None:
    """Nobody waits for the snapshot that is being made."""
    instance = turn.instance
    if instance.saving_id is not None:
        await on_behalf.give_up(turn.work, instance.saving_id, trouble.code, trouble.message)
    instance.saving_id = instance.saving_command_id = None
