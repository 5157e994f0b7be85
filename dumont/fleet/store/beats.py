"""SQL of the agents' last words, for whoever reads them; the door's own statement is in `store/batches.py`."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, update

from dumont.fleet.tables import FleetBeat
from dumont.platform.db import Tx


async def of(tx: Tx, rental_ids: Iterable[UUID | None]) -> dict[UUID, FleetBeat]:
    """By rental; as the database has them, whatever this session has seen before. They are not to be changed."""
    wanted = [each for each in rental_ids if each is not None]
    if not wanted:
        return {}
    found = select(FleetBeat).where(FleetBeat.rental_id.in_(wanted)).execution_options(populate_existing=True)
    return {row.rental_id: row for row in (await tx.execute(found)).scalars()}


async def watch(tx: Tx, instance_id: UUID, until: datetime, *, unless_after: datetime) -> None:
    """Its samples are shown live until then; nothing is written where they are already, for long enough."""
    late: ColumnElement[bool] = FleetBeat.watched_until.is_(None) | (FleetBeat.watched_until < unless_after)
    await tx.execute(update(FleetBeat).where(FleetBeat.instance_id == instance_id, late).values(watched_until=until))
