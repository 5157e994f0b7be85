"""The doors to the clouds themselves: how they stand, read them now, let machines there be ended again."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path

from dumont.accounts import guard
from dumont.market import ask, prove, standing
from dumont.market.schemas.providers import Begun, BegunJobs, Provider, Providers, TrialWish, Unfrozen
from dumont.platform.http.doors import Door, part
from dumont.platform.http.problems import problems
from dumont.platform.jobs import Jobs
from dumont.platform.secrets import Vault
from dumont.platform.work import Work
from dumont.providers.freezing import Freezes
from dumont.providers.opening import Clouds

router = APIRouter(prefix="/providers", tags=["providers"], route_class=Door)

Operator = Annotated[Work, guard.needs("providers:sync")]
TheJobs = Annotated[Jobs, Depends(part(Jobs))]
TheVault = Annotated[Vault, Depends(part(Vault))]
TheFreezes = Annotated[Freezes, Depends(part(Freezes))]
TheClouds = Annotated[Clouds, Depends(part(Clouds))]
Name = Annotated[str, Path(max_length=40, description="Of a cloud.", examples=["vast"])]


@router.get("", summary="List the clouds and how each stands")
async def list_providers(work: guard.Visitor, vault: TheVault, clouds: TheClouds, freezes: TheFreezes) -> Providers:
    """Whoever may read them on demand is shown more: errors, limits and freezes."""
    found = await standing.all_of_them(work, standing.Means(vault, clouds, freezes))
    return Providers(items=[Provider.model_validate(each) for each in found])


@router.post("/sync", status_code=202, summary="Read the offers of all clouds now", responses=problems())
async def sync_providers(work: Operator, jobs: TheJobs, vault: TheVault) -> BegunJobs:
    """One job for each cloud that can be read."""
    return _begun(await ask.for_all(work, jobs, vault))


@router.post("/sync/{name}", status_code=202, summary="Read the offers of one cloud now", responses=problems(404, 409))
async def sync_provider(name: Name, work: Operator, jobs: TheJobs, vault: TheVault) -> BegunJobs:
    return _begun(await ask.for_one(work, jobs, vault, name))


@router.post("/{name}/test", status_code=202, summary="Try the key of a cloud", responses=problems(404, 409))
async def try_provider(
    name: Name, work: Operator, jobs: TheJobs, vault: TheVault, wish: TrialWish | None = None
) -> Begun:
    """Reads offers, machines and balance, and rents nothing. Your own key is tried, if you have stored one."""
    record = wish is not None and wish.record
    return Begun(provider=name, job_id=await prove.ask(work, jobs, vault, name, record=record))


@router.post("/{name}/unfreeze", summary="Let machines at a cloud be ended again", responses=problems(404))
async def unfreeze_provider(name: Name, work: Operator, freezes: TheFreezes) -> Unfrozen:
    """After its answers did not fit, nothing is stopped or ended there until somebody has looked and asks for this."""
    return Unfrozen(provider=name, was_frozen=await standing.unfreeze(work, freezes, name))


def _begun(jobs: Sequence[tuple[str, UUID]]) -> BegunJobs:
    return BegunJobs(jobs=[Begun(provider=name, job_id=job_id) for name, job_id in jobs])
