"""A drop: addresses lent long before, for whoever must take a snapshot while nobody can be asked for any.

It reads two objects of the repository at most, and writes into numbered slots that belong to this drop alone. Which
object lies in which slot says its book, which is written last: a drop without a book is nothing.
"""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from dumont.snapstore.blobs import Bytes, Found, ranges, refusals
from dumont.snapstore.blobs.again import Retries
from dumont.snapstore.blobs.http import Wires
from dumont.snapstore.blobs.local import LocalBlobs
from dumont.snapstore.blobs.names import checked
from dumont.snapstore.blobs.place import origin_of
from dumont.snapstore.blobs.wire import Patience, Request
from dumont.snapstore.errors import BadRequest, Missing, NoRoom, StoreAway

BOOK = "book"
FORM = 1


class Slots(NamedTuple):
    """Where to write: `before + name + after + proof`, with a proof for each name; or a folder of this computer."""

    folder: str = ""
    before: str = ""
    after: str = ""
    proofs: Sequence[str] = ()

    def address(self, number: int) -> str:
        """The first one is the book's."""
        return f"{self.before}{slot(number)}{self.after}{self.proofs[number]}"


def slot(number: int) -> str:
    return f"{number:04d}" if number else BOOK


class DropBlobs:
    """Any number of threads at once. Lists nothing, deletes nothing, and reads only what it was lent."""

    address = "the drop of this machine"

    def __init__(
        self,
        reads: Mapping[str, str],
        slots: Slots,
        *,
        retries: Retries | None = None,
        patience: Patience | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._reads = reads
        self._slots = slots
        self._retries = retries or Retries()
        self._wires = Wires(patience, trust)
        self._lock = threading.Lock()
        self._written: dict[str, tuple[int, int]] = {}
        """Slot and size by the name of the object."""

    def get(self, name: str, start: int = 0, length: int | None = None) -> bytes:
        where = self._reads.get(checked(name))
        if where is None:
            raise Missing(f"{name} was not lent.")
        whole = _of_folder(where) if where.startswith("file://") else self._fetched(where, name)
        return whole[start:] if length is None else whole[start : start + length]

    def read_into(self, name: str, start: int, buffer: memoryview) -> None:
        buffer[:] = self.get(name, start, len(buffer))

    def put(self, name: str, parts: Sequence[Bytes]) -> None:
        number = self._number(checked(name), sum(memoryview(part).nbytes for part in parts))
        self._send(number, parts)

    def close_book(self, told: Mapping[str, Any]) -> None:
        """The last act: from here on the drop counts."""
        with self._lock:
            objects = {name: {"slot": slot(number), "size": size} for name, (number, size) in self._written.items()}
        self._send(0, [json.dumps({"form": FORM, **told, "objects": objects}).encode()])

    def find(self, name: str) -> Found | None:
        written = self._written.get(name)
        return Found(name, written[1], 0.0) if written else None

    def list(self, prefix: str) -> Iterator[Found]:  # noqa: ARG002
        return iter(())

    def delete(self, name: str) -> None:
        raise BadRequest(f"{name} can't be deleted: nobody is there to allow it.")

    def close(self) -> None:
        self._wires.close()

    def _number(self, name: str, size: int) -> int:
        with self._lock:
            number = self._written.get(name, (len(self._written) + 1, 0))[0]
            if not self._slots.folder and number >= len(self._slots.proofs):
                raise NoRoom("More has changed than there are addresses for.", "Nothing of it counts.")
            self._written[name] = (number, size)
        return number

    def _send(self, number: int, parts: Sequence[Bytes]) -> None:
        if self._slots.folder:
            LocalBlobs(self._slots.folder).put(slot(number), parts)
        else:
            self._asked("PUT", self._slots.address(number), slot(number), parts)

    def _fetched(self, where: str, name: str) -> bytes:
        return self._asked("GET", where, name, ())

    def _asked(self, method: str, url: str, name: str, parts: Sequence[Bytes]) -> bytes:
        split = urlsplit(url)
        request = Request(method, f"{split.path}?{split.query}" if split.query else split.path, [], parts)

        def once() -> bytes:
            with self._wires.ask(origin_of(url), request) as reply:
                if method == "GET" and reply.status in ranges.FINE:
                    return ranges.taken(reply, 0, name)
                body = reply.rest(refusals.BODY_MOST)
                if method == "PUT" and reply.status in (200, 201, 204):
                    return b""
            raise refusals.judged(refusals.read(reply.status, reply.headers, body), name, self.address)

        return self._retries.run(once, self.address)


def _of_folder(where: str) -> bytes:
    try:
        with open(unquote(urlsplit(where).path), "rb") as file:
            return file.read()
    except FileNotFoundError as error:
        raise Missing("What was lent is not there any more.") from error
    except OSError as error:
        raise StoreAway(f"What was lent can't be read: {error.strerror}.") from error
