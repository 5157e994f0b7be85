"""SQL of what is learned for work with a deadline: losses of spot machines, and how long changes of machine take."""

from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import select

from dumont.fleet.tables import FleetRental
from dumont.platform.db import Tx, raw

LEARNED_FROM = 50


async def losses(tx: Tx, since: datetime) -> list[tuple[str, str | None, datetime]]:
    """Of all who rent here: cloud, region, and when a spot machine was taken away."""
    region = FleetRental.listed["region"].astext
    query = select(FleetRental.provider, region, FleetRental.ended_at).where(
        FleetRental.ended_at >= since, FleetRental.spot, FleetRental.why_ended == "interrupted"
    )
    found = (await tx.execute(query.order_by(FleetRental.ended_at))).all()
    return [cast("tuple[str, str | None, datetime]", tuple(row)) for row in found]


async def changeover_hours(tx: Tx, instance_id: UUID | None, since: datetime) -> float | None:
    """Nineteen of twenty wakes took no longer, waiting left out: of this instance first, then of all. None of none."""
    seconds: float | None = await (await raw(tx)).fetchval(_CHANGEOVER, instance_id, since, LEARNED_FROM)
    return None if seconds is None else seconds / 3600


_CHANGEOVER = """
    SELECT percentile_disc(0.95) WITHIN GROUP (ORDER BY seconds) FROM (
        SELECT (
            SELECT coalesce(sum(stage.value::text::float8), 0) FROM jsonb_each(stages) AS stage
            WHERE stage.key <> 'waits'
        ) AS seconds
        FROM fleet_operations WHERE kind IN ('wake', 'launch') AND state = 'done' AND ended_at >= $2
        ORDER BY (instance_id = $1) DESC NULLS LAST, (kind = 'wake') DESC, ended_at DESC LIMIT $3
    ) AS done
"""
