"""Ends the putting back of a workspace for which nobody waits any more: its leave to read the store ends with it."""

from dumont.fleet.rules.seen import Trouble
from dumont.fleet.tables import FleetInstance, FleetStandby
from dumont.platform.work import Work
from dumont.snapshots import on_behalf

GIVEN_UP = Trouble("machine_gone", "The machine was given up in the midst of it.")


async def leave(work: Work, holder: FleetInstance | FleetStandby, trouble: Trouble = GIVEN_UP) -> None:
    """One that is complete stays so."""
    if holder.restore_id is not None:
        await on_behalf.give_up_restore(work, holder.restore_id, trouble.code, trouble.message)
    holder.restore_id = holder.restore_command_id = None
