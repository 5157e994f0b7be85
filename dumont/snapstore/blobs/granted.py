"""Somebody else's repository, by a grant: the server lends addresses, the bytes go straight to the store."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

from dumont.snapstore.blobs import Bytes, Found, checksum, ranges, refusals
from dumont.snapstore.blobs.again import Again, Retries
from dumont.snapstore.blobs.door import Door
from dumont.snapstore.blobs.learning import NO_CHECKSUM
from dumont.snapstore.blobs.names import checked, checked_prefix
from dumont.snapstore.blobs.place import origin_of
from dumont.snapstore.blobs.s3 import modified
from dumont.snapstore.blobs.wire import Patience, Reply, Request
from dumont.snapstore.errors import Damaged, Exists, Missing, StoreAway, StoreRefused
from dumont.snapstore.surroundings import moment_of, seconds_now
from dumont.snapstore.waiting import Waiting

T = TypeVar("T")
CONFIG = "config"
AT_ONCE = 256
"""Addresses in one answer of the door."""
EARLY_SECONDS = 30.0
"""An address is not begun with so shortly before its end."""
OVER = (400, 401, 403, 410)
STANDS = (409, 412)
CANT_HOLD = (
    "The server's object store does not know If-None-Match, without which nothing can be put by a grant.",
    "Ask whoever runs the server: `dumont doctor` tells what the store lacks, and the setting is snapshots_store.",
)
COMPARED = 4 << 20
"""Bytes that are held against what is there at once."""


class Lent(NamedTuple):
    url: str
    headers: Mapping[str, str]
    until: float
    """By the clock of `ticks`."""


class GrantedBlobs:
    """Any number of threads at once. Deletes only what the grant lets it: a writer's own sign."""

    def __init__(
        self,
        server: str,
        token: str,
        *,
        retries: Retries | None = None,
        patience: Patience | None = None,
        trust: ssl.SSLContext | None = None,
        ticks: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = seconds_now,
    ) -> None:
        self.door = Door(server, token, retries=retries, patience=patience, trust=trust)
        self._lending = _Lending(self.door, ticks, now)
        self._checksums = True

    @property
    def address(self) -> str:
        return f"{self.door.address} (by grant)"

    def expect(self, names: Iterable[str]) -> None:
        """What will be read soon, in that order: their addresses come by the hundred."""
        self._lending.expect(names)

    def wait_by(self, waiting: Waiting) -> None:
        self.door.waiting = waiting

    def get(self, name: str, start: int = 0, length: int | None = None) -> bytes:
        if length is None:
            headers = [ranges.header(start)] if start else []
            return self._read(name, headers, lambda reply: ranges.taken(reply, start, name))
        buffer = bytearray(length)
        self.read_into(name, start, memoryview(buffer))
        return bytes(buffer)

    def read_into(self, name: str, start: int, buffer: memoryview) -> None:
        if len(buffer):
            wanted = [ranges.header(start, len(buffer))]
            self._read(name, wanted, lambda reply: ranges.fill(reply, start, buffer, name))
        elif self.find(name) is None:
            raise Missing(f"{name} is not there.")

    def put(self, name: str, parts: Sequence[Bytes]) -> None:
        size = sum(memoryview(part).nbytes for part in parts)
        asked: dict[str, Any] = {"put": [[checked(name), size]]}
        if name == CONFIG and _seals(b"".join(parts)):
            asked["sealed"] = True
        told = {"checksums": {name: "=".join(checksum.of(parts))}}

        def lend() -> Lent:
            return self._lending.ask("put", {**asked, **told} if self._checksums else asked)[name]

        def forget() -> None:
            self._checksums = False

        try:
            self._send(_Turn(name, lend, lambda: None, forget), "PUT", parts)
        except Exists:  # ours came, and its answer was lost; or somebody else's is the same
            if not self._holds(name, parts):
                raise

    def find(self, name: str) -> Found | None:
        try:
            size, moment = self._read(name, [ranges.header(0, 1)], _size_and_time)
        except Missing:
            return None
        if size is None:
            raise StoreAway(f"The store does not say how long {name} is.")
        return Found(name, size, moment)

    def list(self, prefix: str) -> Iterator[Found]:
        asked = {"prefix": checked_prefix(prefix)}
        while True:
            page = self.door.get("/list", asked)
            for item in page["items"]:
                yield Found(checked(str(item["name"])), int(item["size"]), float(item["modified"]))
            if not page.get("next_cursor"):
                return
            asked["cursor"] = str(page["next_cursor"])

    def delete(self, name: str) -> None:
        asked = {"delete": [checked(name)]}
        try:
            self._send(_Turn(name, lambda: self._lending.ask("delete", asked)[name], lambda: None), "DELETE", ())
        except Missing:
            return

    def close(self) -> None:
        self.door.close()

    def _holds(self, name: str, parts: Sequence[Bytes]) -> bool:
        """Whether these very bytes are there: a name says only what an honest writer would have put there."""
        found, at = self.find(name), 0
        if found is None or found.size != sum(memoryview(part).nbytes for part in parts):
            return False
        for view in (memoryview(part).cast("B") for part in parts if len(part)):
            for begin in range(0, len(view), COMPARED):
                block = view[begin : begin + COMPARED]
                if self.get(name, at, len(block)) != block:
                    return False
                at += len(block)
        return True

    def _read(self, name: str, headers: Sequence[tuple[str, str]], take: Callable[[Reply], T]) -> T:
        checked(name)
        turn = _Turn(name, lambda: self._lending.address(name), lambda: self._lending.forget(name))
        return self._run(turn, lambda lent: Request("GET", _target(lent), headers), ranges.FINE, take)

    def _send(self, turn: _Turn, method: str, parts: Sequence[Bytes]) -> None:
        def request(lent: Lent) -> Request:
            return Request(method, _target(lent), list(lent.headers.items()), parts)

        self._run(turn, request, (200, 201, 204), lambda _reply: None)

    def _run(
        self, turn: _Turn, request: Callable[[Lent], Request], fine: Sequence[int], take: Callable[[Reply], T]
    ) -> T:
        def once() -> T:
            lent = turn.lend()
            with self.door.wires.ask(origin_of(lent.url), request(lent)) as reply:
                if reply.status in fine:
                    return take(reply)
                body = reply.rest(refusals.BODY_MOST)
            raise turn.judged(refusals.read(reply.status, reply.headers, body), body, self.address)

        return self.door.retries.run(once, self.address, self.door.waiting)


class _Turn:
    """One act on one object, with as many addresses as it takes."""

    def __init__(
        self,
        name: str,
        lend: Callable[[], Lent],
        forget: Callable[[], None],
        unchecked: Callable[[], None] | None = None,
    ) -> None:
        """`unchecked` is called where the store can't count checksums; None if there is none in it, or no more."""
        self._name = name
        self.lend = lend
        self._forget = forget
        self._unchecked = unchecked
        self._renewed = self._bare = False

    def judged(self, refusal: refusals.Refusal, body: bytes, address: str) -> Exception:
        if b'"range_not_there"' in body:
            return Again(Damaged(f"{self._name} is shorter than it must be."))
        if b'"wrong_checksum"' in body:
            return Again(Damaged(f"{self._name} changed on its way to {address}.", "Run it again; check the network."))
        if refusal.status in STANDS and refusal.code not in refusals.LATER:
            return Exists(f"{self._name} is there already, and is another one.")
        judged = refusals.judged(refusal, self._name, address)
        if refusal.status == 501 and self._bare:
            judged = StoreRefused(*CANT_HOLD)
        if self._unchecked is not None and (refusal.code in NO_CHECKSUM or refusal.status == 501):
            self._unchecked()
            self._unchecked, self._bare = None, True
            return Again(judged.why if isinstance(judged, Again) else judged, at_once=True)
        if refusal.status in OVER and not self._renewed:
            self._renewed = True
            self._forget()
            return Again(judged.why if isinstance(judged, Again) else judged, at_once=True)
        return judged


class _Lending:
    """Addresses that we have, and those that we will need."""

    def __init__(self, door: Door, ticks: Callable[[], float], now: Callable[[], float]) -> None:
        self._door = door
        self._ticks = ticks
        self._now = now
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        self._lent: dict[str, Lent] = {}
        self._wanted: dict[str, None] = {}
        self._expected: OrderedDict[str, None] = OrderedDict()

    def expect(self, names: Iterable[str]) -> None:
        wanted = dict.fromkeys(map(checked, names))
        with self._lock:
            self._expected.update(wanted)

    def address(self, name: str) -> Lent:
        """Threads that need one at the same time ask for all of theirs in one request."""
        found = self._known(name)
        if found:
            return found
        with self._lock:
            self._wanted[name] = None
        with self._asking:
            return self._known(name) or self._fetched(name)

    def forget(self, name: str) -> None:
        with self._lock:
            self._lent.pop(name, None)

    def ask(self, verb: str, asked: Mapping[str, Any]) -> dict[str, Lent]:
        answer = self._door.post("/urls", asked)
        until = self._ticks() + self._seconds(answer)
        headers = answer.get("headers") or {}
        lent = {name: Lent(str(url), dict(headers.get(name) or {}), until) for name, url in answer[verb].items()}
        if len(lent) < len(asked[verb]):
            raise StoreRefused("The server lends fewer addresses than were asked for.")
        return lent

    def _known(self, name: str) -> Lent | None:
        with self._lock:
            found = self._lent.get(name)
            if found and found.until > self._ticks():
                self._expected.pop(name, None)
                return found
            return None

    def _fetched(self, name: str) -> Lent:
        names = self._batch(name)
        try:
            lent = self.ask("get", {"get": names})
        except StoreRefused:
            if len(names) == 1:
                raise
            lent = self.ask("get", {"get": [name]})  # what another one wanted may be what was refused
        with self._lock:
            moment = self._ticks()
            if len(self._lent) > 16 * AT_ONCE:
                self._lent = {one: each for one, each in self._lent.items() if each.until > moment}
            self._lent.update(lent)
        return lent[name]

    def _batch(self, name: str) -> list[str]:
        with self._lock:
            names = dict.fromkeys([name, *list(self._wanted)[:AT_ONCE]])
            for other in names:
                self._wanted.pop(other, None)
                self._expected.pop(other, None)
            while len(names) < AT_ONCE and self._expected:
                names[self._expected.popitem(last=False)[0]] = None
        return list(names)

    def _seconds(self, answer: Mapping[str, object]) -> float:
        """How long these are good, by the server's clock, as ours may be anything."""
        try:
            until = moment_of(str(answer["expires"]).replace("+00:00", "Z")).timestamp()
        except ValueError as error:
            raise StoreAway(f"{self._door.address} does not answer as a server of ours.") from error
        seen = refusals.Refusal(200, {"date": str(answer["date"])}).seconds
        return max(1.0, until - (self._now() if seen is None else seen) - EARLY_SECONDS)


def _seals(config: bytes) -> bool:
    """Whether a repository with this config is encrypted; it is not judged here."""
    try:
        said = json.loads(config.decode())
    except ValueError:
        return False
    return isinstance(said, dict) and bool(said.get("encryption"))


def _target(lent: Lent) -> str:
    parts = urlsplit(lent.url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _size_and_time(reply: Reply) -> tuple[int | None, float]:
    return ranges.size_of(reply), modified(reply)
