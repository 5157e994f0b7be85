"""What whoever holds a grant sends and is sent."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from dumont.platform.http.bodies import RequestBody
from dumont.snapshots.rules.states import Access
from dumont.snapshots.schemas.fields import Bytes, Count, ManifestName, Seconds

AT_ONCE = 1000
ObjectName = Annotated[str, StringConstraints(max_length=80), Field(examples=["packs/3f/" + "3f" * 32])]
Size = Annotated[int, Field(ge=1, le=2**40, examples=[33_554_432])]
Checksum = Annotated[
    str,
    StringConstraints(pattern="^x-amz-checksum-crc32c?=[A-Za-z0-9+/]{6}==$"),
    Field(examples=["x-amz-checksum-crc32c=yZRlqg=="]),
]
UnreadName = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$"), Field(examples=["weights/a.bin"])]
Word = Annotated[str, StringConstraints(max_length=60), Field(examples=["read"])]
Sentence = Annotated[str, StringConstraints(max_length=500), Field(examples=["Make room, then run it again."])]


class UrlsWish(RequestBody):
    """Names of objects, and for those to be written their sizes in bytes."""

    get: Annotated[list[ObjectName], Field(max_length=AT_ONCE)] = Field([])
    put: Annotated[list[tuple[ObjectName, Size]], Field(max_length=AT_ONCE)] = Field(
        [], examples=[[["packs/3f/" + "3f" * 32, 33_554_432]]]
    )
    checksums: Annotated[dict[ObjectName, Checksum], Field(max_length=AT_ONCE)] = Field(
        {},
        description="Of those to be written, where they are known: a header and its value. The store takes no others.",
        examples=[{"packs/3f/" + "3f" * 32: "x-amz-checksum-crc32c=yZRlqg=="}],
    )
    sealed: bool = Field(
        False, description="With `config` among those to be written: it is encrypted, and so will be all that follows."
    )
    delete: Annotated[list[ObjectName], Field(max_length=AT_ONCE)] = Field(
        [], description="A writer's own sign, at its end: `writers/...`.", examples=[["writers/" + "3f" * 16]]
    )


class Urls(BaseModel):
    """Addresses that work without the grant, until they expire."""

    get: dict[str, str] = Field(examples=[{"config": "https://store.example.com/config?X-Amz-Signature=..."}])
    put: dict[str, str] = Field(description="To be used with the very size that was named.", examples=[{}])
    delete: dict[str, str] = Field(examples=[{}])
    headers: dict[str, dict[str, str]] = Field(
        description="By name of the object: what must be sent with a PUT beside the length.",
        examples=[{"config": {"if-none-match": "*"}}],
    )
    expires: datetime


class ListedObject(BaseModel):
    name: str = Field(examples=["snapshots/" + "3f" * 32])
    size: Bytes
    modified: float = Field(description="Seconds since 1970, by the store's clock.", examples=[1_780_000_000.0])


class Listing(BaseModel):
    items: list[ListedObject]
    next_cursor: str | None = Field(description="Give it as `cursor` to get the rest.", examples=[None])


class ProgressReport(RequestBody):
    stage: Word = Field("", examples=["read"])
    files: Count = 0
    files_total: Count = 0
    bytes: Bytes = 0
    bytes_total: Bytes = 0
    moved_bytes: Bytes = 0
    seconds: Seconds = 0.0
    stages: Annotated[dict[Word, Seconds], Field(max_length=40)] = Field({}, examples=[{"read": 8.4}])
    hot_ready: bool | None = None


class ProgressTaken(BaseModel):
    cancel: bool = Field(description="Somebody asked to stop.")
    expires_at: datetime


class Completion(RequestBody):
    """Of a snapshot with its manifest, of a restore without."""

    manifest: ManifestName | None = Field(None, examples=["3f" * 32])
    new_bytes: Bytes | None = Field(None, description="What was sent.")
    files: Count | None = None
    bytes: Bytes | None = None
    raw_bytes: Bytes | None = None
    stored_bytes: Bytes | None = None
    packs: Annotated[dict[ManifestName, Size], Field(max_length=20_000)] | None = Field(
        None,
        examples=[{"3f" * 32: 33_554_432}],
        description="Sizes by name; of an encrypted repository, whose manifests the server can't read.",
    )
    stages: Annotated[dict[Word, Seconds], Field(max_length=40)] = Field({}, examples=[{"read": 8.4}])
    unread: Count = Field(0, description="Files that are there, and could not be read.", examples=[3])
    unread_names: Annotated[list[UnreadName], Field(max_length=20)] = Field([], description="Of the first of them.")


class FailureReport(RequestBody):
    code: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")] = Field(examples=["no_room"])
    message: Sentence = Field(examples=["The disk is full."])
    hint: Sentence | None = None


class GrantState(BaseModel):
    """What the grant is for."""

    purpose: Literal["snapshot", "restore"]
    access: Access
    snapshot_id: UUID
    restore_id: UUID | None
    state: str = Field(examples=["running"])
    manifest: str | None = Field(description="Of a restore: the snapshot's name.", examples=["3f" * 32])
    label: str = Field(examples=["training-box"])
    path: str = Field(description="The folder to take, or to restore into.", examples=["/workspace"])
    paths: list[str] = Field(examples=[[]])
    tags: list[str] = Field(examples=[[]])
    cancel: bool
    expires_at: datetime
