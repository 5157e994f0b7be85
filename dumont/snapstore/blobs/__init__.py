"""Where a repository's objects lie: one port, a file for each kind of place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol, Union, runtime_checkable

from dumont.snapstore.errors import BadRequest
from dumont.snapstore.waiting import Waiting

OF_RESTIC = re.compile(r"(s3|sftp|rest|rclone|b2|gs|azure|swift):")
Bytes = Union[bytes, bytearray, memoryview]


class Found(NamedTuple):
    """An object, as the store knows it."""

    name: str
    size: int
    modified: float
    """Seconds since 1970 by the store's clock, which is the only one that counts."""


class Blobs(Protocol):
    """Safe to be called by many threads. Repeats what may be repeated; raises the kinds of `errors` only."""

    @property
    def address(self) -> str:
        """For people: never with a secret in it."""
        ...

    def get(self, name: str, start: int = 0, length: int | None = None) -> bytes:
        """The bytes of a range, or of all; raises `Missing`; never fewer than asked for."""
        ...

    def read_into(self, name: str, start: int, buffer: memoryview) -> None:
        """Fills the whole buffer, copying once."""
        ...

    def put(self, name: str, parts: Sequence[Bytes]) -> None:
        """Whole or not at all, checked by the store where it can; putting the same again is no harm."""
        ...

    def find(self, name: str) -> Found | None: ...

    def list(self, prefix: str) -> Iterator[Found]:
        """Complete, or an error: never part of it."""
        ...

    def delete(self, name: str) -> None:
        """Also where it is not there."""
        ...

    def close(self) -> None: ...


@runtime_checkable
class Foresighted(Protocol):
    """A place that reads sooner what it is told of before."""

    def expect(self, names: Iterable[str]) -> None:
        """What will be read soon, in that order."""
        ...


def expect(blobs: Blobs, names: Iterable[str]) -> None:
    """Costs nothing where the place has no use for it."""
    if isinstance(blobs, Foresighted):
        blobs.expect(names)


@runtime_checkable
class Patient(Protocol):
    """A place whose other side may be away for a while."""

    def wait_by(self, waiting: Waiting) -> None:
        """For whoever has minutes: it shows that somebody is waited for, and can be stopped."""
        ...


def wait_by(blobs: Blobs, waiting: Waiting) -> None:
    if isinstance(blobs, Patient):
        blobs.wait_by(waiting)


class Keys(NamedTuple):
    """What an object store by S3's protocol wants to know of us."""

    access: str
    secret: str
    session: str = ""


def open_blobs(address: str, keys: Keys | None = None, region: str = "", endpoint: str = "") -> Blobs:
    """`file:///folder`, a bare path, or `s3://bucket/prefix` (with `endpoint` where it is not Amazon's)."""
    scheme, mark, _rest = address.partition("://")
    if not mark and (found := OF_RESTIC.match(address)):
        raise BadRequest(
            f"{found[0]} begins an address of restic's, and no folder.",
            f"Write s3://bucket/prefix (with --endpoint), or restic:{found[0]}... for a repository of restic's.",
        )
    if not mark or scheme == "file":
        from dumont.snapstore.blobs.local import LocalBlobs

        return LocalBlobs(address)
    if scheme == "s3":
        from dumont.snapstore.blobs.s3 import S3Blobs

        return S3Blobs(address, keys, region=region, endpoint=endpoint)
    raise BadRequest(
        f"A repository's address can't begin with {scheme}://.", "Use file:///folder or s3://bucket/prefix."
    )
