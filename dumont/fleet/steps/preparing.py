"""Gives a machine what makes it the instance's: its keys, its workspace, and the start of its owner's script."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, get_args
from uuid import UUID

from dumont.fleet.agents import commands, runs
from dumont.fleet.agents.lending import NEAR
from dumont.fleet.instances import environment, host_keys, moves, restores
from dumont.fleet.rules.states import CommandKind
from dumont.fleet.rules.steps import (
    ALONE,
    BROUGHT,
    BeginRun,
    EndRun,
    Onstart,
    Restore,
    RestoreFailed,
    RunNotBegun,
    Setup,
    Why,
)
from dumont.fleet.rules.wanted import USUAL_FOLDER
from dumont.fleet.steps.turn import NotNow, Turn
from dumont.fleet.tables import FleetRental
from dumont.snapshots import on_behalf
from dumont.snapshots.granting import Handed
from dumont.snapshots.starting import NotComplete

AGAIN_SECONDS = 5.0
OURS = (*get_args(Why), BROUGHT, ALONE)
"""Tags of the fleet's own snapshots, which are all of the workspace."""


async def set_up(turn: Turn, act: Setup) -> None:
    """With the workspace, if that is to come: the agent is called once for both."""
    turn.instance.setup_command_id = await give_keys(turn, _machine(turn))
    if act.snapshot_id is not None:
        await restore(turn, Restore(act.snapshot_id))


async def run_onstart(turn: Turn, _act: Onstart) -> None:
    """It may take as long as it wants: what it starts may be the work itself."""
    args = {"script": turn.rows.wanted.onstart, "env": environment.of(turn.means.vault, turn.instance)}
    turn.instance.onstart_command_id = await put(turn, _machine(turn), "hook", args)


async def begin_run(turn: Turn, _act: BeginRun) -> None:
    """It may go on for as long as its machine."""
    args = {"script": turn.rows.wanted.run, "env": environment.of(turn.means.vault, turn.instance)}
    command_id = await put(turn, _machine(turn), "run", args, seconds=commands.FOR_GOOD)
    await runs.begun(turn.work, turn.instance, command_id)


async def run_not_begun(turn: Turn, _act: RunNotBegun) -> None:
    await runs.not_begun(turn.work, turn.instance)


async def end_run(turn: Turn, _act: EndRun) -> None:
    command_id = turn.instance.run_command_id
    await runs.ended(turn.work, turn.instance, turn.rows.commands.get(command_id) if command_id else None)


async def restore(turn: Turn, act: Restore) -> None:
    instance, machine = turn.instance, _machine(turn)
    delta = instance.restore_id is not None
    made = await put_back(turn, machine, act.snapshot_id, delta=delta)
    if made is not None:
        instance.restore_id, instance.restore_command_id = made


async def restore_failed(turn: Turn, act: RestoreFailed) -> None:
    instance, trouble = turn.instance, act.trouble
    await restores.leave(turn.work, instance, trouble)
    instance.tries += 1
    instance.retry_at = turn.work.now + turn.limits.pause(instance.tries)
    said = f"The workspace could not be put back: {trouble.message}"
    await moves.note(turn.work, instance, "failure", said, code=trouble.code, tries=instance.tries)


async def give_keys(turn: Turn, machine: FleetRental) -> UUID:
    instance = turn.instance
    private = turn.means.vault.open(instance.host_key_sealed, host_keys.place(instance.id))
    args: dict[str, Any] = {
        "host_key": private,
        "host_key_pub": instance.host_key_public,
        "authorized_keys": list(turn.rows.wanted.ssh_keys),
    }
    if instance.restic_id is not None:
        args["restic"] = True
    return await put(turn, machine, "setup", args, seconds=turn.limits.command_seconds)


async def put_back(turn: Turn, machine: FleetRental, snapshot_id: UUID, *, delta: bool) -> tuple[UUID, UUID] | None:
    """The restore, and the command that it is; None where the snapshot was deleted, and another one is the newest."""
    target = turn.rows.wanted.workspace
    try:
        made, handed = await on_behalf.start_restore(turn.work, turn.owner, snapshot_id, target)
    except NotComplete as error:
        await _take_older(turn, error.message)
        return None
    args = {**grant(handed), "target": target, "delta": delta, **await _in_restic(turn, snapshot_id)}
    args |= on_behalf.near(turn.work, turn.owner.id) if machine.provider == NEAR else {}
    return made.id, await put(turn, machine, "restore", args)


async def _in_restic(turn: Turn, snapshot_id: UUID) -> Mapping[str, Any]:
    snapshot = await on_behalf.found(turn.work.tx, snapshot_id)
    return await on_behalf.in_restic(turn.work, turn.means.vault, snapshot) if snapshot is not None else {}


async def _take_older(turn: Turn, why: str) -> None:
    instance = turn.instance
    folders = (turn.rows.wanted.workspace or USUAL_FOLDER,)
    older = await on_behalf.newest(turn.work.tx, instance.owner_id, instance.id, folders=folders, tags=OURS)
    instance.snapshot_id = older.id if older else None
    instance.snapshot_at = older.created_at if older else None
    left = f"one of {older.created_at:%Y-%m-%d %H:%M} UTC is taken" if older else "it starts without one"
    await moves.note(turn.work, instance, "failure", f"The newest snapshot can't be read, so {left}: {why}")


def grant(handed: Handed) -> dict[str, Any]:
    return {"server": handed.url, "grant": handed.token}


async def put(
    turn: Turn, machine: FleetRental, kind: CommandKind, args: Mapping[str, Any], *, seconds: float | None = None
) -> UUID:
    expires = turn.work.now + timedelta(seconds=seconds) if seconds is not None else None
    return await commands.put(turn.work, turn.means.vault, machine, kind, args, expires=expires)


def _machine(turn: Turn) -> FleetRental:
    machine = turn.rows.primary
    if machine is None:
        raise NotNow(AGAIN_SECONDS)
    return machine
