"""Says of machines whether they are still wanted, and lets go of them with all that was under way on them."""

from collections.abc import Sequence
from uuid import UUID

from dumont.fleet.agents import commands, runs
from dumont.fleet.instances import moves, restores, silence
from dumont.fleet.rentals import renting
from dumont.fleet.rules.steps import AskCloud, Hold, LetGo, Release, Stop
from dumont.fleet.steps import saving
from dumont.fleet.steps.turn import Turn
from dumont.fleet.store import races
from dumont.fleet.tables import FleetRental


async def let_go(turn: Turn, act: LetGo) -> None:
    """The instance goes on knowing them until they are confirmed gone."""
    await part_from(turn, [turn.rows.rentals[each] for each in act.rental_ids if each in turn.rows.rentals], act.why)


async def stop(turn: Turn, _act: Stop) -> None:
    instance = turn.instance
    await renting.want(turn.work, _primary(turn), "stopped", "paused")
    instance.setup_command_id = instance.onstart_command_id = None


async def hold(turn: Turn, _act: Hold) -> None:
    instance = turn.instance
    instance.setup_command_id = instance.onstart_command_id = None
    await renting.want(turn.work, _primary(turn), "held", "resumed")


async def release(turn: Turn, _act: Release | None = None) -> None:
    turn.instance.released_at = turn.work.now
    held = [rental for rental in turn.rows.rentals.values() if rental.stage != "ended" and rental.wanted != "gone"]
    await part_from(turn, held, "released")
    await reset_standby(turn)
    if held:
        await moves.note(turn.work, turn.instance, "rental", "Asleep for long: nothing is kept but the snapshot.")


async def ask_cloud(turn: Turn, _act: AskCloud) -> None:
    """The listing says what has become of the machine."""
    machine = turn.rows.primary
    if machine is None:
        return
    await races.list_now(turn.work.tx, machine.account_id, turn.work.now)
    await silence.tell(turn.work, turn.instance, machine.id)


async def lose_primary(turn: Turn, why: str) -> None:
    """The instance has no machine any more; whatever was wanted of it is over."""
    instance, machine = turn.instance, turn.rows.primary
    if machine is not None:
        await part_from(turn, [machine], why)
    instance.primary_rental_id = None
    instance.awake_since = instance.use_seen_at = instance.warned_at = None
    instance.setup_command_id = instance.onstart_command_id = None
    await restores.leave(turn.work, instance)
    await runs.leave(turn.work, instance)
    found = turn.seen.saving
    if found is not None and machine is not None and found.rental_id == machine.id and found.state != "verifying":
        await saving.forget(turn, restores.GIVEN_UP)


async def part_from(turn: Turn, machines: Sequence[FleetRental], why: str) -> None:
    live = [machine.id for machine in machines if machine.stage != "ended" and machine.wanted != "gone"]
    await renting.want(turn.work, live, "gone", why)
    await commands.withdraw(turn.work, live, "The machine is given up.")


async def reset_standby(turn: Turn) -> None:
    """It has no machine, and no copy."""
    row = turn.rows.standby
    if row is None:
        return
    await restores.leave(turn.work, row)
    row.rental_id = row.setup_command_id = None
    row.synced_at = row.synced_snapshot_id = row.sync_at = None
    row.state = "starting" if row.enabled else "off"
    row.changed_at = turn.work.now
    turn.instance.standby_rental_id = None


def _primary(turn: Turn) -> list[UUID]:
    return [turn.instance.primary_rental_id] if turn.instance.primary_rental_id else []
