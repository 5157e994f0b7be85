"""The doors to second machines: what is usual, those of instances, and rehearsals of a loss."""

from uuid import UUID

from fastapi import APIRouter

from dumont.fleet.api.parts import FleetRead, FleetWrite
from dumont.fleet.instances import holding, wishing
from dumont.fleet.instances.holding import One
from dumont.fleet.launching import second
from dumont.fleet.rules.wanted import StandbyWish
from dumont.fleet.schemas import showing
from dumont.fleet.schemas.fields import InstancePath, TeamQuery
from dumont.fleet.schemas.operations import Operation
from dumont.fleet.schemas.standby import (
    Failover,
    StandbyDetail,
    StandbyOfInstance,
    Standbys,
    StandbyUsual,
    StandbyUsualWish,
)
from dumont.platform.http.doors import Door
from dumont.platform.http.problems import problems

router = APIRouter(prefix="/standby", tags=["standby"], route_class=Door)


@router.get("", summary="Show second machines", responses=problems(404))
async def show_standbys(work: FleetRead, team_id: TeamQuery = None) -> Standbys:
    """What is usual, and every instance that has a second machine with how fresh its copy is."""
    usual = StandbyUsual.model_validate(await holding.usual(work, team_id))
    return Standbys(usual=usual, items=[_row(each) for each in await holding.all_of_mine(work)])


@router.put("", summary="Change what is usual of second machines", responses=problems(404))
async def put_standby_usual(body: StandbyUsualWish, work: FleetWrite) -> StandbyUsual:
    """For instances launched from now on that say nothing else."""
    wish = body.wish()
    usual = await holding.put_usual(work, body.team_id, wish)
    if body.team_id is None:
        await second.demand_usual(work, wish, usual)
    return StandbyUsual.model_validate(usual)


@router.get("/{instance_id}", summary="Show an instance's second machine", responses=problems(404))
async def show_instance_standby(instance_id: InstancePath, work: FleetRead) -> StandbyDetail:
    """With every failover: seconds of each step, and what was lost."""
    return _detail(await holding.one(work, instance_id))


@router.put("/{instance_id}", summary="Change an instance's second machine", responses=problems(404, 409))
async def put_instance_standby(instance_id: InstancePath, body: StandbyWish, work: FleetWrite) -> StandbyDetail:
    """Another kind, provider or type takes another machine; the old one is given up."""
    changed = await holding.change(work, instance_id, body)
    await second.demand_key(work, changed.instance)
    return _detail(changed)


@router.post("/{instance_id}/test", status_code=202, summary="Rehearse a failover", responses=problems(404, 409))
async def test_instance_standby(instance_id: InstancePath, work: FleetWrite) -> Operation:
    """Whether the second machine could take over now, and how much work would be lost. Nothing moves."""
    return showing.operation(await wishing.rehearse(work, instance_id), work.now)


def _row(one: One) -> StandbyOfInstance:
    return StandbyOfInstance(**_shown(one))


def _detail(one: One) -> StandbyDetail:
    return StandbyDetail(**_shown(one), failovers=[Failover.model_validate(each) for each in one.failovers])


def _shown(one: One) -> dict[str, object]:
    standby = showing.standby(one.standby) if one.standby else None
    identity: UUID = one.instance.id
    return {"instance_id": identity, "name": one.instance.name, "state": one.instance.state, "standby": standby}
