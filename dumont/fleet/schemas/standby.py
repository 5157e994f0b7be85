"""Second machines, and the times they were needed, as they are asked for and shown."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from dumont.fleet.rules.states import State
from dumont.fleet.rules.wanted import StandbyWish, Word
from dumont.fleet.schemas.fields import Answer, ProviderName, Stages
from dumont.fleet.schemas.instances import InstanceStandby
from dumont.platform.http.bodies import RequestBody

Kind = Literal["cpu", "gpu"]


class StandbyUsual(Answer):
    """What holds for instances that say nothing else."""

    enabled: bool
    kind: Kind
    provider: ProviderName
    machine_type: str = Field(description="Empty for the cheapest that fits.", examples=["e2-medium"])
    sync_seconds: int = Field(examples=[60])


class StandbyUsualWish(RequestBody):
    enabled: bool = Field(False, description="Whether new instances get a second machine without being asked.")
    kind: Kind = Field("cpu", description="`gpu` is a warm pool: a second machine like the first.")
    provider: Word | None = Field(None, description="Null keeps what it is.", examples=["gcp"])
    machine_type: Word | None = Field(None, description="Null keeps what it is.", examples=["e2-medium"])
    sync_seconds: int | None = Field(None, ge=5, le=86400, description="Between two copies.", examples=[60])
    team_id: UUID | None = Field(None, description="Of this team of yours; else your own.", examples=[None])

    def wish(self) -> StandbyWish:
        return StandbyWish.model_validate(self.model_dump(exclude={"team_id"}))


class StandbyOfInstance(Answer):
    instance_id: UUID
    name: str = Field(examples=["llama"])
    state: State
    standby: InstanceStandby | None = Field(description="Null: it has none, and never had.")


class Standbys(Answer):
    usual: StandbyUsual
    items: list[StandbyOfInstance] = Field(description="Instances that have a second machine, or had one.")


class Failover(Answer):
    """One time a machine was lost, given up for the standby, or played to be lost."""

    id: UUID
    kind: str = Field(
        description="`cpu`, `gpu`, `none` (from a snapshot), `half_life` or `rehearsal`.", examples=["cpu"]
    )
    rehearsal: bool
    why: str = Field(examples=["Its machine is gone."])
    began_at: datetime = Field(description="The machine's last sign of life.")
    noticed_at: datetime
    on_standby_at: datetime | None = Field(description="From here on the workspace could be used.")
    recovered_at: datetime | None = Field(description="From here on the GPU was back.")
    ended_at: datetime | None
    stages: Stages
    lost_bytes: int | None = Field(
        description="Of files that had changed since the newest copy, as the agent last told; null if it did not.",
        examples=[0],
    )
    lost_seconds: float | None = Field(description="Of work.", examples=[12.4])


class StandbyDetail(StandbyOfInstance):
    failovers: list[Failover] = Field(description="The newest first, 50 at most.")
