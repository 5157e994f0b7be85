"""Operations and events as they are shown: how far a long piece of work is, and what has happened."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from dumont.fleet.rules.states import OperationKind, OperationState, State
from dumont.fleet.schemas.fields import Answer, Fault, Stages


class Unread(Answer):
    """Files that its machine would be given up without."""

    files: int = Field(ge=1, examples=[2])
    names: list[str] = Field(description="Of 20 at most.", examples=[["model.bin", "run/key"]])
    agreed: bool = Field(description="Somebody has said that it goes on without these.")


class Operation(Answer):
    """Something long that was asked for. At most one of an instance is open."""

    id: UUID
    instance_id: UUID
    kind: OperationKind
    state: OperationState
    stage: str = Field(description="Where it is; empty before it has begun.", examples=["booting"])
    stage_since: datetime
    stages: Stages
    plan: list[str] = Field(description="All stages of this kind, in order.", examples=[["choosing", "creating"]])
    percent: float = Field(ge=0, le=100, examples=[40.0])
    eta_seconds: float | None = Field(
        description="Until it is over: by the rate of bytes, and by what its stages took lately. Null if unknown.",
        examples=[35.0],
    )
    seconds: float = Field(description="Since it was asked for, or in all once it is over.", examples=[24.8])
    why: str = Field(examples=["Asked for."])
    requested_by: UUID | None = Field(description="Null for what the fleet does by itself.")
    can_cancel: bool
    cancel_requested: bool
    details: dict[str, Any] = Field(examples=[{}])
    unread: Unread | None = Field(description="For what could not be read it keeps the machine, unless that is agreed.")
    error: Fault | None
    created_at: datetime
    ended_at: datetime | None


class InstanceEvent(Answer):
    """A move from one state to another, or something worth knowing beside."""

    id: UUID
    at: datetime
    kind: str = Field(description="`moved`, `warning`, `race`, `snapshot`, `failure`, ...", examples=["moved"])
    from_state: State | None
    to_state: State | None
    why: str = Field(examples=["No GPU was used for 3 minutes."])
    who: str = Field(description="`user:<id>`, `idle`, `budget`, `schedule`, `fleet` or `provider`.", examples=["idle"])
    details: dict[str, Any] = Field(examples=[{}])
