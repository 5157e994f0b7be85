"""Instances as they are shown: a row of the list, and one of them whole."""

from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import Field

from dumont.fleet.rules.runs import RunState
from dumont.fleet.rules.states import CommandKind, CommandState, Role, Stage, StandbyKind, StandbyState, State, Wish
from dumont.fleet.rules.states import Wanted as RentalWish
from dumont.fleet.rules.wanted import HibernationWish, Wanted
from dumont.fleet.schemas.connection import Connection
from dumont.fleet.schemas.courses import InstanceCourse
from dumont.fleet.schemas.fields import Answer, Fault, MachineId, Owner, Percent, Price, ProviderName
from dumont.fleet.schemas.operations import Operation
from dumont.fleet.schemas.races import Race

NextWhat = Literal[
    "hibernate", "wake", "release", "until", "retry", "warn", "awake_ends", "recover", "end", "ask", "stays"
]


class InstanceMachine(Answer):
    """The machine that it has; of one that sleeps, that which it had last."""

    rental_id: UUID
    held: bool = Field(description="False for one that it had.")
    role: Role
    stage: Stage
    provider: ProviderName
    machine_id: MachineId
    gpu_name: str | None = Field(examples=["RTX 4090"])
    gpu_count: int = Field(examples=[1])
    vram_gb: float = Field(description="Of one GPU.", examples=[24.0])
    cpu_cores: float | None = Field(examples=[16.0])
    ram_gb: float | None = Field(examples=[64.0])
    disk_gb: float = Field(description="That was rented with it.", examples=[50.0])
    region: str | None = Field(examples=["Sweden, SE"])
    country: str | None = Field(examples=["SE"])
    spot: bool
    price_hour: Price = Field(description="As agreed, its disk included.")
    since: datetime


class Utilisation(Answer):
    """The newest heartbeat, and the last 30 minutes."""

    at: datetime | None = Field(description="Of the newest heartbeat; null before the first.")
    gpu_percent: Percent = Field(description="Mean of all GPUs; null for a machine without any, or unknown.")
    gpu_memory_percent: Percent
    cpu_percent: Percent
    ram_percent: Percent
    disk_percent: Percent
    idle_since: datetime | None = Field(description="Since when all signals are quiet; null while any is not.")
    gpu: list[float | None] = Field(
        description="Mean of each of the last 30 minutes, the oldest first; null where nothing was heard.",
        examples=[[None, 91.0, 93.5]],
    )
    cpu: list[float | None] = Field(examples=[[None, 12.0, 14.5]])


class SnapshotBrief(Answer):
    id: UUID
    at: datetime | None = Field(description="Up to when work is in it.")
    bytes: int | None = Field(description="Of the workspace.", examples=[7_100_000_000])
    stored_bytes: int | None = Field(examples=[2_400_000_000])
    cost_month: Price | None = Field(description="Of what no other snapshot needs.")
    engine: Literal["dumont", "restic"] = Field(description="Whose format it has; `restic`: in a repository of yours.")


class NextStep(Answer):
    """What will happen by itself, if nobody does anything."""

    what: NextWhat
    at: datetime | None = Field(description="Null for as soon as it can.")
    text: str = Field(examples=["Hibernates in 2 minutes."])


class InstanceStandby(Answer):
    enabled: bool
    kind: StandbyKind
    provider: ProviderName
    machine_type: str = Field(examples=["e2-medium"])
    sync_seconds: int = Field(examples=[60])
    state: StandbyState
    rental_id: UUID | None
    synced_at: datetime | None = Field(description="The workspace as it was then is on it.")
    sync_at: datetime | None
    error: Fault | None


class InstanceRun(Answer):
    """What is run behind the start script, with each start: how it is, or how it ended last."""

    state: RunState = Field(
        description="`waiting` for the start script; `stopped` with its machine; `unknown` is how it ended."
    )
    began_at: datetime | None = Field(description="Null where it was not begun.")
    ended_at: datetime | None
    code: int | None = Field(description="With which it ended, where it did so by itself.", examples=[0])
    why: str = Field(examples=["It ended with 3; its log says why."])


class Instance(Answer):
    """An environment of yours: machines come and go beneath it."""

    id: UUID
    owner: Owner
    launched_by: UUID | None
    name: str = Field(examples=["llama"])
    state: State
    state_since: datetime
    why: str = Field(description="Of the last move.", examples=["No GPU was used for 3 minutes."])
    wish: Wish = Field(description="Where it is being taken, or is to stay.")
    error: Fault | None = Field(description="Of one that failed, or is tried again.")
    machine: InstanceMachine | None
    machines: int = Field(description="That cost money now, racers and standby included.", ge=0, examples=[1])
    price_hour: Price = Field(description="Of all its machines at this moment.")
    cost: Price = Field(description="So far, of all its machines.")
    utilisation: Utilisation
    snapshot: SnapshotBrief | None = Field(description="The newest complete one.")
    next: NextStep | None
    operation: Operation | None = Field(description="The one that is open.")
    standby: InstanceStandby | None
    run: InstanceRun | None = Field(description="Null where nothing is run, or nothing was yet.")
    course: InstanceCourse | None = Field(description="Of work with a deadline: how far it is, and what is next.")
    keep_awake_until: datetime | None
    until_at: datetime | None
    until_action: str = Field(description="`hibernate` or `destroy`.", examples=["hibernate"])
    created_at: datetime
    destroyed_at: datetime | None


class InstanceRental(Answer):
    """A machine of this instance, from before it was created until the cloud confirmed that it is gone."""

    id: UUID
    role: Role
    wanted: RentalWish
    stage: Stage
    provider: ProviderName
    machine_id: MachineId
    provider_machine_id: str | None = Field(examples=["7654321"])
    label: str = Field(examples=["dumont/3f9a/0190a2c4-6d1e-7b3f-8a55-0c9d4e2f1b60"])
    gpu_name: str | None = Field(examples=["RTX 4090"])
    gpu_count: int = Field(examples=[1])
    region: str | None = Field(examples=["Sweden, SE"])
    spot: bool
    price_hour: Price
    cost: Price
    paid_until: datetime | None = Field(
        description="Where hours are paid ahead: when the cloud ends it, unless more are bought."
    )
    race_id: UUID | None
    seen_state: str | None = Field(description="As the cloud tells it, or its agent before it.", examples=["running"])
    seen_at: datetime | None
    created_at: datetime
    running_at: datetime | None
    ssh_at: datetime | None
    agent_at: datetime | None
    beat_at: datetime | None
    ended_at: datetime | None
    why_ended: str | None = Field(examples=["hibernated"])
    error: Fault | None


class InstanceCommand(Answer):
    """Something that the agent on the machine is to do."""

    id: UUID
    rental_id: UUID
    kind: CommandKind
    state: CommandState
    percent: Percent
    created_at: datetime
    sent_at: datetime | None
    ended_at: datetime | None
    error: Fault | None


class HibernationRule(Answer):
    """What holds for this instance, settings included."""

    enabled: bool
    dry_run: bool
    gpu_percent: float = Field(examples=[5.0])
    idle_seconds: float = Field(examples=[180.0])
    grace_seconds: float = Field(examples=[300.0])
    warn_seconds: float = Field(examples=[60.0])
    release_seconds: float = Field(examples=[1800.0])
    cpu_percent: float = Field(examples=[30.0])
    network_mbps: float = Field(examples=[20.0])
    sessions: bool
    processes: list[str] = Field(examples=[["jupyter"]])


class InstanceDetail(Instance):
    wanted: Wanted = Field(description="What was asked for, as it is now; the environment's values are not shown.")
    env_names: list[str] = Field(examples=[["HF_HOME"]])
    hibernation: HibernationRule
    hibernation_own: HibernationWish = Field(description="What it sets otherwise than the settings.")
    race: Race | None = Field(description="The newest one, on or over.")
    rentals: list[InstanceRental] = Field(description="Live ones first, then the newest; 50 at most.")
    commands: list[InstanceCommand] = Field(description="Open ones, and the newest ten that are over.")
    connection: Connection | None = Field(description="How to get in; null while there is no way in.")
    host_key: str = Field(
        description="The SSH host key that it keeps for its whole life.", examples=["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5"]
    )
    max_price_hour: Decimal | None = Field(description="The most that one machine may cost.", examples=["0.6"])
