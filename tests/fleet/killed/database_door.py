"""Stands between a worker and PostgreSQL, reads what passes, and tells of each commit that has changed anything.

It does so when the server has answered and the worker has not heard it: what comes before is the same death as the one
after the last commit, since an unfinished transaction leaves nothing behind.
"""

import asyncio
import re
import struct
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast
from urllib.parse import SplitResult, parse_qs, urlencode, urlsplit, urlunsplit

from tests.fleet.killed.points import Witness

WRITES = re.compile(r"\b(INSERT INTO|UPDATE|DELETE FROM|pg_notify)\b(?:\s+(?:ONLY\s+)?\"?(\w+))?", re.IGNORECASE)
LOCKS = re.compile(r"\bFOR (NO KEY )?UPDATE\b|\bDO UPDATE\b|\bpg_advisory\w*", re.IGNORECASE)
PARSE, BIND, EXECUTE, QUERY, DONE, SUSPENDED, READY = b"PBEQCsZ"
ALONE = frozenset(b"SQHXpdcf")
"""Messages after which the other side has something to do."""
SSL_REQUEST = 80877103
LENGTH, BEGIN = struct.Struct("!I"), struct.Struct("!II")
PORT = 5432
"""Only a name here."""


class DatabaseDoor:
    """Leads to any database of the server; by a socket in a folder, which costs less than one of the network."""

    def __init__(self, url: str, witness: Witness, folder: Path) -> None:
        self._url, self._folder = urlsplit(url), folder
        self.witness = witness
        self.open: set[asyncio.BaseTransport] = set()
        self.asking: set[Asks] = set()
        self._going: set[asyncio.Task[None]] = set()

    def url_of(self, database_url: str) -> str:
        way = urlencode({"host": str(self._folder), "port": PORT})
        people = self._url.netloc.rpartition("@")[0]
        return urlunsplit((self._url.scheme, f"{people}@", urlsplit(database_url).path, way, ""))

    def cut(self) -> None:
        """As the kernel does for a process that has died."""
        for transport in self.open:
            transport.abort()  # type: ignore[attr-defined]

    def end_transactions(self) -> None:
        """As the server does with whoever is idle in one for long; what is not in one stays open."""
        for asks in list(self.asking):
            if asks.talk.status != "I" and asks.transport is not None:
                asks.transport.abort()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["DatabaseDoor"]:
        loop = asyncio.get_running_loop()
        server = await loop.create_unix_server(lambda: Asks(self), str(self._folder / f".s.PGSQL.{PORT}"))
        try:
            yield self
        finally:
            server.close()
            self.cut()
            await asyncio.gather(*self._going, return_exceptions=True)

    def lead(self, asks: "Asks") -> None:
        task = asyncio.get_running_loop().create_task(self._lead(asks))
        self._going.add(task)
        task.add_done_callback(self._going.discard)

    async def _lead(self, asks: "Asks") -> None:
        answers = Answers(self, asks)
        await connected(self._url, lambda: answers)
        asks.led(answers)


@dataclass
class Talk:
    """What one connection is at."""

    witness: Witness
    status: str = "I"
    statements: dict[bytes, str] = field(default_factory=dict)
    bound: str = ""
    asked: list[str] = field(default_factory=list)
    """What is executed since the last answer, as far as it writes."""
    written: list[str] = field(default_factory=list)
    """By the open transaction."""
    commits: bool = False
    waits: bool = False
    """For an answer that may be a point."""

    def ask(self, kind: int, body: bytes) -> None:
        if kind == PARSE:
            name, _, rest = body.partition(b"\0")
            self.statements[name] = rest.partition(b"\0")[0].decode(errors="replace")
        elif kind == BIND:
            self.bound = self.statements.get(body.split(b"\0", 2)[1], "")
        elif kind == EXECUTE:
            self._executes(self.bound)
        elif kind == QUERY:
            self._executes(body.rstrip(b"\0").decode(errors="replace"))
        self.waits = bool(self.commits or self.asked)

    def _executes(self, sql: str) -> None:
        if sql.strip().rstrip(";").upper() in ("COMMIT", "END"):
            self.commits = True
        elif sql.strip().upper().startswith("ROLLBACK"):
            self.written = []
        elif found := WRITES.search(LOCKS.sub("", sql)):
            cte = not sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
            self.asked.append(f"{'with ' if cte else ''}{found[1].lower()} {found[2] or ''}".strip())

    def answer(self, kind: int, body: bytes) -> bool:
        """Whether the worker has died of it."""
        if (
            kind in (DONE, SUSPENDED) and self.asked
        ):  # only a row that came makes a portal wait: `fetchrow` asks for one
            wrote = self.asked.pop(0)
            if kind == SUSPENDED or wrote.startswith("with ") or not body.rstrip(b"\0").endswith(b" 0"):
                self.written.append(wrote)
        if kind != READY:
            return False
        self.status, self.asked = body.decode(), []
        landed = self.status == "I" and bool(self.written)
        said, self.commits, self.waits = ", ".join(dict.fromkeys(self.written)), False, False
        if self.status == "I":
            self.written = []
        return landed and self.witness.meets(f"commit: {said}")


class Side(asyncio.Protocol):
    """One end of a connection; when it goes, the other goes too."""

    def __init__(self, door: DatabaseDoor) -> None:
        self._door = door
        self._came = bytearray()
        self.transport: asyncio.Transport | None = None
        self.other: Side | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self._door.open.add(transport)

    def connection_lost(self, why: Exception | None) -> None:
        if self.transport is not None:
            self._door.open.discard(self.transport)
        if self.other is not None and self.other.transport is not None:
            self.other.transport.abort()

    def messages(self) -> Iterator[tuple[int, bytes, int]]:
        """Kind, body and end of all that have come whole."""
        at, came = 0, self._came
        while len(came) - at >= 5:
            end = at + 1 + LENGTH.unpack_from(came, at + 1)[0]
            if len(came) < end:
                return
            yield came[at], bytes(came[at + 5 : end]), end
            at = end

    def pass_on(self, end: int) -> None:
        if end and self.other is not None and self.other.transport is not None:
            self.other.transport.write(bytes(self._came[:end]))
        del self._came[:end]


class Asks(Side):
    """The worker's."""

    def __init__(self, door: DatabaseDoor) -> None:
        super().__init__(door)
        self.talk = Talk(door.witness)
        self._begun = False
        self._told = 0
        """Bytes of `_came` that the talk has heard of."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._door.asking.add(self)
        self._door.lead(self)

    def connection_lost(self, why: Exception | None) -> None:
        super().connection_lost(why)
        self._door.asking.discard(self)

    def led(self, answers: "Answers") -> None:
        self.other = answers
        self.data_received(b"")

    def data_received(self, data: bytes) -> None:
        self._came += data
        if self.other is None or not (self._begun or self._begins()):
            return
        passes = 0
        for kind, body, end in self.messages():
            if end > self._told:
                self.talk.ask(kind, body)
                self._told = end
            passes = end if kind in ALONE else passes
        self._told -= passes
        self.pass_on(passes)

    def _begins(self) -> bool:
        """The first message has no kind; of those that ask for what there is not, there may be some before it."""
        while len(self._came) >= 8:
            length, code = BEGIN.unpack_from(self._came)
            if code == SSL_REQUEST and self.transport is not None:
                self.transport.write(b"N")
                del self._came[:length]
                continue
            if len(self._came) < length:
                return False
            self.pass_on(length)
            self._begun = True
            return True
        return False


class Answers(Side):
    """The server's."""

    def __init__(self, door: DatabaseDoor, asks: Asks) -> None:
        super().__init__(door)
        self.other, self._talk = asks, asks.talk
        self._heard = 0
        self._dead = False

    def data_received(self, data: bytes) -> None:
        if self._dead:
            return
        self._came += data
        passes = 0
        for kind, body, end in self.messages():
            if end > self._heard:
                self._heard = end
                if self._talk.answer(kind, body):
                    self._dead = True
                    return
            if kind == READY or not self._talk.waits:
                passes = end
        self._heard -= passes
        self.pass_on(passes)


async def connected(url: SplitResult, side: Callable[[], asyncio.Protocol]) -> None:
    """By a socket in a folder where PostgreSQL's URL names one."""
    loop, given = asyncio.get_running_loop(), parse_qs(url.query)
    if "host" in given:
        await loop.create_unix_connection(side, f"{given['host'][0]}/.s.PGSQL.{given['port'][0]}")
    else:
        await loop.create_connection(side, url.hostname or "127.0.0.1", url.port or PORT)
