"""KeepRules of keeping, cost, and the state of a repository, as they are asked for and shown."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from dumont.platform.http.bodies import RequestBody
from dumont.snapshots.rules.states import Task
from dumont.snapshots.schemas.fields import Bytes, Count, Label, Money, Seconds
from dumont.snapshots.schemas.snapshots import SnapshotFault, SnapshotOwner

Keep = Annotated[int, Field(ge=0, le=10_000, examples=[7])]


class KeepRules(RequestBody):
    """A snapshot stays if one of these wants it. All 0: everything stays."""

    keep_last: Keep = 0
    keep_hourly: Keep = 0
    keep_daily: Keep = 0
    keep_weekly: Keep = 0
    keep_monthly: Keep = 0


class LabelRules(BaseModel):
    label: str | None = Field(description="Null: of all that have none of their own.", examples=["training-box"])
    instance_id: UUID | None = Field(description="The instance whose rule it is, whatever it is called by.")
    rules: KeepRules
    changed_at: datetime


class Retention(BaseModel):
    owner: SnapshotOwner
    default: LabelRules | None = Field(
        description="Null: everything is kept but the copies for a standby or a deadline, which are thinned."
    )
    labels: list[LabelRules]


class RetentionWish(RequestBody):
    label: Label | None = Field(
        None,
        description="For this label (an instance, say, whatever it is called by later) alone.",
    )
    rules: KeepRules | None = Field(description="Null removes those that are there.")
    dry_run: bool = Field(False, description="Change nothing, and tell what would go.")
    team_id: UUID | None = Field(None, description="Of this team's repository.", examples=[None])


class Goes(BaseModel):
    id: UUID
    label: str = Field(examples=["training-box"])
    host: str = Field(examples=["node-7"])
    root: str = Field(description="Where the tree lay.", examples=["/workspace"])
    created_at: datetime
    unique_bytes: Bytes | None


class RetentionPlan(BaseModel):
    retention: Retention
    applied: bool = Field(description="False for a dry run.")
    kept: Count
    going: list[Goes] = Field(description="What the next pruning deletes, the newest first, 200 at most.")
    going_count: Count


class SnapshotCost(BaseModel):
    id: UUID
    label: str = Field(examples=["training-box"])
    created_at: datetime
    unique_bytes: Bytes | None
    cost_month: Money


class OwnerCost(BaseModel):
    owner: SnapshotOwner
    stored_bytes: Bytes | None = Field(description="Of the whole repository.")
    shared_bytes: Bytes | None = Field(description="That more than one snapshot needs, or none any longer.")
    cost_month: Money
    measured_at: datetime | None


class LeftCost(BaseModel):
    """Of snapshots whose instances are destroyed: nobody wakes from them any more."""

    snapshots: Count
    unique_bytes: Bytes = Field(description="What they need alone, each counted for itself: no less is freed.")
    cost_month: Money


class StorageCost(BaseModel):
    """What keeping it costs a month, at the price that this server was told."""

    price_gb_month: Money = Field(description="Of 10^9 bytes.")
    cost_month: Money
    owners: list[OwnerCost] = Field(description="You, and your teams.")
    snapshots: list[SnapshotCost] = Field(description="The dearest first, 200 at most.")
    left: LeftCost


class TaskState(BaseModel):
    kind: Task
    job_id: UUID
    since: datetime
    stage: str = Field(examples=["reading packs"])
    done: float = Field(examples=[12.0])
    total: float | None = Field(examples=[130.0])
    unit: str = Field(examples=["packs"])


class CheckResult(BaseModel):
    at: datetime
    ok: bool
    read_data: bool = Field(description="Whether every byte was read, or names and sizes compared.")
    part: int | None = Field(
        None, description="Or those of one part of twelve were read, which take turns.", examples=[None]
    )
    snapshots: Count
    packs: Count
    bytes: Bytes
    seconds: Seconds
    problems: list[str] = Field(description="100 at most.", examples=[["pack 3f3f is missing: 12 files"]])
    files_touched: Count
    sealed: bool = Field(
        False,
        description="It is encrypted, and the server has no key: whole objects were looked at, and no file in them.",
    )
    error: SnapshotFault | None


class PruneResult(BaseModel):
    at: datetime
    manifests: Count = Field(description="Of deleted snapshots, taken out of the store.")
    doomed_packs: Count
    doomed_bytes: Bytes = Field(description="Will be freed when the grace is over.")
    freed_packs: Count
    freed_bytes: Bytes
    mended_indexes: Count = Field(0, description="Damaged ones in whose place new ones were put.")
    seconds: Seconds
    error: SnapshotFault | None


class RepositoryState(BaseModel):
    owner: SnapshotOwner
    exists: bool = Field(description="False before the first snapshot.")
    store: str = Field(description="What kind of store it lies in.", examples=["s3"])
    encrypted: bool | None
    snapshots: Count
    packs: Count | None
    stored_bytes: Bytes | None
    measured_at: datetime | None
    check: CheckResult | None
    prune: PruneResult | None
    task: TaskState | None


class CheckWish(RequestBody):
    read_data: bool = Field(False, description="Read every byte; else compare names and sizes.")
    team_id: UUID | None = Field(None, description="Of this team's repository.", examples=[None])


class PruneWish(RequestBody):
    team_id: UUID | None = Field(None, description="Of this team's repository.", examples=[None])


class TaskStarted(BaseModel):
    kind: Task
    job_id: UUID
