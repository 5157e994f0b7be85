"""Files of snapshots, and what differs between two, as they are shown."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from dumont.platform.http.bodies import RequestBody
from dumont.snapshots.schemas.fields import Bytes, Count

Kind = Literal["file", "folder", "link", "hardlink"]
Change = Literal["added", "removed", "changed", "attributes"]
NAME = "Bytes that are no UTF-8 are written `\\xNN`, and a backslash twice."


class FileEntry(BaseModel):
    name: str = Field(description=NAME, examples=["model.safetensors"])
    path: str = Field(description="To ask for it, below the root.", examples=["models/model.safetensors"])
    kind: Kind
    size: Bytes = Field(description="Of a folder, of all files below it, each counted once; of a link 0.")
    mode: str = Field(description="Permissions, octal.", examples=["0644"])
    uid: Count = Field(examples=[1000])
    gid: Count = Field(examples=[1000])
    modified_at: datetime
    link: str | None = Field(description="Where a link points.", examples=[None])
    entries: Count | None = Field(description="Of a folder: how many things are in it, itself not counted.")


class Sizes(BaseModel):
    files: Count
    bytes: Bytes


class Difference(BaseModel):
    path: str = Field(description=NAME, examples=["src/train.py"])
    change: Change = Field(description="Of its content; or of its permissions and owner alone.")
    kind: Kind
    bytes_before: Bytes | None = Field(description="Null where it was not there.")
    bytes_after: Bytes | None = Field(description="Null where it is gone.")


class DiffPage(BaseModel):
    """From the first snapshot to the second."""

    items: list[Difference]
    next_cursor: str | None = Field(description="Give it as `cursor` to get the next page.", examples=[None])
    added: Sizes
    removed: Sizes
    changed: Sizes = Field(description="With the bytes that they have afterwards.")
    attributes: Count = Field(description="How many have other permissions, owners or times, and the same content.")


class DownloadWish(RequestBody):
    path: str = Field(
        "",
        max_length=8192,
        pattern=r"^[^\x00]*$",
        description="As the list of files writes it; empty is the root.",
        examples=["models"],
    )


class DownloadAddress(BaseModel):
    """Good once, without a token: whoever has it first has the file."""

    url: str = Field(description="On this server.", examples=["/api/v1/snapshots/downloads?ticket=5Zt0Jb1u8wq"])
    expires_at: datetime
