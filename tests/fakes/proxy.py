"""Stands before a server on this computer and can stop passing anything on, with all connections left open."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import SplitResult, parse_qs, urlsplit, urlunsplit

BYTES = 1 << 16


class Proxy:
    """`url` leads through it. While it hangs, new connections are taken and come to nothing, too."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)
        self._passes = asyncio.Event()
        self._passes.set()
        self._going: set[asyncio.Task[None]] = set()
        self.port = 0

    @property
    def url(self) -> str:
        return led_through(self._url, self.port, self._url.path)

    def hang(self) -> None:
        self._passes.clear()

    def go_on(self) -> None:
        """What was sent meanwhile arrives late, as it does after a broken network."""
        self._passes.set()

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Proxy"]:
        server = await asyncio.start_server(self._enter, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in self._going:
                task.cancel()
            await asyncio.gather(*self._going, return_exceptions=True)

    async def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await connected(self._url)
        for source, target in ((reader, back), (there, writer)):
            task = asyncio.create_task(self._pass(source, target))
            self._going.add(task)
            task.add_done_callback(self._going.discard)

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError):
                while data := await source.read(BYTES):
                    await self._passes.wait()
                    target.write(data)
                    await target.drain()
        finally:
            target.close()


def led_through(url: SplitResult, port: int, path: str) -> str:
    """The same, by a port of this computer."""
    people = url.netloc.rpartition("@")[0]
    return urlunsplit((url.scheme, f"{people}@127.0.0.1:{port}", path, "", ""))


async def connected(url: SplitResult) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """By a socket in a folder where PostgreSQL's URL names one."""
    given = parse_qs(url.query)
    if "host" in given:
        return await asyncio.open_unix_connection(f"{given['host'][0]}/.s.PGSQL.{given['port'][0]}")
    return await asyncio.open_connection(url.hostname, url.port)
