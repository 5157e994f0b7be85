"""Snapshots as they are asked for and shown."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, field_validator

from dumont.platform.http.bodies import RequestBody
from dumont.snapshots.rules.keeping import COPIES
from dumont.snapshots.rules.states import Access, RestoreState, State
from dumont.snapshots.schemas.fields import Bytes, Count, FilePath, Label, Money, Ratio, Seconds, Tag


class SnapshotFault(BaseModel):
    """Why it failed."""

    code: str = Field(examples=["pack_missing"])
    message: str = Field(examples=["2 of 130 packs are not in the store."])
    hint: str | None = Field(examples=["Run it again: what is there is not sent again."])


class SnapshotProgress(BaseModel):
    stage: str = Field(examples=["reading"])
    percent: float | None = Field(description="0 to 100; null before the size is known.", examples=[41.5])
    files: Count
    files_total: Count
    bytes: Bytes
    bytes_total: Bytes
    moved_bytes: Bytes = Field(description="What went over the network.")
    bytes_per_second: float = Field(examples=[512_000_000.0])
    seconds: Seconds
    seconds_left: float | None = Field(examples=[8.1])
    hot_ready: bool | None = Field(description="Of a restore: whether the files opened first are all there.")
    at: datetime


class SnapshotOwner(BaseModel):
    kind: Literal["user", "team"]
    id: UUID


class Snapshot(BaseModel):
    id: UUID
    owner: SnapshotOwner
    created_by: UUID | None
    instance_id: UUID | None
    label: str = Field(description="What it is of.", examples=["training-box"])
    state: State
    manifest: str | None = Field(description="Its name in the repository.", examples=["3f" * 32])
    parent_id: UUID | None = Field(description="The snapshot that unchanged files were taken from.")
    engine: Literal["dumont", "restic"] = Field(description="Whose format it has.")
    repository: str | None = Field(
        description="Of one of restic's: where it lies, which is yours to prune.",
        examples=["restic:s3:https://s3.example.com/backups/box"],
    )
    host: str = Field(examples=["node-7"])
    root: str = Field(description="Where the tree lay.", examples=["/workspace"])
    tags: list[str] = Field(examples=[["nightly"]])
    encrypted: bool | None = Field(description="Whether only its owner can read it; null before that is known.")
    created_at: datetime
    began_at: datetime | None
    completed_at: datetime | None
    deleted_at: datetime | None
    left_at: datetime | None = Field(description="When its instance was destroyed; null while it lives, or of none.")
    undo_until: datetime | None = Field(description="Until then a deletion can be taken back.")
    kept_at: datetime | None = Field(description="When a deletion was taken back: no rule deletes it since.")
    files: Count | None
    bytes: Bytes | None = Field(description="Of the tree.")
    stored_bytes: Bytes | None = Field(description="What it needs of the store, shared with others or not.")
    new_bytes: Bytes | None = Field(description="What making it has added.")
    unique_bytes: Bytes | None = Field(description="What no other snapshot needs: freed without it.")
    dedup_ratio: Ratio = Field(description="Bytes of the tree, to bytes of its different chunks.")
    compression_ratio: Ratio = Field(description="Bytes of its different chunks, to what they take in the store.")
    cost_month: Money = Field(description="Of its unique bytes, in US dollars.")
    unread: Count = Field(description="Files that were there, could not be read, and lack in it.", examples=[0])
    cancel_requested: bool
    error: SnapshotFault | None
    progress: SnapshotProgress | None


class Restore(BaseModel):
    id: UUID
    snapshot_id: UUID
    created_by: UUID | None
    target: str = Field(examples=["/workspace"])
    paths: list[str] = Field(description="These alone; none is all.", examples=[[]])
    state: RestoreState
    created_at: datetime
    began_at: datetime | None
    finished_at: datetime | None
    cancel_requested: bool
    error: SnapshotFault | None
    progress: SnapshotProgress | None
    stages: dict[str, float] = Field(description="Seconds of each stage.", examples=[{"fetch": 6.1}])


class SnapshotDetail(Snapshot):
    raw_bytes: Bytes | None = Field(description="Of its different chunks.")
    stages: dict[str, float] = Field(description="Seconds of each stage.", examples=[{"scan": 0.8, "read": 11.2}])
    seconds: float | None = Field(description="From its begin until it was complete.", examples=[14.2])
    unread_names: list[str] = Field(description="Of files that could not be read, 20 at most.", examples=[[]])
    restores: list[Restore] = Field(description="The newest ten.")


class HandedGrant(BaseModel):
    """Lets whoever holds it into one repository, for one purpose, for a short while. Shown once."""

    token: str = Field(description="Sent as `Authorization: Bearer ...`.", examples=["dsg_5Zt0Jb1u8wq"])
    access: Access
    url: str = Field(description="The server to bring it to.", examples=["https://dumont.example.com"])
    expires_at: datetime = Field(description="Each report of progress puts this off.")


class SnapshotWish(RequestBody):
    path: FilePath = Field(
        min_length=1, description="The folder, on the machine at which it is.", examples=["/workspace"]
    )
    label: Label | None = Field(None, description="What it is of; else the instance's id, or the folder's name.")
    instance_id: UUID | None = None
    team_id: UUID | None = Field(None, description="Keep it in this team's repository.", examples=[None])
    tags: Annotated[list[Tag], Field(max_length=20)] = Field([], examples=[["nightly"]])

    @field_validator("tags")
    @classmethod
    def _are_ones_own(cls, tags: list[str]) -> list[str]:
        if taken := COPIES.intersection(tags):
            raise ValueError(f"{', '.join(sorted(taken))}: kept for copies that the fleet makes, which are thinned out")
        return tags


class SnapshotStarted(BaseModel):
    snapshot: Snapshot
    grant: HandedGrant
    command: str = Field(
        description="What to run on the machine.",
        examples=[
            "DUMONT_GRANT=dsg_5Zt0Jb1u8wq dumont snapshots create /workspace --server https://dumont.example.com"
        ],
    )
    bare_command: str = Field(
        description="The same for a machine with Python alone: it fetches the program first.",
        examples=["curl -fsS https://dumont.example.com/api/v1/snapshots/dumont-snapshots.pyz -o ..."],
    )


class RestoreWish(RequestBody):
    target: FilePath = Field(min_length=1, description="The folder to restore into.", examples=["/workspace"])
    paths: Annotated[list[FilePath], Field(max_length=100)] = Field(
        [], description="These files and folders alone.", examples=[[]]
    )


class RestoreStarted(BaseModel):
    restore: Restore
    grant: HandedGrant
    command: str = Field(
        description="What to run on the machine.",
        examples=[
            "DUMONT_GRANT=dsg_5Zt0Jb1u8wq dumont snapshots restore 3f3f3f /workspace --server https://dumont.example.com"
        ],
    )
    bare_command: str = Field(
        description="The same for a machine with Python alone: it fetches the program first.",
        examples=["curl -fsS https://dumont.example.com/api/v1/snapshots/dumont-snapshots.pyz -o ..."],
    )


class LeftDeleted(BaseModel):
    deleted: Count
    more: bool = Field(description="There are more of them: ask again.", examples=[False])


class SnapshotDeleted(BaseModel):
    snapshot: Snapshot
    frees_bytes: Bytes | None = Field(description="What no other snapshot needs; null where that is not known.")
    undo_until: datetime | None = Field(description="Null where there is nothing to take back.")
    freed_after: datetime | None = Field(description="From then on pruning may free the space.")
