"""Makes what is sent out of rows: instances, operations, races, receipts, proofs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from dumont.fleet.instances import lacking
from dumont.fleet.launching.cautions import Caution
from dumont.fleet.launching.planning import Plan
from dumont.fleet.listing import Detail, Shown
from dumont.fleet.money.proving import ProofShown
from dumont.fleet.money.receipts import RaceShown
from dumont.fleet.rules.asking import can_cancel, plan_of
from dumont.fleet.rules.lanes import lane_of, seconds_of, stages_of
from dumont.fleet.rules.remaining import remaining
from dumont.fleet.rules.runs import run_of
from dumont.fleet.rules.wanted import HibernationWish, Wanted
from dumont.fleet.schemas import courses, using
from dumont.fleet.schemas.connection import Connection
from dumont.fleet.schemas.fields import Fault, Owner
from dumont.fleet.schemas.instances import (
    HibernationRule,
    Instance,
    InstanceCommand,
    InstanceDetail,
    InstanceMachine,
    InstanceRental,
    InstanceStandby,
    NextStep,
    SnapshotBrief,
)
from dumont.fleet.schemas.launching import Launched, LaunchPlan, LaunchWarning
from dumont.fleet.schemas.operations import Operation
from dumont.fleet.schemas.proof import CostingMachine, GoneMachine, KeptStorage, Proof
from dumont.fleet.schemas.races import Lane, Race, Receipt
from dumont.fleet.store.showing import Money
from dumont.fleet.tables import FleetCommand, FleetInstance, FleetOperation, FleetRental, FleetStandby
from dumont.snapshots.rules.money import month
from dumont.snapshots.sizes import Size


class _Failed(Protocol):
    error_code: str | None
    error_message: str | None


def instance(shown: Shown, now: datetime) -> Instance:
    return Instance.model_validate(_instance(shown, now))


def detail(found: Detail, now: datetime) -> InstanceDetail:
    row = found.shown.instance
    wanted = Wanted.model_validate(row.wanted)
    return InstanceDetail.model_validate(
        {
            **_instance(found.shown, now),
            "wanted": wanted,
            "env_names": found.env_names,
            "hibernation": HibernationRule.model_validate(found.rule),
            "hibernation_own": HibernationWish.model_validate(row.hibernation),
            "race": race(found.race, now) if found.race else None,
            "rentals": [_rental(rental, found.costs) for rental in found.rentals],
            "commands": [_command(command) for command in found.commands],
            "connection": Connection.model_validate(found.way) if found.way else None,
            "host_key": row.host_key_public,
            "max_price_hour": wanted.max_price_hour,
        }
    )


def operation(found: FleetOperation, now: datetime) -> Operation:
    same = (
        *("id", "instance_id", "kind", "state", "stage", "stage_since", "percent", "why", "requested_by"),
        *("cancel_requested", "details", "created_at", "ended_at"),
    )
    is_open = found.state in ("queued", "running")
    plan = plan_of(found.kind, [*found.stages, found.stage], saves=found.details.get("keep_snapshot", True))
    return Operation.model_validate(
        {
            **{name: getattr(found, name) for name in same},
            "eta_seconds": _remaining(found, plan, now) if is_open else None,
            "plan": plan,
            "stages": {name: found.stages[name] for name in plan if name in found.stages},
            "seconds": round(max(0.0, ((found.ended_at or now) - found.created_at).total_seconds()), 3),
            "unread": _unread(found),
            "can_cancel": is_open and not found.cancel_requested and can_cancel(found.kind),
            "error": _fault(found, found.error_hint),
        }
    )


def _unread(found: FleetOperation) -> dict[str, object] | None:
    lack = lacking.shown(found)
    if lack is None:
        return None
    return {"files": lack.count, "names": lack.names, "agreed": lacking.is_given_up(found, lack)}


def _remaining(found: FleetOperation, plan: list[str], now: datetime) -> float | None:
    since = max(0.0, (now - found.stage_since).total_seconds())
    return remaining(plan, found.stage, since_seconds=since, percent=found.percent, usual=found.usual or {})


def launched(shown: Shown, now: datetime, cautions: Sequence[Caution]) -> Launched:
    seen = instance(shown, now)
    warnings = [LaunchWarning.model_validate(each) for each in cautions]
    return Launched(dry_run=False, instance=seen, operation=seen.operation, plan=None, warnings=warnings)


def planned(plan: Plan) -> Launched:
    shown = LaunchPlan.model_validate(plan)
    return Launched(dry_run=True, instance=None, operation=None, plan=shown, warnings=shown.warnings)


def race(found: RaceShown, now: datetime) -> Race:
    row = found.race
    same = (
        *("id", "attempt_type", "state", "rounds_max", "round", "round_seconds", "round_began_at", "winner_id", "why"),
        *("expected_cost", "started_at", "ended_at"),
    )
    return Race.model_validate(
        {
            **{name: getattr(row, name) for name in same},
            "machines": row.batch,
            "cost": found.losers_cost,
            "seconds": _seconds(found, now),
            "lanes": [_lane(entrant, found, now) for entrant in found.entrants],
        }
    )


def receipt(found: RaceShown, now: datetime) -> Receipt:
    lanes = {entrant.id: _lane(entrant, found, now) for entrant in found.entrants}
    winner = lanes.get(found.race.winner_id) if found.race.winner_id else None
    losers = [lanes[loser.id] for loser in found.losers]
    return Receipt(
        race_id=found.race.id,
        state=found.race.state,
        entrants=len(lanes),
        rounds=found.race.round,
        seconds=_seconds(found, now),
        winner=winner,
        winner_stages=winner.stages if winner else {},
        losers=losers,
        losers_seconds=round(sum(lane.seconds for lane in losers if lane.cost), 3),
        losers_cost=found.losers_cost,
        expected_cost=found.race.expected_cost,
        confirmed=sum(loser.stage == "ended" for loser in found.losers),
        settled=found.settled,
    )


def proof(found: ProofShown, now: datetime) -> Proof:
    kept = found.kept
    return Proof(
        instance_id=found.instance.id,
        name=found.instance.name,
        state=found.instance.state,
        keep_snapshot=found.instance.keep_snapshot,
        operation=operation(found.operation, now) if found.operation else None,
        price_hour=found.money.hour,
        cost=found.money.total,
        still_costs=[_costing(machine, found.costs) for machine in found.live],
        confirmed_gone=[_gone(machine, found.costs) for machine in found.gone],
        storage=KeptStorage(
            snapshots=kept.snapshots,
            bytes=kept.unique_bytes,
            cost_month=month(kept.unique_bytes, found.storage_price_gb_month),
        )
        if kept
        else None,
        zero=not found.live and found.money.hour == 0,
        as_of=now,
    )


def _instance(shown: Shown, now: datetime) -> dict[str, Any]:
    row, machine = shown.instance, shown.machine
    same = (
        *("id", "name", "state", "state_since", "why", "wish", "keep_awake_until", "until_at", "until_action"),
        *("created_at", "destroyed_at"),
    )
    return {
        **{name: getattr(row, name) for name in same},
        "owner": Owner(kind="team" if shown.of_team else "user", id=row.owner_id),
        "launched_by": row.user_id,
        "error": _fault(row, row.error_hint),
        "machine": _machine(machine, held=machine in shown.live) if machine else None,
        "machines": sum(rental.attempted_at is not None for rental in shown.live),
        "price_hour": shown.money.hour,
        "cost": shown.money.total,
        "utilisation": using.utilisation(shown, now),
        "snapshot": _snapshot(row, shown.size, shown.storage_price_gb_month),
        "next": NextStep.model_validate(shown.next) if shown.next else None,
        "operation": operation(shown.operation, now) if shown.operation else None,
        "standby": standby(shown.standby) if shown.standby else None,
        "run": run_of(row.run),
        "course": courses.course(row, now),
    }


def _machine(rental: FleetRental, *, held: bool) -> InstanceMachine:
    listed = rental.listed
    told = ("gpu_name", "gpu_count", "vram_gb", "cpu_cores", "ram_gb", "region", "country")
    same = ("role", "stage", "provider", "machine_id", "disk_gb", "spot")
    return InstanceMachine.model_validate(
        {
            **{name: listed.get(name) for name in told},
            **{name: getattr(rental, name) for name in same},
            "gpu_count": listed.get("gpu_count") or 0,
            "vram_gb": listed.get("vram_gb") or 0.0,
            "rental_id": rental.id,
            "held": held,
            "price_hour": rental.price_hour + rental.disk_hour,
            "since": rental.running_at or rental.created_at,
        }
    )


def _snapshot(row: FleetInstance, size: Size | None, price: Decimal) -> SnapshotBrief | None:
    if row.snapshot_id is None:
        return None
    return SnapshotBrief(
        id=row.snapshot_id,
        at=row.snapshot_at,
        bytes=size.bytes if size else None,
        stored_bytes=size.stored_bytes if size else None,
        cost_month=month(size.unique_bytes, price) if size and size.unique_bytes is not None else None,
        engine="restic" if size and size.in_restic else "dumont",
    )


def standby(row: FleetStandby) -> InstanceStandby:
    names = [name for name in InstanceStandby.model_fields if name != "error"]
    return InstanceStandby.model_validate({**{name: getattr(row, name) for name in names}, "error": _fault(row, None)})


def _rental(rental: FleetRental, costs: Mapping[UUID, Money]) -> InstanceRental:
    other = ("gpu_name", "gpu_count", "region", "price_hour", "cost", "error")
    return InstanceRental.model_validate(
        {
            **{name: getattr(rental, name) for name in InstanceRental.model_fields if name not in other},
            "gpu_name": rental.listed.get("gpu_name"),
            "gpu_count": rental.listed.get("gpu_count") or 0,
            "region": rental.listed.get("region"),
            "price_hour": rental.price_hour + rental.disk_hour,
            "cost": costs.get(rental.id, Money()).total,
            "error": _fault(rental, None),
        }
    )


def _command(command: FleetCommand) -> InstanceCommand:
    same = ("id", "rental_id", "kind", "state", "created_at", "sent_at", "ended_at")
    percent = 100.0 if command.state == "done" else command.result.get("percent")
    return InstanceCommand.model_validate(
        {**{name: getattr(command, name) for name in same}, "percent": percent, "error": _fault(command, None)}
    )


def _lane(entrant: FleetRental, found: RaceShown, now: datetime) -> Lane:
    won = entrant.id == found.race.winner_id
    same = ("round", "provider", "machine_id", "spot", "stage", "created_at", "ended_at", "why_ended")
    return Lane.model_validate(
        {
            **{name: getattr(entrant, name) for name in same},
            "rental_id": entrant.id,
            "gpu_name": entrant.listed.get("gpu_name"),
            "gpu_count": entrant.listed.get("gpu_count") or 0,
            "region": entrant.listed.get("region"),
            "price_hour": entrant.price_hour + entrant.disk_hour,
            "lane": lane_of(entrant, winner=won),
            "winner": won,
            "seconds": seconds_of(entrant, (found.race.ended_at or now) if won else now),
            "stages": stages_of(entrant, found.race.ended_at if won else None),
            "cost": found.cost(entrant),
            "error": _fault(entrant, None),
        }
    )


def _costing(machine: FleetRental, costs: Mapping[UUID, Money]) -> CostingMachine:
    money = costs.get(machine.id, Money())
    same = ("provider", "machine_id", "provider_machine_id", "role", "stage")
    return CostingMachine.model_validate(
        {
            **{name: getattr(machine, name) for name in same},
            "rental_id": machine.id,
            "price_hour": money.hour,
            "cost": money.total,
            "asked_at": machine.end_asked_at,
            "why": _why_still(machine),
        }
    )


def _gone(machine: FleetRental, costs: Mapping[UUID, Money]) -> GoneMachine:
    same = ("provider", "machine_id", "provider_machine_id", "ended_at", "why_ended")
    never = machine.attempted_at is None or machine.why_ended == "never_made"
    return GoneMachine.model_validate(
        {
            **{name: getattr(machine, name) for name in same},
            "rental_id": machine.id,
            "confirmed_by": "never_made" if never else "listing",
            "cost": costs.get(machine.id, Money()).total,
        }
    )


def _why_still(machine: FleetRental) -> str:
    if machine.wanted != "gone":
        return "It is in use." if machine.wanted == "held" else "It is stopped, and kept."
    if machine.end_asked_at is None:
        return "To be ended; its cloud has not answered that it does so yet."
    return "Its cloud ends it; waiting for two complete lists without it."


def _fault(row: _Failed, hint: str | None) -> Fault | None:
    if row.error_code is None:
        return None
    return Fault(code=row.error_code, message=row.error_message or row.error_code, hint=hint)


def _seconds(found: RaceShown, now: datetime) -> float:
    return round(max(0.0, ((found.race.ended_at or now) - found.race.started_at).total_seconds()), 3)
