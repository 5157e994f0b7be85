"""The doors to one operation: how far it is, and asking it to stop."""

from fastapi import APIRouter

from dumont.fleet.api.parts import FleetRead, FleetWrite
from dumont.fleet.instances import history, wishing
from dumont.fleet.schemas import showing
from dumont.fleet.schemas.fields import OperationPath
from dumont.fleet.schemas.operations import Operation
from dumont.platform.http.doors import Door
from dumont.platform.http.problems import problems

router = APIRouter(prefix="/operations", tags=["instances"], route_class=Door)


@router.get("/{operation_id}", summary="Show an operation", responses=problems(404))
async def get_operation(operation_id: OperationPath, work: FleetRead) -> Operation:
    """State, stage, percent, seconds of each stage, what is left, and why it failed."""
    return showing.operation(await history.operation(work, operation_id), work.now)


@router.post(
    "/{operation_id}/cancel", status_code=202, summary="Ask an operation to stop", responses=problems(404, 409)
)
async def cancel_operation(operation_id: OperationPath, work: FleetWrite) -> Operation:
    """It stops where that is safe, and the instance goes back to where it was, as far as that can be had."""
    return showing.operation(await wishing.cancel(work, operation_id), work.now)
