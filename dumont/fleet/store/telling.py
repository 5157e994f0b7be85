"""SQL of what reliability is told of rentals whose agents have called."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update

from dumont.fleet.rules.states import Stage
from dumont.fleet.tables import FleetBeat, FleetMinute, FleetRental
from dumont.platform.db import Tx, raw


class Due(NamedTuple):
    rental_id: UUID
    instance_id: UUID
    since: datetime
    """At the beginning of a minute."""
    minute: datetime
    sums: Sequence[float]
    provider: str
    machine_id: str
    stage: Stage
    ended_at: datetime | None
    why_ended: str | None


class Minute(NamedTuple):
    minute: datetime
    gpu_samples: int
    gpu_sum: float
    temperature_max: float | None


async def due(tx: Tx, now: datetime, every: timedelta, limit: int) -> list[Due]:
    """Not told of for so long, or ended; theirs is the row until the end of the transaction."""
    since = func.date_trunc("minute", func.coalesce(FleetBeat.told_at, FleetRental.agent_at, FleetBeat.received_at))
    query = (
        select(
            FleetBeat.rental_id,
            FleetBeat.instance_id,
            since,
            FleetBeat.minute,
            FleetBeat.sums,
            FleetRental.provider,
            FleetRental.machine_id,
            FleetRental.stage,
            FleetRental.ended_at,
            FleetRental.why_ended,
        )
        .join(FleetRental, FleetRental.id == FleetBeat.rental_id)
        .where(or_(since <= now - every, FleetRental.stage == "ended"))
        .order_by(since)
        .limit(limit)
        .with_for_update(of=FleetBeat, skip_locked=True)
    )
    return [Due(*row) for row in await tx.execute(query)]


async def minutes(tx: Tx, rentals: Sequence[Due]) -> dict[UUID, list[Minute]]:
    if not rentals:
        return {}
    figures = (FleetMinute.minute, FleetMinute.gpu_samples, FleetMinute.gpu_sum, FleetMinute.temperature_max)
    query = select(FleetMinute.rental_id, *figures).where(
        FleetMinute.instance_id.in_({each.instance_id for each in rentals}),
        FleetMinute.rental_id.in_([each.rental_id for each in rentals]),
        FleetMinute.minute >= min(each.since for each in rentals),
    )
    found: dict[UUID, list[Minute]] = {}
    for row in await tx.execute(query):
        found.setdefault(row[0], []).append(Minute(*row[1:]))
    return found


async def told(tx: Tx, until: Mapping[UUID, datetime]) -> None:
    if until:
        await (await raw(tx)).execute(_TOLD, list(until), list(until.values()))


async def forget(tx: Tx, rental_ids: Sequence[UUID]) -> None:
    """All but when they last called. One whose row another holds does without that, rather than that two wait for each
    other."""
    if rental_ids:
        heard = select(FleetBeat.received_at).where(FleetBeat.rental_id == FleetRental.id).scalar_subquery()
        free = select(FleetRental.id).where(FleetRental.id.in_(rental_ids)).with_for_update(skip_locked=True)
        known = update(FleetRental).where(FleetRental.id.in_(free), heard.is_not(None))
        await tx.execute(known.values(beat_at=heard).execution_options(synchronize_session=False))
        await tx.execute(delete(FleetBeat).where(FleetBeat.rental_id.in_(rental_ids)))


async def calling(tx: Tx) -> int:
    query = select(func.count()).select_from(FleetBeat).where(FleetBeat.lost_at.is_(None))
    return int((await tx.execute(query)).scalar_one())


_TOLD = """
    UPDATE fleet_beats AS b SET told_at = g.until FROM unnest($1::uuid[], $2::timestamptz[]) AS g(rental_id, until)
    WHERE b.rental_id = g.rental_id
"""
