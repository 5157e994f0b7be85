"""The doors by which an instance is asked to go somewhere; each answers at once with the operation to watch."""

from fastapi import APIRouter

from dumont.fleet import listing
from dumont.fleet.api.parts import FleetWrite, TheMarket
from dumont.fleet.instances import courses, wishing
from dumont.fleet.launching import waking
from dumont.fleet.schemas import showing
from dumont.fleet.schemas.courses import Progress
from dumont.fleet.schemas.fields import InstancePath, WithoutUnread
from dumont.fleet.schemas.instances import Instance
from dumont.fleet.schemas.launching import KeepAwake
from dumont.fleet.schemas.operations import Operation
from dumont.platform.http.doors import Door
from dumont.platform.http.problems import problems

router = APIRouter(prefix="/instances/{instance_id}", tags=["instances"], route_class=Door)
ANSWERS = problems(404, 409)


@router.post("/pause", status_code=202, summary="Pause an instance", responses=ANSWERS)
async def pause_instance(instance_id: InstancePath, work: FleetWrite) -> Operation:
    """Stops its machine and keeps it, where the cloud can. Its disk may go on to cost."""
    return showing.operation(await wishing.pause(work, instance_id), work.now)


@router.post("/resume", status_code=202, summary="Resume a paused instance", responses=problems(402, 404, 409))
async def resume_instance(instance_id: InstancePath, work: FleetWrite) -> Operation:
    return showing.operation(await waking.resume(work, instance_id), work.now)


@router.post("/hibernate", status_code=202, summary="Hibernate an instance", responses=ANSWERS)
async def hibernate_instance(
    instance_id: InstancePath, work: FleetWrite, *, without_unread: WithoutUnread = False
) -> Operation:
    """Takes a snapshot, proves that it is whole, then gives the machine up. For files that can't be read it waits, and
    its operation tells which."""
    return showing.operation(await wishing.hibernate(work, instance_id, without_unread=without_unread), work.now)


@router.post("/wake", status_code=202, summary="Wake an instance", responses=problems(402, 404, 409))
async def wake_instance(instance_id: InstancePath, work: FleetWrite, market: TheMarket) -> Operation:
    """On a new machine with everything back in place, under the same name and host key. Two wakes are one; one that is
    on its standby gets its GPU back, and one that failed is tried again."""
    return showing.operation(await waking.wake(work, market, instance_id), work.now)


@router.post("/snapshot", status_code=202, summary="Take a snapshot of an instance", responses=ANSWERS)
async def snapshot_instance(instance_id: InstancePath, work: FleetWrite) -> Operation:
    return showing.operation(await wishing.snapshot(work, instance_id), work.now)


@router.post("/failover", status_code=202, summary="Fail over as if the machine were lost", responses=ANSWERS)
async def fail_over_instance(instance_id: InstancePath, work: FleetWrite) -> Operation:
    """To its standby, if it has one, while machines race for a new place; else from its newest snapshot."""
    return showing.operation(await wishing.fail_over(work, instance_id), work.now)


@router.post(
    "/half-life", status_code=202, summary="Keep an instance on its standby", responses=problems(402, 404, 409)
)
async def put_instance_on_standby(instance_id: InstancePath, work: FleetWrite) -> Operation:
    """Files, editor and SSH for cents; `wake` brings the GPU back."""
    return showing.operation(await waking.half_life(work, instance_id), work.now)


@router.post("/progress", summary="Say how far work with a deadline is", responses=ANSWERS)
async def report_instance_progress(instance_id: InstancePath, body: Progress, work: FleetWrite) -> Instance:
    """By you, or by the work itself with an API key. Without a word, its hours while it runs are counted."""
    await courses.report(work, instance_id, done_hours=body.done_hours, finished=body.finished)
    return showing.instance(await listing.one(work, instance_id), work.now)


@router.post("/keep-awake", summary="Keep an instance awake for a while", responses=ANSWERS)
async def keep_instance_awake(instance_id: InstancePath, body: KeepAwake, work: FleetWrite) -> Operation:
    """Puts off hibernation by idleness; budgets, schedules and `until` go on to count. Its operation is over at once,
    and leaves alone what is under way."""
    return showing.operation(await wishing.keep_awake(work, instance_id, body.moment(work.now)), work.now)
