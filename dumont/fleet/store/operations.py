"""SQL of operations: what is being done with an instance, and what came of it."""

from uuid import UUID

from sqlalchemy import select

from dumont.fleet.rules.states import OperationState
from dumont.fleet.tables import FleetOperation
from dumont.platform.db import Tx

OPEN: tuple[OperationState, ...] = ("queued", "running")


async def open_of(tx: Tx, instance_id: UUID) -> FleetOperation | None:
    """Locked until the end of the transaction."""
    query = select(FleetOperation).where(FleetOperation.instance_id == instance_id, FleetOperation.state.in_(OPEN))
    found = await tx.execute(query.with_for_update().execution_options(populate_existing=True))
    return found.scalar_one_or_none()


async def one(tx: Tx, operation_id: UUID) -> FleetOperation | None:
    query = select(FleetOperation).where(FleetOperation.id == operation_id)
    return (await tx.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
