"""How busy an instance is, was, and what follows of it."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from dumont.fleet.instances.why_awake import What
from dumont.fleet.rules.idle import Signal, Why
from dumont.fleet.rules.states import State
from dumont.fleet.schemas.fields import Answer, Seconds

Line = Annotated[list[float | None], Field(description="Null is a gap: nothing was heard.", examples=[[93.5, None]])]


class SignalShown(Answer):
    signal: Signal
    looked_at: bool = Field(description="False where the rule leaves it out.")
    value: float | None = Field(description="Null is not known, which counts as busy.", examples=[2.0])
    threshold: float | None = Field(description="Up to here it is quiet.", examples=[5.0])
    unit: str = Field(examples=["%"])
    busy: bool
    quiet_since: datetime | None
    seconds: float | None = Field(description="Quiet for so long.", examples=[95.0])


class RuleShown(Answer):
    enabled: bool
    dry_run: bool
    idle_seconds: Seconds
    grace_seconds: Seconds
    warn_seconds: Seconds
    release_seconds: Seconds
    processes: list[str] = Field(description="Names that count as busy while one of them runs.", examples=[["train"]])


class Snooze(BaseModel):
    """To put it off: a POST of the body, or the page that asks."""

    method: Literal["POST"] = "POST"
    url: str = Field(examples=["/api/v1/instances/018c9f00-0000-7000-8000-000000000001/keep-awake"])
    page: str = Field(examples=["/instances/018c9f00-0000-7000-8000-000000000001?keep-awake=3600"])


class WhyAwake(BaseModel):
    instance_id: UUID
    name: str = Field(examples=["training-box"])
    state: State
    why: Why
    summary: str = Field(examples=["It is busy: a GPU computes."])
    signals: list[SignalShown]
    heard_at: datetime | None = Field(description="Its agent's last call.")
    used_at: datetime | None = Field(description="Its last real use.")
    armed: bool = Field(description="It was used since it was last started; before that, nothing is idle.")
    next: What = Field(description="What happens if everything stays as it is.")
    next_at: datetime | None
    hibernates_at: datetime | None
    keep_awake_until: datetime | None
    rule: RuleShown
    snooze: Snooze


class UtilisationSeries(BaseModel):
    """A column for each figure, one value for each step."""

    since: datetime = Field(alias="from", serialization_alias="from")
    until: datetime = Field(alias="to", serialization_alias="to")
    step_seconds: int = Field(examples=[60])
    at: list[datetime] = Field(description="The beginning of each step.")
    samples: list[int] = Field(description="Heartbeats in it.", examples=[[6, 0]])
    gpu_percent: Line
    gpu_percent_max: Line
    gpu_memory_percent: Line
    gpu_temperature_max: Line
    gpu_power_watts: Line
    cpu_percent: Line
    ram_percent: Line
    disk_percent: Line
    net_in_mbps: Line
    net_out_mbps: Line
