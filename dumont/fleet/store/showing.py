"""SQL for showing many instances at once: each question is asked once for a whole page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on

from dumont.fleet.tables import (
    FleetBeat,
    FleetCommand,
    FleetInstance,
    FleetOperation,
    FleetRace,
    FleetRental,
    FleetSchedule,
    FleetStandby,
)
from dumont.platform.db import Tx, raw

RENTALS_SHOWN, COMMANDS_SHOWN = 50, 10
NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class Money:
    hour: Decimal = NONE
    """What it costs at this moment."""
    total: Decimal = NONE


@dataclass(frozen=True, slots=True)
class Minute:
    minute: datetime
    gpu_percent: float | None
    cpu_percent: float


async def money_of_instances(tx: Tx, ids: Sequence[UUID], now: datetime) -> dict[UUID, Money]:
    return {row[0]: Money(row[1], row[2]) for row in await (await raw(tx)).fetch(_OF_INSTANCES, list(ids), now)}


async def money_of_rentals(tx: Tx, ids: Sequence[UUID], now: datetime) -> dict[UUID, Money]:
    return {row[0]: Money(row[1], row[2]) for row in await (await raw(tx)).fetch(_OF_RENTALS, list(ids), now)}


async def minutes(tx: Tx, ids: Sequence[UUID], since: datetime) -> dict[UUID, list[Minute]]:
    found: dict[UUID, list[Minute]] = {}
    for row in await (await raw(tx)).fetch(_MINUTES, list(ids), since):
        found.setdefault(row[0], []).append(Minute(row[1], row[2], row[3]))
    return found


async def live_rentals(tx: Tx, ids: Sequence[UUID]) -> Sequence[FleetRental]:
    query = select(FleetRental).where(FleetRental.instance_id.in_(ids), FleetRental.stage != "ended")
    return (await tx.execute(query.order_by(FleetRental.created_at, FleetRental.id))).scalars().all()


async def last_machines(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, FleetRental]:
    """The machine that each had last, for those that have none."""
    newest = (FleetRental.instance_id, FleetRental.created_at.desc())
    query = select(FleetRental).ext(distinct_on(FleetRental.instance_id))
    query = query.where(FleetRental.instance_id.in_(ids), FleetRental.role == "primary").order_by(*newest)
    return {rental.instance_id: rental for rental in (await tx.execute(query)).scalars()}


async def machine_of(tx: Tx, instance: FleetInstance) -> FleetRental | None:
    if instance.primary_rental_id is None:
        return None
    return await tx.get(FleetRental, instance.primary_rental_id, populate_existing=True)


async def beats(tx: Tx, rental_ids: Sequence[UUID]) -> dict[UUID, FleetBeat]:
    query = select(FleetBeat).where(FleetBeat.rental_id.in_(rental_ids)).execution_options(populate_existing=True)
    return {beat.rental_id: beat for beat in (await tx.execute(query)).scalars()}


async def open_operations(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, FleetOperation]:
    still = FleetOperation.state.in_(("queued", "running"))
    query = select(FleetOperation).where(FleetOperation.instance_id.in_(ids), still)
    return {found.instance_id: found for found in (await tx.execute(query)).scalars()}


async def standbys(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, FleetStandby]:
    query = select(FleetStandby).where(FleetStandby.instance_id.in_(ids))
    return {found.instance_id: found for found in (await tx.execute(query)).scalars()}


async def scheduled(tx: Tx, ids: Sequence[UUID]) -> Mapping[UUID, Mapping[str, datetime]]:
    """By instance and action: the next time."""
    query = select(FleetSchedule.instance_id, FleetSchedule.action, func.min(FleetSchedule.next_at))
    query = query.where(FleetSchedule.instance_id.in_(ids), FleetSchedule.next_at.is_not(None))
    found: dict[UUID, dict[str, datetime]] = {}
    for instance_id, action, at in await tx.execute(query.group_by(FleetSchedule.instance_id, FleetSchedule.action)):
        if at is not None:
            found.setdefault(instance_id, {})[action] = at
    return found


async def race(tx: Tx, instance_id: UUID, race_id: UUID | None) -> FleetRace | None:
    """This one, or the newest."""
    query = select(FleetRace).where(FleetRace.instance_id == instance_id)
    if race_id is not None:
        query = query.where(FleetRace.id == race_id)
    return (await tx.execute(query.order_by(FleetRace.started_at.desc()).limit(1))).scalar_one_or_none()


async def entrants(tx: Tx, race_id: UUID) -> Sequence[FleetRental]:
    query = select(FleetRental).where(FleetRental.race_id == race_id)
    ordered = query.order_by(FleetRental.round, FleetRental.created_at, FleetRental.id)
    return (await tx.execute(ordered)).scalars().all()


async def rentals(tx: Tx, instance_id: UUID, limit: int = RENTALS_SHOWN) -> Sequence[FleetRental]:
    """Live ones first, then the newest."""
    query = select(FleetRental).where(FleetRental.instance_id == instance_id)
    ordered = query.order_by(FleetRental.ended_at.is_not(None), FleetRental.created_at.desc(), FleetRental.id.desc())
    return (await tx.execute(ordered.limit(limit))).scalars().all()


async def commands(tx: Tx, instance_id: UUID) -> Sequence[FleetCommand]:
    """Open ones, and the newest that are over."""
    query = select(FleetCommand).where(FleetCommand.instance_id == instance_id, FleetCommand.kind != "logs")
    ordered = query.order_by(FleetCommand.ended_at.is_not(None), FleetCommand.created_at.desc())
    return (await tx.execute(ordered.limit(COMMANDS_SHOWN))).scalars().all()


_SUMS = """
    coalesce(sum(c.price_hour) FILTER (WHERE c.until IS NULL), 0),
    coalesce(sum(c.price_hour * greatest(extract(epoch FROM coalesce(c.until, $2) - c.since), 0) / 3600), 0)
"""
_OF_INSTANCES = f"""
    SELECT r.instance_id, {_SUMS} FROM fleet_rentals r JOIN fleet_costs c ON c.rental_id = r.id
    WHERE r.instance_id = ANY($1) GROUP BY 1
"""  # noqa: S608
_OF_RENTALS = f"SELECT c.rental_id, {_SUMS} FROM fleet_costs c WHERE c.rental_id = ANY($1) GROUP BY 1"  # noqa: S608
_MINUTES = """
    SELECT instance_id, minute, sum(gpu_sum) / nullif(sum(gpu_samples), 0), sum(cpu_sum) / greatest(sum(samples), 1)
    FROM fleet_minutes WHERE instance_id = ANY($1) AND minute >= $2 GROUP BY 1, 2 ORDER BY 1, 2
"""
