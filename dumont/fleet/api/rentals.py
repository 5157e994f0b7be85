"""The door to everything that costs money now."""

from typing import Annotated

from fastapi import APIRouter, Query

from dumont.fleet.api.parts import FleetRead
from dumont.fleet.money import costing
from dumont.fleet.schemas import rentals
from dumont.fleet.schemas.rentals import CostingRentals
from dumont.platform.http.doors import Door
from dumont.platform.http.paging import Paginated
from dumont.platform.http.problems import problems

router = APIRouter(prefix="/rentals", tags=["instances"], route_class=Door)

Everyone = Annotated[bool, Query(alias="all", description="Everybody's, for operators.")]


@router.get("", summary="List every machine that costs money now", responses=problems())
async def list_rentals(work: FleetRead, paging: Paginated, *, everyone: Everyone = False) -> CostingRentals:
    """Across all clouds, the newest first, until its cloud has confirmed that it is gone; with what it cost so far."""
    found = await costing.now(work, paging.cursor, paging.limit, everyone=everyone)
    paging.answer(found.page, lambda row: row[0].id)
    return rentals.shown(found, found.page.next_cursor, work.now)
