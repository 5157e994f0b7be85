"""The doors to stars for machines, and to what an account wants of searches."""

from fastapi import APIRouter

from dumont.accounts import guard
from dumont.platform.http.doors import Door
from dumont.platform.http.problems import problems
from dumont.reliability import preferences, ratings, scores
from dumont.reliability.api.parts import MachinesRead, MachinesWrite, TheMemory
from dumont.reliability.schemas.fields import MachineName
from dumont.reliability.schemas.ratings import (
    MachineRatings,
    Preferences,
    PreferencesWish,
    RatingDone,
    RatingWish,
    done,
    shown,
)
from dumont.reliability.store.preferences import Preferences as Kept

router = APIRouter(prefix="/reliability", tags=["reliability"], route_class=Door)


@router.post("/machines/{machine_id}/rate", summary="Rate a machine", responses=problems(404, 409))
async def rate_machine(machine_id: MachineName, body: RatingWish, work: MachinesWrite, memory: TheMemory) -> RatingDone:
    """For those who rented it. Rating it again replaces the rating before."""
    machine = await scores.meant(work, machine_id)
    found = await ratings.rate(work, machine, body.rating, body.comment or None)
    await memory.forget(machine)
    return done(found, body.rating)


@router.get("/machines/{machine_id}/ratings", summary="Show the ratings of a machine", responses=problems(404, 409))
async def get_ratings(machine_id: MachineName, work: guard.Visitor) -> MachineRatings:
    return shown(await ratings.of(work, await scores.meant(work, machine_id)))


@router.get("/preferences", summary="Show what I want of machines", responses=problems())
async def get_reliability_preferences(work: MachinesRead) -> Preferences:
    return Preferences.model_validate(await preferences.mine(work))


@router.put("/preferences", summary="Change what I want of machines", responses=problems())
async def put_reliability_preferences(body: PreferencesWish, work: MachinesWrite) -> Preferences:
    """What is left out goes back to its default."""
    wanted = Kept(body.threshold, body.exclude_below_threshold, body.sort_by_reliability)
    return Preferences.model_validate(await preferences.change(work, wanted))
