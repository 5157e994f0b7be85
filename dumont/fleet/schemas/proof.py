"""The zero-dollar proof: what of an instance still costs money, and what was confirmed gone."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from dumont.fleet.rules.states import Role, Stage, State
from dumont.fleet.schemas.fields import Answer, Count, MachineId, Price, ProviderName
from dumont.fleet.schemas.operations import Operation


class CostingMachine(Answer):
    """A machine that may still cost money: its cloud has not yet confirmed that it is gone."""

    rental_id: UUID
    provider: ProviderName
    machine_id: MachineId
    provider_machine_id: str | None = Field(description="The cloud's id of what was rented.", examples=["7654321"])
    role: Role
    stage: Stage
    price_hour: Price = Field(description="What it costs at this moment.")
    cost: Price = Field(description="So far.")
    asked_at: datetime | None = Field(description="When the cloud first answered that it ends it.")
    why: str = Field(examples=["Asked to end; waiting for two lists without it."])


class GoneMachine(Answer):
    rental_id: UUID
    provider: ProviderName
    machine_id: MachineId
    provider_machine_id: str | None = Field(examples=["7654321"])
    ended_at: datetime
    confirmed_by: Literal["listing", "never_made"] = Field(
        description="`listing`: two complete lists of the cloud, begun after the end was asked for, did not hold it."
    )
    why_ended: str | None = Field(examples=["destroyed"])
    cost: Price = Field(description="In all.")


class KeptStorage(Answer):
    snapshots: Count
    bytes: int = Field(description="That no other snapshot needs.", ge=0, examples=[7_100_000_000])
    cost_month: Price


class Proof(Answer):
    instance_id: UUID
    name: str = Field(examples=["llama"])
    state: State
    keep_snapshot: bool
    operation: Operation | None = Field(description="That which goes on; ask again until it is done.")
    price_hour: Price = Field(description="Of all machines of the instance at this moment.")
    cost: Price = Field(description="Of its whole life.")
    still_costs: list[CostingMachine]
    confirmed_gone: list[GoneMachine] = Field(description="The newest first, 200 at most.")
    storage: KeptStorage | None = Field(description="Snapshots that are kept; null for none.")
    zero: bool = Field(description="No machine costs anything, confirmed by the clouds' own lists.")
    as_of: datetime
