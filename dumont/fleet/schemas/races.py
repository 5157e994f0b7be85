"""Races as they are shown: lanes while they run, the receipt after."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from dumont.fleet.rules.states import RaceState, Stage
from dumont.fleet.schemas.fields import Answer, Count, Fault, MachineId, Price, ProviderName, Stages

LaneState = Literal["waiting", "creating", "booting", "ssh", "agent", "winner", "ending", "destroyed"]


class Lane(Answer):
    """One machine in the race."""

    rental_id: UUID
    round: int = Field(examples=[1])
    provider: ProviderName
    machine_id: MachineId
    gpu_name: str | None = Field(examples=["RTX 4090"])
    gpu_count: int = Field(examples=[1])
    region: str | None = Field(examples=["Sweden, SE"])
    spot: bool
    price_hour: Price = Field(description="Its disk included.")
    lane: LaneState = Field(description="How far it is: what the race shows.")
    stage: Stage
    winner: bool
    created_at: datetime
    ended_at: datetime | None = Field(description="When the cloud's own list no longer held it.")
    seconds: float = Field(description="In the race, so far or in all.", examples=[38.4])
    stages: Stages
    why_ended: str | None = Field(examples=["lost_race"])
    cost: Price = Field(description="So far.")
    error: Fault | None


class Race(Answer):
    id: UUID
    attempt_type: str = Field(description="`deploy`, `wake` or `failover`.", examples=["deploy"])
    state: RaceState
    machines: int = Field(description="That start at once.", examples=[5])
    rounds_max: int = Field(examples=[3])
    round: int = Field(examples=[1])
    round_seconds: float = Field(description="That a round has.", examples=[90.0])
    round_began_at: datetime | None
    winner_id: UUID | None = Field(description="The rental that won.")
    why: str = Field(examples=["Asked for."])
    expected_cost: Price | None = Field(description="Of the losers, as it was told before.")
    cost: Price = Field(description="Of the losers, so far.")
    started_at: datetime
    ended_at: datetime | None
    seconds: float = Field(examples=[41.0])
    lanes: list[Lane] = Field(description="By round, in the order in which they were started.")


class Receipt(Answer):
    """What a race has cost, machine by machine, and whether every loser is gone."""

    race_id: UUID
    state: RaceState
    entrants: Count
    rounds: Count
    seconds: float = Field(description="From its start to its end, or until now.", examples=[41.0])
    winner: Lane | None
    winner_stages: Stages
    losers: list[Lane]
    losers_seconds: float = Field(description="That losers were paid for.", examples=[163.2])
    losers_cost: Price
    expected_cost: Price | None
    confirmed: Count = Field(description="Losers that the cloud's own list no longer held.")
    settled: bool = Field(description="Every loser is confirmed to be gone: no figure changes any more.")
