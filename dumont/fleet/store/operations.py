"""SQL of operations: what is being done with an instance, and what came of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from dumont.fleet.rules.states import OperationKind, OperationState
from dumont.fleet.tables import FleetOperation
from dumont.platform.db import Tx, raw

LEARNED_FROM = 50
OPEN: tuple[OperationState, ...] = ("queued", "running")


async def open_of(tx: Tx, instance_id: UUID) -> FleetOperation | None:
    """Locked until the end of the transaction."""
    query = select(FleetOperation).where(FleetOperation.instance_id == instance_id, FleetOperation.state.in_(OPEN))
    found = await tx.execute(query.with_for_update().execution_options(populate_existing=True))
    return found.scalar_one_or_none()


async def usual(tx: Tx, kind: OperationKind, since: datetime) -> dict[str, float]:
    """Seconds of each stage on the average over the last that came to their end, whether they had it or not."""
    return {row[0]: round(row[1], 3) for row in await (await raw(tx)).fetch(_USUAL, kind, since, LEARNED_FROM)}


_USUAL = """
    WITH done AS (
        SELECT stages FROM fleet_operations WHERE kind = $1 AND state = 'done' AND ended_at >= $2
        ORDER BY ended_at DESC LIMIT $3
    )
    SELECT stage.key, sum(stage.value::text::float8) / (SELECT count(*) FROM done)
    FROM done, jsonb_each(done.stages) AS stage GROUP BY 1
"""
