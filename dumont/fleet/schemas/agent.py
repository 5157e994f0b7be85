"""What an agent says in a heartbeat, and what it is answered: `dumont.agent.protocol`, with its limits."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from dumont.agent.protocol import BUFFERED_MAX
from dumont.platform.http.bodies import RequestBody

MAX = 1e12
Figure = Annotated[float | None, Field(ge=0, le=MAX, allow_inf_nan=False, examples=[12.5])]
NO_ZERO = r"^[^\x00]*$"
"""PostgreSQL holds every letter but this one."""
Short = Annotated[str, StringConstraints(max_length=200, pattern=NO_ZERO), Field(examples=["8f1c2a"])]
Moment = Annotated[str, StringConstraints(max_length=40, pattern=NO_ZERO), Field(examples=["2026-11-21T18:00:00Z"])]
Whole = Annotated[int | None, Field(ge=0, le=2**40, examples=[1])]


class GpuSample(RequestBody):
    index: Annotated[int, Field(ge=0, le=1000, examples=[0])]
    name: Short = Field(examples=["NVIDIA H100 80GB HBM3"])
    utilisation: Figure = Field(None, description="Percent; null where it is not known.")
    memory_used_mb: Figure = None
    memory_total_mb: Figure = None
    temperature_c: Figure = None
    power_w: Figure = None
    processes: Whole = None


class AgentSample(RequestBody):
    """One look at a machine; null is not known, and counts as busy."""

    at: AwareDatetime = Field(description="By the machine's clock.", examples=["2026-11-21T18:00:00Z"])
    gpus: Annotated[list[GpuSample], Field(max_length=64)]
    cpu_percent: Figure = None
    ram_used_mb: Figure = None
    ram_total_mb: Figure = None
    disk_used_gb: Figure = None
    disk_total_gb: Figure = None
    net_in_mbps: Figure = None
    net_out_mbps: Figure = None
    sessions: Whole = None
    notebooks: Whole = None
    unsaved_mb: Figure = Field(None, description="Of files that have changed since the workspace was last saved.")
    processes: Annotated[list[Short], Field(max_length=100)] = Field(default_factory=list, examples=[["jupyter"]])
    progress: float | None = Field(
        None, ge=0, le=1, allow_inf_nan=False, description="Of its work, as that says itself.", examples=[0.42]
    )


class AgentFacts(RequestBody):
    hostname: Short | None = None
    system: Short | None = None
    python: Short | None = None
    driver: Short | None = None
    cuda_max: Short | None = None
    gpus: Annotated[list[Short], Field(max_length=64)] | None = None
    cpu_cores: Whole = None
    ram_gb: Figure = None
    disk_write_mbps: Figure = None
    net_down_mbps: Figure = None
    workspace: Annotated[str, StringConstraints(max_length=4096, pattern=NO_ZERO)] | None = None
    dropped: Short | None = Field(None, description="Where a snapshot lies that was taken while the fleet was away.")


class AgentNotice(RequestBody):
    id: Short
    source: Short = Field(examples=["aws"])
    at: Moment
    ends_at: Moment | None = None


class AgentAck(RequestBody):
    id: Short
    state: Literal["running", "done", "failed"]
    percent: Annotated[float | None, Field(ge=0, le=100, allow_inf_nan=False, examples=[40.0])] = None
    result: dict[str, Any] = Field(default_factory=dict, examples=[{}])
    error_code: Annotated[str, StringConstraints(max_length=100, pattern=NO_ZERO)] | None = Field(
        None, examples=["disk_full"]
    )
    error_message: Annotated[str, StringConstraints(max_length=20_000, pattern=NO_ZERO)] | None = Field(
        None, examples=["There is no room left on the disk."]
    )


class AgentStatus(RequestBody):
    version: Short = Field(examples=["0.1.0"])
    boot: Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=NO_ZERO)] = Field(
        description="Drawn at each start of the agent.", examples=["8f1c2a"]
    )
    seq: Annotated[int, Field(ge=0, le=2**53)] = Field(description="Grows with each call of one boot.", examples=[17])
    samples: Annotated[list[AgentSample], Field(min_length=1, max_length=BUFFERED_MAX)] = Field(
        description="The oldest first; the last one is now."
    )
    facts: AgentFacts | None = Field(None, examples=[{"hostname": "box", "gpus": ["NVIDIA H100 80GB HBM3"]}])
    notices: Annotated[list[AgentNotice], Field(max_length=100)] = Field(default_factory=list)
    acks: Annotated[list[AgentAck], Field(max_length=200)] = Field(default_factory=list)


class AgentCommand(BaseModel):
    id: str = Field(examples=["0190a2c4-6d1e-7b3f-8a55-0c9d4e2f1b60"])
    kind: str = Field(examples=["snapshot"])
    args: dict[str, Any] = Field(examples=[{}])


class AgentAnswer(BaseModel):
    commands: list[AgentCommand]
    every_seconds: float = Field(examples=[10.0])
    watch: list[str] = Field(description="Names of processes that count as busy.", examples=[["train.py"]])
    deadman_seconds: float = Field(examples=[1800.0])
    deadman: dict[str, Any] | None = Field(description="What to do alone when the fleet stays away.", examples=[None])


class AgentCalled(BaseModel):
    called: bool = Field(description="Whether a heartbeat would bring a command.", examples=[True])
