"""The doors to money and times: savings, figures, budgets, schedules."""

from typing import Annotated
from uuid import UUID

from cashews import Cache
from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from dumont.fleet import calendars, schedules
from dumont.fleet.api.parts import FleetRead, FleetWrite
from dumont.fleet.money import budgets, figures, savings
from dumont.fleet.money.budgets import Standing
from dumont.fleet.rules.budgets import Limits
from dumont.fleet.rules.savings import money
from dumont.fleet.schemas.fields import InstancePath
from dumont.fleet.schemas.money import (
    Budget,
    BudgetWish,
    FleetFigures,
    InstanceSchedule,
    InstanceSchedules,
    InstanceScheduleWish,
    RealSavings,
    ScheduleTimes,
)
from dumont.fleet.tables import FleetSchedule
from dumont.market.following import Market
from dumont.platform.http.doors import Door, part
from dumont.platform.http.problems import problems

router = APIRouter(tags=["fleet"], route_class=Door)

Since = Annotated[AwareDatetime | None, Query(alias="from", description="30 days before the end, if not said.")]
Until = Annotated[AwareDatetime | None, Query(alias="to", description="Now, if not said.")]
OfInstance = Annotated[UUID | None, Query(description="Of this instance alone.")]
Explain = Annotated[bool, Query(description="With every row that the sums are made of.")]
CronQuery = Annotated[
    str, Query(max_length=100, description="Minute hour day month weekday.", examples=["0 8 * * 1-5"])
]
ZoneQuery = Annotated[str, Query(max_length=60, description="In which it is read.", examples=["Europe/Berlin"])]
PREVIEWED = 5
TeamQuery = Annotated[UUID | None, Query(description="Of this team of yours; else your own.")]


@router.get("/metrics/savings/real", summary="Show what sleeping has saved", responses=problems())
async def show_real_savings(
    work: FleetRead,
    market: Annotated[Market, Depends(part(Market))],
    cache: Annotated[Cache, Depends(part(Cache))],
    *,
    since: Since = None,
    until: Until = None,
    instance_id: OfInstance = None,
    explain: Explain = False,
) -> RealSavings:
    """Money really not spent: of machines that were given up, less what was paid in their place."""
    window = savings.window_of(work.now, since, until)
    found = await savings.real(work, window, instance_id, market, cache)
    return RealSavings.model_validate(savings.shown(found, explain=explain))


@router.get("/metrics", summary="Show the fleet's figures", responses=problems())
async def show_fleet_figures(work: FleetRead, since: Since = None, until: Until = None) -> FleetFigures:
    return FleetFigures.model_validate(await figures.shown(work, since, until))


@router.get("/budgets", summary="Show a budget and what is used of it", responses=problems(404))
async def show_budget(work: FleetRead, team_id: TeamQuery = None) -> Budget:
    return _budget(await budgets.shown(work, team_id))


@router.put("/budgets", summary="Change a budget", responses=problems(404))
async def put_budget(body: BudgetWish, work: FleetWrite) -> Budget:
    """What is not said has no limit. Near its end it is told, and at its end instances sleep; no data is lost."""
    limits = Limits(body.max_price_hour, body.per_day, body.per_month)
    return _budget(await budgets.change(work, body.team_id, limits))


@router.get("/schedules/times", summary="Tell when a schedule would be due", responses=problems())
async def list_schedule_times(work: FleetRead, cron: CronQuery, timezone: ZoneQuery = "UTC") -> ScheduleTimes:
    """Of a cron line before it is added."""
    return ScheduleTimes(times=calendars.upcoming(cron, timezone, work.now, PREVIEWED))


@router.get("/instances/{instance_id}/schedules", summary="List an instance's schedules", responses=problems(404))
async def list_instance_schedules(instance_id: InstancePath, work: FleetRead) -> InstanceSchedules:
    return InstanceSchedules(items=[_schedule(each) for each in await schedules.listed(work, instance_id)])


@router.post(
    "/instances/{instance_id}/schedules", status_code=201, summary="Add a schedule", responses=problems(404, 409)
)
async def add_instance_schedule(
    instance_id: InstancePath, body: InstanceScheduleWish, work: FleetWrite
) -> InstanceSchedule:
    """Wakes or hibernates the instance at a time, or again and again."""
    wish = schedules.Wish(action=body.action, at=body.at, cron=body.cron, timezone=body.timezone)
    return _schedule(await schedules.add(work, instance_id, wish))


@router.delete(
    "/instances/{instance_id}/schedules/{schedule_id}",
    status_code=204,
    summary="Remove a schedule",
    responses=problems(404),
)
async def remove_instance_schedule(instance_id: InstancePath, schedule_id: UUID, work: FleetWrite) -> None:
    await schedules.remove(work, instance_id, schedule_id)


def _budget(standing: Standing) -> Budget:
    limits, spent = standing.limits, standing.spent
    return Budget(
        owner_id=standing.owner_id,
        max_price_hour=limits.hour,
        per_day=limits.day,
        per_month=limits.month,
        price_hour=money(spent.hour),
        spent_today=money(spent.day),
        spent_this_month=money(spent.month),
        changed_at=standing.changed_at,
    )


def _schedule(row: FleetSchedule) -> InstanceSchedule:
    return InstanceSchedule(
        id=row.id,
        action="wake" if row.action == "wake" else "hibernate",
        at=row.at,
        cron=row.cron,
        timezone=row.timezone,
        next_at=row.next_at,
        last_at=row.last_at,
        last_outcome=row.last_outcome,
    )
