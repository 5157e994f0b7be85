"""Savings, figures, budgets and schedules, as they are asked for and shown."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer

from dumont.platform.http.bodies import RequestBody

Dollars = Annotated[
    Decimal,
    Field(description="US dollars.", examples=["12.480000"]),
    PlainSerializer(lambda value: f"{value:.6f}", return_type=str),
]
MaybeDollars = Annotated[
    Decimal | None,
    Field(description="US dollars; null where it is not known, or there is no limit.", examples=["25.000000"]),
    PlainSerializer(lambda value: None if value is None else f"{value:.6f}", return_type=str | None),
]
Limit = Annotated[Decimal | None, Field(gt=0, le=1_000_000, max_digits=15, decimal_places=6, examples=["25.00"])]
Hours = Annotated[float, Field(examples=[61.5])]


class _Saved(BaseModel):
    hours_asleep: Hours
    given_up: Dollars = Field(description="What the machines that were given up would have cost meanwhile.")
    storage: Dollars = Field(description="Of the snapshots, meanwhile.")
    race_overhead: Dollars = Field(description="Losers of the races that woke instances up.")
    saved: Dollars = Field(description="given_up - storage - race_overhead; less than zero is a loss.")


class InstanceSavings(_Saved):
    instance_id: UUID
    name: str = Field(examples=["trainer"])
    spent: Dollars = Field(description="On all its machines.")
    on_demand: MaybeDollars = Field(description="The same hours at the nearest machines of large clouds.")
    on_demand_of: str | None = Field(description="Several, if it changed its kind.", examples=["aws A100 80GB"])


class DaySavings(_Saved):
    day: date = Field(examples=["2026-11-20"])
    spent: Dollars


class SleepExplained(_Saved):
    """One row that the sums are made of."""

    hibernation_id: UUID
    instance_id: UUID
    rental_id: UUID = Field(description="The machine that was given up.")
    snapshot_id: UUID | None
    race_id: UUID | None = Field(description="That woke it.")
    why: str = Field(examples=["idle"])
    slept_at: datetime
    ended_at: datetime | None = Field(description="Null: it sleeps.")
    price_hour: Dollars
    on_demand_hour: MaybeDollars = Field(description="Of the cheapest like machine of a large cloud, as of `slept_at`.")
    on_demand_of: str | None = Field(examples=["aws p4d.24xlarge"])
    snapshot_bytes: int | None = Field(examples=[7_100_000_000])
    storage_price_gb_month: Dollars
    formula: str = Field(examples=["3600 s / 3600 * 0.41 - storage 0.000100 - losers of the race 0.004000 = 0.405900"])


class LikeExplained(BaseModel):
    """Hours of one kind of machine, at what the like of it costs at a large cloud."""

    instance_id: UUID
    hibernation_id: UUID | None = Field(description="In which they were slept through; null: the machine was held.")
    gpu_name: str | None = Field(examples=["RTX 4090"])
    gpu_count: int = Field(examples=[1])
    hours: Hours
    price_hour: Dollars = Field(description="Of a sleep as of when it began, where that is known; else as of now.")
    of: str = Field(examples=["aws A100 80GB"])
    cost: Dollars


class RealSavings(_Saved):
    model_config = ConfigDict(populate_by_name=True)

    since: datetime = Field(alias="from", serialization_alias="from")
    until: datetime = Field(alias="to", serialization_alias="to")
    spent: Dollars = Field(description="On all machines.")
    never_hibernated: Dollars = Field(description="What it would have come to without any sleep.")
    on_demand: MaybeDollars = Field(description="The same hours at the nearest machines of large clouds, where known.")
    saved_on_demand: MaybeDollars = Field(description="Against that, by the instances that have a like machine there.")
    instances: list[InstanceSavings]
    days: list[DaySavings] = Field(description="In UTC, the oldest first.")
    explained: list[SleepExplained] | None = Field(description="With `explain`: every row behind the sums.")
    explained_on_demand: list[LikeExplained] | None = Field(description="With `explain`: those behind `on_demand`.")


class OperationTimes(BaseModel):
    kind: str = Field(examples=["wake"])
    provider: str | None = Field(description="Null: all of them.", examples=["vast"])
    done: int = Field(examples=[12])
    failed: int = Field(examples=[1])
    p50_seconds: float | None = Field(examples=[41.0])
    p95_seconds: float | None = Field(examples=[88.0])


class StageTimes(BaseModel):
    kind: str = Field(examples=["wake"])
    provider: str | None = Field(description="Null: all of them.", examples=["vast"])
    stage: str = Field(examples=["restoring"])
    p50_seconds: float = Field(examples=[41.0])
    p95_seconds: float = Field(examples=[88.0])


class FleetFigures(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    since: datetime = Field(alias="from", serialization_alias="from")
    until: datetime = Field(alias="to", serialization_alias="to")
    operations: list[OperationTimes] = Field(description="From being asked for until done.")
    stages: list[StageTimes]
    races: int = Field(examples=[14])
    races_won: int = Field(examples=[13])
    entrants: int = Field(examples=[66])
    race_overhead: Dollars
    interruptions: int = Field(examples=[1])
    failovers: int = Field(examples=[1])
    hibernations: int = Field(examples=[9])
    running_hours: Hours
    uptime: float | None = Field(
        description="Of the time in which instances were meant to be of use.", examples=[0.998]
    )


class BudgetWish(RequestBody):
    max_price_hour: Limit = Field(
        None, description="Of all machines together; no more are rented than it has room for, and none runs above it."
    )
    per_day: Limit = Field(None, description="In UTC. Used up, instances are put to sleep, their data first.")
    per_month: Limit = Field(None, description="In UTC.")
    team_id: UUID | None = Field(None, description="Of this team of yours; else your own.", examples=[None])


class Budget(BaseModel):
    owner_id: UUID
    max_price_hour: MaybeDollars
    per_day: MaybeDollars
    per_month: MaybeDollars
    price_hour: Dollars = Field(description="What all machines cost an hour, now.")
    spent_today: Dollars
    spent_this_month: Dollars
    changed_at: datetime | None


class InstanceScheduleWish(RequestBody):
    action: Literal["wake", "hibernate"]
    at: AwareDatetime | None = Field(None, description="Once; or else `cron`.", examples=[None])
    cron: str | None = Field(
        None, max_length=100, description="Minute hour day month weekday.", examples=["0 8 * * 1-5"]
    )
    timezone: str = Field("UTC", max_length=60, description="In which `cron` is read.", examples=["Europe/Berlin"])


class InstanceSchedule(BaseModel):
    id: UUID
    action: Literal["wake", "hibernate"]
    at: datetime | None
    cron: str | None = Field(examples=["0 8 * * 1-5"])
    timezone: str = Field(examples=["Europe/Berlin"])
    next_at: datetime | None = Field(description="Null: it is over.")
    last_at: datetime | None
    last_outcome: str | None = Field(description="`done`, or why not.", examples=["done"])


class InstanceSchedules(BaseModel):
    items: list[InstanceSchedule]


class ScheduleTimes(BaseModel):
    times: list[datetime] = Field(description="The next five, the earliest first.")
