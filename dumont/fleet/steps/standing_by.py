"""Keeps a second machine: rents it, puts copies of the workspace there, and lets it take the first one's place."""

from datetime import timedelta

from dumont.basics.errors import Failure, Unavailable
from dumont.fleet.agents import runs
from dumont.fleet.events import StandbyInTrouble
from dumont.fleet.instances import failovers, moves, operations, restores
from dumont.fleet.launching import choosing, renter, second
from dumont.fleet.looking import CHECK, check_of
from dumont.fleet.money import budgets
from dumont.fleet.rentals import accounts, renting
from dumont.fleet.rentals.renting import Intent
from dumont.fleet.rules import costs, rehearsing
from dumont.fleet.rules.choosing import Candidate
from dumont.fleet.rules.seen import Trouble
from dumont.fleet.rules.steps import (
    CheckCopy,
    EndStandby,
    Promote,
    Rehearse,
    RentStandby,
    SetupStandby,
    StandbyFailed,
    Synced,
    SyncFailed,
    SyncRestore,
)
from dumont.fleet.steps.holding import part_from, reset_standby
from dumont.fleet.steps.preparing import give_keys, put, put_back
from dumont.fleet.steps.turn import NotNow, Turn
from dumont.fleet.tables import FleetRental, FleetStandby
from dumont.snapshots import on_behalf

NO_MARKET_SECONDS = 2.0
NOTHING_FITS = Trouble("no_standby_machine", "No machine fits for the standby.")


async def rent(turn: Turn, _act: RentStandby) -> None:
    row = _row(turn)
    if turn.view is None:
        raise NotNow(NO_MARKET_SECONDS)
    trouble = NOTHING_FITS
    try:
        chosen = await _chosen(turn, row)
        if not chosen:
            await second.demand_key(turn.work, turn.instance)
    except Failure as error:
        chosen, trouble = [], Trouble(error.code, error.message)
    for candidate in chosen:
        try:
            rental = await _intended(turn, candidate)
        except Failure as error:
            trouble = Trouble(error.code, error.message)
            continue
        row.rental_id = turn.instance.standby_rental_id = rental.id
        row.state, row.changed_at = "starting", turn.work.now
        row.setup_command_id = None
        await restores.leave(turn.work, row)
        row.synced_at = row.synced_snapshot_id = None
        return
    await _failed(turn, row, trouble)


async def set_up(turn: Turn, _act: SetupStandby) -> None:
    machine = turn.rows.second
    if machine is None:
        raise NotNow(NO_MARKET_SECONDS)
    machine.checked_at = turn.work.now
    row = _row(turn)
    row.setup_command_id = await give_keys(turn, machine)
    if row.state == "starting":  # other keys are no reason to say that it holds no copy, or does not serve
        row.state, row.changed_at = "syncing", turn.work.now


async def put_copy(turn: Turn, act: SyncRestore) -> None:
    row, machine = _row(turn), turn.rows.second
    if machine is None:
        raise NotNow(NO_MARKET_SECONDS)
    made = await put_back(turn, machine, act.snapshot_id, delta=row.synced_at is not None)
    if made is not None:
        row.restore_id, row.restore_command_id = made
        row.state, row.changed_at = "syncing", turn.work.now


async def synced(turn: Turn, _act: Synced) -> None:
    """The workspace as it was when the snapshot was asked for is there."""
    row, restore = _row(turn), turn.rows.sync
    if restore is None:
        raise NotNow(NO_MARKET_SECONDS)
    snapshot = await on_behalf.found(turn.work.tx, restore.snapshot_id)
    row.synced_snapshot_id = restore.snapshot_id
    row.synced_at = snapshot.created_at if snapshot is not None else restore.created_at
    row.restore_id = row.restore_command_id = None
    row.state, row.tries, row.changed_at = "synced", 0, turn.work.now
    row.error_code = row.error_message = None
    row.sync_at = turn.work.now + timedelta(seconds=row.sync_seconds)


async def sync_failed(turn: Turn, act: SyncFailed) -> None:
    row, trouble = _row(turn), act.trouble
    await restores.leave(turn.work, row, trouble)
    await _failed(turn, row, trouble)


async def machine_failed(turn: Turn, act: StandbyFailed) -> None:
    row, machine = _row(turn), turn.rows.second
    await part_from(turn, [machine] if machine is not None else [], "boot_timeout")
    await reset_standby(turn)
    await _failed(turn, row, act.trouble)


async def end(turn: Turn, act: EndStandby) -> None:
    machine = turn.rows.second
    await part_from(turn, [machine] if machine is not None else [], act.why)
    await reset_standby(turn)


async def promote(turn: Turn, _act: Promote) -> None:
    """The first machine is given up by now, or is with this: all that it held is on the second."""
    instance, row, machine = turn.instance, _row(turn), turn.rows.second
    if machine is None:
        raise NotNow(NO_MARKET_SECONDS)
    first = turn.rows.primary
    if first is not None:
        await part_from(turn, [first], "interrupted")
    keys = row.setup_command_id
    machine.role = "primary"
    await reset_standby(turn)
    instance.primary_rental_id, instance.setup_command_id = machine.id, keys
    instance.onstart_command_id = None
    await restores.leave(turn.work, instance)
    await runs.leave(turn.work, instance)
    instance.awake_since = instance.use_seen_at = instance.warned_at = None


async def check_copy(turn: Turn, _act: CheckCopy) -> None:
    machine, operation = turn.rows.second, turn.rows.operation
    if machine is None or operation is None:
        raise NotNow(NO_MARKET_SECONDS)
    doors = [{"host": row["host"], "port": row["port"]} for row in machine.addresses]
    identity = await put(turn, machine, "check", {"doors": doors}, seconds=turn.limits.command_seconds)
    operations.note(operation, **{CHECK: str(identity)})


async def rehearse(turn: Turn, _act: Rehearse) -> None:
    operation, row = turn.rows.operation, _row(turn)
    check = turn.rows.commands.get(check_of(operation) or row.instance_id)
    if operation is None or check is None:
        raise NotNow(NO_MARKET_SECONDS)
    copy = await on_behalf.found(turn.work.tx, row.synced_snapshot_id)
    wanted = (copy.files, copy.bytes) if copy is not None else (None, None)
    whole = ((check.ended_at or turn.work.now) - check.created_at).total_seconds()
    stages = rehearsing.stages_of(check.result, whole)
    asked_at = check.created_at
    found = await failovers.rehearsed(turn.work, turn.instance, turn.seen, began_at=asked_at, stages=stages)
    lost = {"lost_seconds": found.lost_seconds, "lost_bytes": found.lost_bytes}
    checked = {name: check.result.get(name) for name in ("files", "bytes", "unreadable", "ssh")}
    expected = {"expected_files": wanted[0], "expected_bytes": wanted[1]}
    operations.note(operation, failover_id=str(found.id), **lost, **checked, **expected)
    fault = rehearsing.fault_of(check.result, *wanted)
    if fault is None:
        await operations.finish(turn.work, turn.instance, operation)
    else:
        error = Unavailable(fault.message, code=fault.code, hint=fault.hint)
        await operations.fail(turn.work, turn.instance, operation, error)


async def _chosen(turn: Turn, row: FleetStandby) -> list[Candidate]:
    instance, wanted = turn.instance, turn.rows.wanted
    user_id = await renter.of(turn.work, instance)
    if user_id is None or turn.view is None:
        return []
    machines = [rental for rental in turn.rows.rentals.values() if rental.stage != "ended"]
    taken = [f"{each.provider}:{each.machine_id}" for each in machines]
    wishes = second.wishes(wanted, user_id, row, taken)
    return list((await choosing.candidates(turn.work, turn.view, wishes)).chosen)


async def _intended(turn: Turn, candidate: Candidate) -> FleetRental:
    instance, listed = turn.instance, choosing.listed_of(candidate)
    disk = costs.disk_hour(candidate.provider, listed.storage_price_gb_month, turn.rows.wanted.disk_gb)
    await budgets.refuse_unaffordable(turn.work, instance.owner_id, candidate.price_hour + disk)
    account = await accounts.ensure(turn.work, turn.means.vault, candidate.provider, instance.user_id)
    intent = Intent(
        instance=instance,
        account=account,
        listed=listed,
        disk_gb=turn.rows.wanted.disk_gb,
        offer_id=candidate.id,
        role="standby",
        spot=candidate.spot,
    )
    return await renting.intend(turn.work, turn.means, intent)


async def _failed(turn: Turn, row: FleetStandby, trouble: Trouble) -> None:
    """Tried again after a pause that grows; told when it begins."""
    row.tries += 1
    row.state, row.changed_at = "failed", turn.work.now
    row.sync_at = turn.work.now + turn.limits.pause(row.tries)
    row.error_code, row.error_message = trouble.code, trouble.message
    if row.tries == 1:
        said = f"The standby is in trouble: {trouble.message}"
        await moves.note(turn.work, turn.instance, "failure", said, code=trouble.code)
        whose = {"owner_id": turn.instance.owner_id, "instance_id": turn.instance.id}
        await turn.work.publish(StandbyInTrouble(**whose, name=turn.instance.name, why=trouble.message))


def _row(turn: Turn) -> FleetStandby:
    row = turn.rows.standby
    if row is None:
        raise Unavailable("There is no standby.")
    return row
