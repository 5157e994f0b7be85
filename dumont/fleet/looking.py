"""Reads everything that a step of an instance is decided on: rows in one transaction, and what they mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from dumont.basics import ids
from dumont.fleet.agents import commands, finding
from dumont.fleet.agents.commands import Command
from dumont.fleet.instances import courses, idle, keeping, lacking
from dumont.fleet.rentals import offers
from dumont.fleet.rules.answers import LAST
from dumont.fleet.rules.checking import fault_of
from dumont.fleet.rules.choosing import place_of
from dumont.fleet.rules.course import Decided
from dumont.fleet.rules.refusals import was_refused
from dumont.fleet.rules.runs import run_of
from dumont.fleet.rules.seen import (
    CommandSeen,
    CourseSeen,
    OperationSeen,
    RaceSeen,
    RentalSeen,
    RestoreSeen,
    RunSeen,
    SavingSeen,
    Seen,
    StandbySeen,
    Trouble,
)
from dumont.fleet.rules.wanted import Wanted
from dumont.fleet.store import beats, drops, operations, races, standbys
from dumont.fleet.tables import FleetBeat, FleetInstance, FleetOperation, FleetRace, FleetRental, FleetStandby
from dumont.platform.work import Work
from dumont.providers import registry
from dumont.snapshots import on_behalf
from dumont.snapshots.on_behalf import Snapshot, SnapshotRestore
from dumont.snapshots.rules import unread

CHECK = "check_command_id"
LOST_STATES = ("interrupted", "failing_over")
HAS_WORK = ("running", "paused", "hibernating", "on_standby", "destroying")
"""In these it may have to be saved."""
LOST = Trouble("machine_lost", "The machine was lost in the midst of it.")
EXPIRED = Trouble("no_answer", "The agent did not take it up in time.")


@dataclass(slots=True)
class Rows:
    """As they are in the database; the instance's row is locked."""

    instance: FleetInstance
    wanted: Wanted
    rentals: Mapping[UUID, FleetRental]
    race: FleetRace | None
    operation: FleetOperation | None
    standby: FleetStandby | None
    commands: Mapping[UUID, Command]
    saving: Snapshot | None
    restore: SnapshotRestore | None
    sync: SnapshotRestore | None
    beat: FleetBeat | None
    drop_open: bool = False
    sealed: bool = False

    def rental(self, rental_id: UUID | None) -> FleetRental | None:
        return self.rentals.get(rental_id) if rental_id is not None else None

    @property
    def primary(self) -> FleetRental | None:
        return self.rental(self.instance.primary_rental_id)

    @property
    def second(self) -> FleetRental | None:
        return self.rental(self.standby.rental_id) if self.standby is not None else None


async def read(work: Work, instance: FleetInstance) -> Rows:
    tx = work.tx
    standby = await standbys.one(tx, instance.id)
    rentals = await races.rentals_of(tx, instance, standby.rental_id if standby else None)
    asked = [instance.setup_command_id, instance.saving_command_id, instance.restore_command_id]
    asked += [instance.onstart_command_id, instance.run_command_id]
    asked += [standby.setup_command_id, standby.restore_command_id] if standby else []
    operation = await operations.open_of(tx, instance.id) if instance.operation_id else None
    asked.append(check_of(operation))
    return Rows(
        instance=instance,
        wanted=Wanted.model_validate(instance.wanted),
        rentals={rental.id: rental for rental in rentals},
        race=await races.one(tx, instance.race_id),
        operation=operation,
        standby=standby,
        commands=await commands.of(tx, asked),
        saving=await on_behalf.found(tx, instance.saving_id),
        restore=await on_behalf.found_restore(tx, instance.restore_id),
        sync=await on_behalf.found_restore(tx, standby.restore_id) if standby else None,
        beat=(await beats.of(tx, [instance.primary_rental_id])).get(instance.primary_rental_id or instance.id),
        drop_open=instance.state in LOST_STATES and await _drop_open(work, instance),
        sealed=instance.state in HAS_WORK and bool(await keeping.sealed(tx, [instance])),
    )


def check_of(operation: FleetOperation | None) -> UUID | None:
    """The command by which a rehearsal looks at the copy."""
    return ids.read(str(operation.details.get(CHECK))) if operation is not None and CHECK in operation.details else None


async def _drop_open(work: Work, instance: FleetInstance) -> bool:
    silent = finding.silence(work.settings.fleet_deadman_seconds)
    return await drops.is_open(work.tx, instance.id, instance.state_since, silent)


def meant(work: Work, rows: Rows) -> Seen:
    instance, now = rows.instance, work.now
    rentals = {identity: _rental(rental, rows.beat) for identity, rental in rows.rentals.items()}
    second = rows.standby.rental_id if rows.standby else None
    mine = {instance.primary_rental_id, second}
    strays = [
        rentals[each.id]
        for each in rows.rentals.values()
        if each.id not in mine and (instance.race_id is None or each.race_id != instance.race_id)
    ]
    saving = _saving(rows, rentals, now)
    return Seen(
        state=instance.state,
        state_since=instance.state_since,
        wish=instance.wish,
        primary=rentals.get(instance.primary_rental_id) if instance.primary_rental_id else None,
        standby=_standby(rows, rentals, now),
        race=_race(rows, rentals),
        strays=tuple(strays),
        operation=_operation(rows.operation),
        setup=_command(rows.commands, instance.setup_command_id, now),
        saving=saving,
        restore=_restore(rows, rows.restore, rentals, now),
        onstart=_command(rows.commands, instance.onstart_command_id, now),
        run=_run(rows, now),
        check=_command(rows.commands, check_of(rows.operation), now),
        has_onstart=bool(rows.wanted.onstart.strip()),
        drop_open=rows.drop_open,
        only_there=instance.state == "paused" and (instance.restic_id is not None or rows.sealed),
        sealed=rows.sealed,
        brings=bool(rows.wanted.restic and rows.wanted.restic.restore_from and not instance.snapshot_id),
        snapshot_id=instance.snapshot_id,
        snapshot_at=instance.snapshot_at,
        tries=instance.tries,
        retry_at=instance.retry_at,
        idle=idle.of(instance, rows.beat, work.settings, sealed=rows.sealed),
        release_seconds=idle.rule_of(instance, work.settings).release_seconds,
        awake_since=instance.awake_since,
        until_at=instance.until_at,
        until_action=instance.until_action,
        released=instance.released_at is not None,
        keep_snapshot=instance.keep_snapshot,
        course=_course(rows, now),
    )


def _asks_at(found: Decided, now: datetime) -> datetime:
    """At once, where the clock was set back since."""
    return found.ask_at if found.at <= now else min(found.ask_at, now)


def _course(rows: Rows, now: datetime) -> CourseSeen | None:
    course, wanted = courses.open_of(rows.instance), rows.wanted
    if course is None or wanted.deadline is None or wanted.work_hours is None:
        return None
    done, found = course.done(now), course.decided
    return CourseSeen(
        deadline_at=wanted.deadline,
        work_hours=wanted.work_hours,
        done_hours=done,
        done_at=now + timedelta(hours=wanted.work_hours - done) if course.running else None,
        action=found.action if found else None,
        place=found.place if found else None,
        why=found.why if found else "",
        ask_at=_asks_at(found, now) if found else None,
        races_for=course.races_for,
    )


def _rental(row: FleetRental, beat: FleetBeat | None) -> RentalSeen:
    mine = beat if beat is not None and beat.rental_id == row.id else None
    error = Trouble(row.error_code, row.error_message or row.error_code) if row.error_code else None
    return RentalSeen(
        id=row.id,
        role=row.role,
        wanted=row.wanted,
        stage=row.stage,
        provider=row.provider,
        round=row.round,
        race_id=row.race_id,
        created_at=row.created_at,
        running_at=row.running_at,
        agent_at=row.agent_at,
        ready_at=row.ready_at,
        checked_at=row.checked_at,
        beat_at=mine.received_at if mine else row.beat_at,
        silent_at=mine.lost_at if mine else None,
        notice_at=_noticed(mine),
        ends_at=row.paid_until,
        unsaved_bytes=_unsaved(mine),
        seen_state=row.seen_state,
        seen_at=row.seen_at,
        can_stop=registry.kind(row.provider).can.stop_start,
        spot=row.spot,
        place=place_of(row.provider, row.listed.get("region")),
        fault=fault_of(row.agent_facts, offers.read(row.listed)) if row.agent_facts else None,
        error=error,
        refused=was_refused(row.why_ended, row.error_code),
    )


def _unsaved(beat: FleetBeat | None) -> int | None:
    said = beat.sample.get("unsaved_mb") if beat is not None else None
    return None if said is None else round(said * 1e6)


def _noticed(beat: FleetBeat | None) -> datetime | None:
    if beat is None or not beat.notice:
        return None
    said = beat.notice.get("received_at")
    return datetime.fromisoformat(said) if said else beat.received_at


def _race(rows: Rows, rentals: Mapping[UUID, RentalSeen]) -> RaceSeen | None:
    race = rows.race
    if race is None:
        return None
    entrants = tuple(seen for seen in rentals.values() if seen.race_id == race.id)
    return RaceSeen(
        id=race.id,
        state=race.state,  # type: ignore[arg-type]
        batch=race.batch,
        rounds_max=race.rounds_max,
        round_seconds=race.round_seconds,
        round=race.round,
        round_began_at=race.round_began_at,
        why=race.why,
        entrants=entrants,
        boots={UUID(name): (boots[0], boots[1]) for name, boots in race.boots.items()},
    )


def _operation(row: FleetOperation | None) -> OperationSeen | None:
    if row is None:
        return None
    return OperationSeen(
        id=row.id,
        kind=row.kind,
        created_at=row.created_at,
        why=row.why,
        cancel_requested=row.cancel_requested,
        by_itself=row.requested_by is None and "who" not in row.details,
        before=row.details.get("wish_before"),
    )


def _command(known: Mapping[UUID, Command], command_id: UUID | None, now: datetime) -> CommandSeen | None:
    found = known.get(command_id) if command_id is not None else None
    if found is None:
        return None
    late = found.is_open and found.expires_at <= now
    error = Trouble(found.error_code or "failed", found.error_message or "") if found.state == "failed" else None
    return CommandSeen(
        state="failed" if late else found.state,
        created_at=found.created_at,
        rental_id=found.rental_id,
        error=EXPIRED if late else error,
        code=found.result.get("code") if found.kind in ("hook", "run") else None,
    )


def _run(rows: Rows, now: datetime) -> RunSeen | None:
    found = run_of(rows.instance.run)
    if found is None:
        return None
    return RunSeen(state=found.state, command=_command(rows.commands, rows.instance.run_command_id, now))


def _saving(rows: Rows, rentals: Mapping[UUID, RentalSeen], now: datetime) -> SavingSeen | None:
    """A snapshot that is looked for in the store needs its machine no more."""
    snapshot, identity = rows.saving, rows.instance.saving_id
    if identity is None:
        return None
    if snapshot is None:
        gone = Trouble("snapshot_gone", "The snapshot was deleted.")
        return SavingSeen(id=identity, state="gone", asked_at=now, rental_id=None, trouble=gone)
    command = _command(rows.commands, rows.instance.saving_command_id, now)
    trouble = _why_over(snapshot.state, snapshot.error_code, snapshot.error_message, ("failed", "deleted"))
    if snapshot.state in ("queued", "running"):
        trouble = _of_agent(command, rentals)
    elif snapshot.state == "complete":
        trouble = _lacking(rows, snapshot, rentals.get(command.rental_id) if command is not None else None)
    return SavingSeen(
        id=snapshot.id,
        state=snapshot.state,
        asked_at=snapshot.created_at,
        rental_id=command.rental_id if command else None,
        percent=_percent(rows, rows.instance.saving_command_id),
        trouble=trouble,
        brought=bool(snapshot.wanted),
    )


def _lacking(rows: Rows, snapshot: Snapshot, machine: RentalSeen | None) -> Trouble | None:
    """What could not be read is on the machine alone, which is given up for this snapshot, if it is there still."""
    if not snapshot.unread or LAST.isdisjoint(snapshot.tags) or machine is None or machine.lost:
        return None
    if lacking.is_given_up(rows.operation, lacking.of(snapshot)):
        return None
    return Trouble("unread", unread.said(snapshot.unread, snapshot.unread_names), unread.WAY_OUT)


def _restore(
    rows: Rows, found: SnapshotRestore | None, rentals: Mapping[UUID, RentalSeen], now: datetime
) -> RestoreSeen | None:
    if found is None:
        return None
    standby = rows.standby
    of_standby = standby is not None and found.id == standby.restore_id
    identity = standby.restore_command_id if standby and of_standby else rows.instance.restore_command_id
    command = _command(rows.commands, identity, now)
    trouble = _why_over(found.state, found.error_code, found.error_message, ("failed", "cancelled"))
    if found.state in ("queued", "running"):
        trouble = _of_agent(command, rentals)
    return RestoreSeen(
        snapshot_id=found.snapshot_id,
        state=found.state,
        asked_at=found.created_at,
        rental_id=command.rental_id if command else None,
        percent=_percent(rows, identity),
        trouble=trouble,
    )


def _percent(rows: Rows, command_id: UUID | None) -> float | None:
    found = rows.commands.get(command_id) if command_id is not None else None
    return found.percent if found is not None else None


def _why_over(state: str, code: str | None, message: str | None, over: Sequence[str]) -> Trouble | None:
    return Trouble(code or state, message or f"It is {state}.") if state in over else None


def _of_agent(command: CommandSeen | None, rentals: Mapping[UUID, RentalSeen]) -> Trouble | None:
    """What is still to be done by an agent, which may have failed in it, or be gone."""
    if command is None:
        return Trouble("no_command", "Nobody was told to do it.")
    machine = rentals.get(command.rental_id)
    if machine is None or machine.lost:
        return LOST
    return (command.error or EXPIRED) if command.state == "failed" else None


def _standby(rows: Rows, rentals: Mapping[UUID, RentalSeen], now: datetime) -> StandbySeen | None:
    row = rows.standby
    if row is None:
        return None
    return StandbySeen(
        enabled=row.enabled,
        kind=row.kind,
        state=row.state,
        sync_seconds=row.sync_seconds,
        rental=rentals.get(row.rental_id) if row.rental_id else None,
        synced_at=row.synced_at,
        synced_snapshot_id=row.synced_snapshot_id,
        setup=_command(rows.commands, row.setup_command_id, now),
        restore=_restore(rows, rows.sync, rentals, now),
        sync_at=row.sync_at,
        tries=row.tries,
        changed_at=row.changed_at,
    )
