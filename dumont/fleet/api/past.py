"""The doors to what has happened to an instance: events, operations, its race and receipt; and how to get in."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from dumont.fleet.api.parts import FleetRead
from dumont.fleet.instances import connecting, history
from dumont.fleet.money import receipts
from dumont.fleet.schemas import showing
from dumont.fleet.schemas.connection import Connection
from dumont.fleet.schemas.fields import InstancePath
from dumont.fleet.schemas.operations import InstanceEvent, Operation
from dumont.fleet.schemas.races import Race, Receipt
from dumont.platform.http.doors import Door
from dumont.platform.http.paging import Paged, Paginated
from dumont.platform.http.problems import problems

router = APIRouter(prefix="/instances/{instance_id}", tags=["instances"], route_class=Door)
RaceQuery = Annotated[UUID | None, Query(description="This race of the instance; else the newest.")]


@router.get("/events", summary="List what has happened to an instance", responses=problems(404))
async def list_instance_events(instance_id: InstancePath, work: FleetRead, paging: Paginated) -> Paged[InstanceEvent]:
    """The newest first."""
    page = await history.events(work, instance_id, paging.cursor, paging.limit)
    return paging.answer(page, InstanceEvent.model_validate)


@router.get("/operations", summary="List operations of an instance", responses=problems(404))
async def list_instance_operations(instance_id: InstancePath, work: FleetRead, paging: Paginated) -> Paged[Operation]:
    """The newest first."""
    page = await history.operations(work, instance_id, paging.cursor, paging.limit)
    return paging.answer(page, lambda operation: showing.operation(operation, work.now))


@router.get("/race", summary="Show a race of an instance", responses=problems(404))
async def show_instance_race(instance_id: InstancePath, work: FleetRead, *, race_id: RaceQuery = None) -> Race:
    """Each machine's lane, as it stands. `/live` tells when one moves."""
    return showing.race(await receipts.race(work, instance_id, race_id), work.now)


@router.get("/receipt", summary="Show the receipt of a race", responses=problems(404))
async def show_instance_receipt(instance_id: InstancePath, work: FleetRead, *, race_id: RaceQuery = None) -> Receipt:
    """What the losers have cost, and whether each is confirmed to be gone."""
    return showing.receipt(await receipts.race(work, instance_id, race_id), work.now)


@router.get("/connect", summary="Show how to get into an instance", responses=problems(404, 409))
async def show_instance_connection(instance_id: InstancePath, work: FleetRead) -> Connection:
    """The same name and host key for its whole life; the address is that of the machine it is on now."""
    return Connection.model_validate(await connecting.connection(work, instance_id))
