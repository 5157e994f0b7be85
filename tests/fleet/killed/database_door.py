"""Stands between a worker and PostgreSQL, reads what passes, and tells of each commit that has changed anything.

It does so when the server has answered and the worker has not heard it: what comes before is the same death as the one
after the last commit, since an unfinished transaction leaves nothing behind.
"""

import asyncio
import re
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.fakes.proxy import connected, led_through
from tests.fleet.killed.points import Witness

WRITES = re.compile(r"\b(INSERT INTO|UPDATE|DELETE FROM|pg_notify)\b(?:\s+(?:ONLY\s+)?\"?(\w+))?", re.IGNORECASE)
LOCKS = re.compile(r"\bFOR (NO KEY )?UPDATE\b|\bDO UPDATE\b|\bpg_advisory\w*", re.IGNORECASE)
ALONE = frozenset(b"SQHXpdcf")
"""Messages after which the other side has something to do."""
SSL_REQUEST = 80877103


class DatabaseDoor:
    """`url` leads through it, to any database of the server."""

    def __init__(self, url: str, witness: Witness) -> None:
        self._url = urlsplit(url)
        self.witness = witness
        self._open: set[asyncio.StreamWriter] = set()
        self._going: set[asyncio.Task[None]] = set()
        self.port = 0

    def url_of(self, database_url: str) -> str:
        return led_through(self._url, self.port, urlsplit(database_url).path)

    def cut(self) -> None:
        """As the kernel does for a process that has died."""
        for writer in self._open:
            writer.transport.abort()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["DatabaseDoor"]:
        server = await asyncio.start_server(self._enter, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.cut()
            for task in self._going:
                task.cancel()
            await asyncio.gather(*self._going, return_exceptions=True)

    async def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await connected(self._url)
        ends = {writer, back}
        self._open |= ends
        talk = Talk(self.witness)
        tasks = [
            asyncio.create_task(each) for each in (_asks(reader, back, writer, talk), _answers(there, writer, talk))
        ]
        self._going.update(tasks)
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._going.difference_update(tasks)
        for each in ends:
            each.transport.abort()
        self._open -= ends


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

    def ask(self, kind: bytes, body: bytes) -> None:
        if kind == b"P":
            name, _, rest = body.partition(b"\0")
            self.statements[name] = rest.partition(b"\0")[0].decode(errors="replace")
        elif kind == b"B":
            self.bound = self.statements.get(body.split(b"\0", 2)[1], "")
        elif kind == b"E":
            self._executes(self.bound)
        elif kind == b"Q":
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

    def answer(self, kind: bytes, body: bytes) -> bool:
        """Whether the worker has died of it."""
        if kind in (b"C", b"s") and self.asked:  # only a row that came makes a portal wait: `fetchrow` asks for one
            wrote = self.asked.pop(0)
            if kind == b"s" or wrote.startswith("with ") or not body.rstrip(b"\0").endswith(b" 0"):
                self.written.append(wrote)
        if kind != b"Z":
            return False
        self.status, self.asked = body.decode(), []
        landed = self.status == "I" and bool(self.written)
        said, self.commits, self.waits = ", ".join(dict.fromkeys(self.written)), False, False
        if self.status == "I":
            self.written = []
        return landed and self.witness.meets(f"commit: {said}")


async def _asks(
    reader: asyncio.StreamReader, there: asyncio.StreamWriter, back: asyncio.StreamWriter, talk: Talk
) -> None:
    with suppress(ConnectionError, asyncio.IncompleteReadError):
        await _begin(reader, there, back)
        held = b""
        while True:
            head = await reader.readexactly(5)
            body = await reader.readexactly(struct.unpack("!I", head[1:])[0] - 4)
            talk.ask(head[:1], body)
            held += head + body
            if head[0] in ALONE:
                there.write(held)
                await there.drain()
                held = b""


async def _begin(reader: asyncio.StreamReader, there: asyncio.StreamWriter, back: asyncio.StreamWriter) -> None:
    while True:
        length, code = struct.unpack("!II", await reader.readexactly(8))
        rest = await reader.readexactly(length - 8)
        if code == SSL_REQUEST:
            back.write(b"N")
            continue
        there.write(struct.pack("!II", length, code) + rest)
        return


async def _answers(there: asyncio.StreamReader, back: asyncio.StreamWriter, talk: Talk) -> None:
    with suppress(ConnectionError, asyncio.IncompleteReadError):
        held = b""
        while True:
            head = await there.readexactly(5)
            body = await there.readexactly(struct.unpack("!I", head[1:])[0] - 4)
            if talk.answer(head[:1], body):
                return
            held += head + body
            if head[:1] == b"Z" or not talk.waits:
                back.write(held)
                await back.drain()
                held = b""
