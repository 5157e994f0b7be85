"""The doors to instances: list and launch them, show and change one, give it up with proof that nothing costs."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from dumont.basics.errors import NotAllowed
from dumont.fleet import listing
from dumont.fleet.api.parts import FleetRead, FleetWrite, TheMarket, TheVault, TheWishes
from dumont.fleet.instances import changing, keeping, wishing
from dumont.fleet.launching import launch, second
from dumont.fleet.money import proving
from dumont.fleet.rules.states import MOVES, State
from dumont.fleet.schemas import showing
from dumont.fleet.schemas.fields import InstancePath, TeamQuery, WithoutUnread
from dumont.fleet.schemas.instances import Instance, InstanceDetail
from dumont.fleet.schemas.launching import InstanceChange, InstanceWish, Launched
from dumont.fleet.schemas.proof import Proof
from dumont.platform.http.doors import Door
from dumont.platform.http.paging import Paged, Paginated
from dumont.platform.http.problems import problems

router = APIRouter(prefix="/instances", tags=["instances"], route_class=Door)

StateFilter = Annotated[
    list[State] | None,
    Query(max_length=len(MOVES), description="In one of these states alone; destroyed ones are left out else."),
]
NameFilter = Annotated[
    str | None,
    Query(max_length=63, pattern=r"^[^\x00]*$", description="With exactly this name."),
]
KeepSnapshot = Annotated[bool, Query(description="False deletes its snapshots, too: its work is then lost.")]
PLANNED: dict[int | str, dict[str, Any]] = {200: {"model": Launched, "description": "Of a dry run: what would be done"}}


@router.get("", summary="List instances", responses=problems(404))
async def list_instances(
    work: FleetRead,
    paging: Paginated,
    *,
    state: StateFilter = None,
    name: NameFilter = None,
    team_id: TeamQuery = None,
) -> Paged[Instance]:
    """Yours and those of your teams, the newest first."""
    wanted = listing.Filter(states=state or (), name=name or None, team_id=team_id)
    page = await listing.listed(work, wanted, paging.cursor, paging.limit)
    return paging.answer(page, lambda shown: showing.instance(shown, work.now))


@router.post("", status_code=202, summary="Launch an instance", responses={**PLANNED, **problems(402, 404, 409, 503)})
async def launch_instance(
    body: InstanceWish,
    work: FleetWrite,
    response: Response,
    *,
    market: TheMarket,
    vault: TheVault,
    wishes: TheWishes,
) -> Launched:
    """Machines race for it; it answers at once with the operation to watch. `dry_run` shows the race and its cost."""
    wish, means = body.wish(work.now), launch.Means(market, vault, wishes)
    if body.dry_run:
        response.status_code = 200
        return showing.planned(await launch.plan(work, means, wish))
    await keeping.refuse_closed(wish.restic, work.settings)  # first: nothing of the database is held meanwhile
    made = await launch.begin(work, means, wish)
    return showing.launched(await listing.one(work, made.instance.id), work.now, made.cautions)


@router.get("/{instance_id}", summary="Show an instance", responses=problems(404))
async def get_instance(instance_id: InstancePath, work: FleetRead, vault: TheVault) -> InstanceDetail:
    """With its race, its machines, what their agents do, and how to get in."""
    return showing.detail(await listing.detail(work, vault, instance_id), work.now)


@router.patch("/{instance_id}", summary="Change an instance", responses=problems(404, 409))
async def change_instance(
    instance_id: InstancePath, body: InstanceChange, work: FleetWrite, vault: TheVault
) -> Instance:
    """Its name, when it sleeps, its standby, and what its next machine is to be."""
    given = body.given()
    await keeping.refuse_closed(given.get("restic"), work.settings)  # as above
    changed = await changing.change(work, instance_id, given, vault)
    if "standby" in given:
        await second.demand_key(work, changed)
    return showing.instance(await listing.one(work, changed.id), work.now)


@router.delete("/{instance_id}", status_code=202, summary="Destroy an instance", responses=problems(404, 409))
async def destroy_instance(
    instance_id: InstancePath,
    work: FleetWrite,
    *,
    keep_snapshot: KeepSnapshot = True,
    without_unread: WithoutUnread = False,
) -> Proof:
    """The answer says what still costs money, and what was confirmed gone; `/proof` says it again until it is all zero.
    Destroying it again changes nothing."""
    if not keep_snapshot and not work.caller.may("snapshots:write"):
        raise NotAllowed("You may not delete its snapshots.", hint="It needs the permission snapshots:write.")
    await wishing.destroy(work, instance_id, keep_snapshot=keep_snapshot, without_unread=without_unread)
    return showing.proof(await proving.proof(work, instance_id), work.now)


@router.get("/{instance_id}/proof", summary="Show what still costs money", responses=problems(404))
async def show_instance_proof(instance_id: InstancePath, work: FleetRead) -> Proof:
    """Of any instance, destroyed or not: machines that may still cost, and those that are confirmed to be gone."""
    return showing.proof(await proving.proof(work, instance_id), work.now)
