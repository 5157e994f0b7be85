"""SQL of what costs money now: rentals whose clouds have not confirmed that their machines are gone."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Numeric, Select, cast, extract, func, select

from dumont.basics.page import Key
from dumont.fleet.rules.states import Stage
from dumont.fleet.store.owned import Whose
from dumont.fleet.store.showing import Money
from dumont.fleet.tables import FleetCost, FleetInstance, FleetRental
from dumont.platform.db import Tx
from dumont.platform.db.keyset import newest_first

Row = tuple[FleetRental, str]
"""With its instance's name."""


class Held(NamedTuple):
    provider: str
    stage: Stage
    rentals: int
    hour: Decimal
    """In dollars, of all of them."""


async def page(tx: Tx, whose: Whose | None, after: Key | None, limit: int) -> Sequence[Row]:
    """All people's, if it is nobody's in particular."""
    query = newest_first(_costing(whose), FleetRental.created_at, FleetRental.id, after, limit)
    return [(rental, name) for rental, name in await tx.execute(query)]


async def totals(tx: Tx, whose: Whose | None, now: datetime) -> tuple[int, Money]:
    these = _costing(whose).with_only_columns(FleetRental.id).subquery()
    seconds = func.greatest(extract("epoch", func.coalesce(FleetCost.until, now) - FleetCost.since), 0)
    hour = func.coalesce(func.sum(FleetCost.price_hour).filter(FleetCost.until.is_(None)), 0)
    cost = func.coalesce(func.sum(FleetCost.price_hour * cast(seconds, Numeric) / 3600), 0)
    count = await tx.execute(select(func.count()).select_from(these))
    sums = await tx.execute(select(hour, cost).where(FleetCost.rental_id.in_(select(these.c.id))))
    return count.scalar_one(), Money(*sums.one())


async def held(tx: Tx) -> list[Held]:
    """Everybody's, by cloud and by how far they are."""
    hour = select(func.sum(FleetCost.price_hour)).where(FleetCost.until.is_(None))
    hour = hour.where(FleetCost.rental_id == FleetRental.id).correlate(FleetRental)
    of = (FleetRental.provider, FleetRental.stage)
    sums = (func.count(), func.coalesce(func.sum(hour.scalar_subquery()), 0))
    query = select(*of, *sums).where(FleetRental.stage != "ended").group_by(*of)
    return [Held(*row) for row in await tx.execute(query)]


def _costing(whose: Whose | None) -> Select[*tuple[Any, ...]]:
    """From the create call on; what was never tried costs nothing."""
    query = select(FleetRental, FleetInstance.name).join(FleetInstance, FleetInstance.id == FleetRental.instance_id)
    query = query.where(FleetRental.stage != "ended", FleetRental.attempted_at.is_not(None))
    return query if whose is None else query.where(whose.fits)


def ids_of(rows: Sequence[Row]) -> list[UUID]:
    return [rental.id for rental, _ in rows]
