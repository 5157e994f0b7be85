"""Lends objects: addresses that do one thing to one object for some minutes, behind our own door or in a bucket."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from dumont.snapshots.signing import DoorSigner
from dumont.snapstore.blobs.presigning import Presigner

ONCE: dict[str, str] = {"if-none-match": "*"}
"""By which an object store refuses to write over what is there."""


@dataclass(frozen=True, slots=True)
class Thing:
    """An object to be read, written or deleted; all but its name is of what is to be written."""

    name: str
    size: int = 0
    once: bool = False
    checksum: str | None = None
    """A header and its value, as `x-amz-checksum-crc32c=...`: nothing that differs is taken."""

    @property
    def headers(self) -> Mapping[str, str]:
        """What must be sent with it beside the length."""
        header, _, value = (self.checksum or "").partition("=")
        return (ONCE if self.once else {}) | ({header: value} if value else {})


@dataclass(frozen=True, slots=True)
class Loan:
    """Addresses by name, with the headers that belong to them."""

    urls: Mapping[str, str]
    headers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


class Lender(Protocol):
    def lend(self, verb: str, repository_id: UUID, things: Sequence[Thing], until: datetime) -> Loan: ...


class OwnDoor:
    """Of a store in a folder: this server's own door gives and takes its objects; addresses begin with its path."""

    def __init__(self, signer: DoorSigner) -> None:
        self._signer = signer

    def lend(self, verb: str, repository_id: UUID, things: Sequence[Thing], until: datetime) -> Loan:
        def url(thing: Thing) -> str:
            query = self._signer.query(verb, repository_id, thing.name, thing.size, int(until.timestamp()))
            return f"/api/v1/snapshots/objects/{repository_id}/{thing.name}?{query}"

        return _loan(things, url)


class Bucket:
    """Of an object store: its own addresses, signed with our key, so that the bytes go straight to it."""

    def __init__(self, presigner: Callable[[UUID], Presigner], seconds: int) -> None:
        self._presigner = presigner
        self._seconds = seconds

    def lend(self, verb: str, repository_id: UUID, things: Sequence[Thing], until: datetime) -> Loan:  # noqa: ARG002
        presigner = self._presigner(repository_id)

        def url(thing: Thing) -> str:
            signed = {"content-length": str(thing.size), **thing.headers} if verb == "PUT" else None
            return presigner.url(verb, thing.name, self._seconds, signed)

        return _loan(things, url)


def _loan(things: Sequence[Thing], url: Callable[[Thing], str]) -> Loan:
    return Loan({each.name: url(each) for each in things}, {each.name: each.headers for each in things if each.headers})
