"""Lends objects: addresses that do one thing to one object for some minutes, behind our own door or in a bucket."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from dumont.snapshots.rules import names as forms
from dumont.snapshots.signing import DoorSigner
from dumont.snapstore.blobs.presigning import Presigner

ONCE = {"if-none-match": "*"}
"""By which an object store refuses to write over what is there."""


@dataclass(frozen=True, slots=True)
class Loan:
    """Addresses by name, with the headers that belong to them."""

    urls: Mapping[str, str]
    headers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


class Lender(Protocol):
    def lend(self, verb: str, repository_id: UUID, names: Sequence[tuple[str, int]], until: datetime) -> Loan: ...


class OwnDoor:
    """Of a store in a folder: this server's own door gives and takes its objects; addresses begin with its path."""

    def __init__(self, signer: DoorSigner) -> None:
        self._signer = signer

    def lend(self, verb: str, repository_id: UUID, names: Sequence[tuple[str, int]], until: datetime) -> Loan:
        def url(name: str, size: int) -> str:
            query = self._signer.query(verb, repository_id, name, size, int(until.timestamp()))
            return f"/api/v1/snapshots/objects/{repository_id}/{name}?{query}"

        return Loan({name: url(name, size) for name, size in names})


class Bucket:
    """Of an object store: its own addresses, signed with our key, so that the bytes go straight to it."""

    def __init__(self, presigner: Callable[[UUID], Presigner], seconds: int) -> None:
        self._presigner = presigner
        self._seconds = seconds

    def lend(self, verb: str, repository_id: UUID, names: Sequence[tuple[str, int]], until: datetime) -> Loan:  # noqa: ARG002
        presigner = self._presigner(repository_id)
        if verb != "PUT":
            return Loan({name: presigner.url(verb, name, self._seconds) for name, _size in names})
        urls, headers = {}, {}
        for name, size in names:
            told = ONCE if forms.written_once(name) else {}
            urls[name] = presigner.url(verb, name, self._seconds, {"content-length": str(size), **told})
            headers[name] = told
        return Loan(urls, {name: told for name, told in headers.items() if told})
