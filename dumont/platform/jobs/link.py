"""A worker's own connections: a small pool for drawing and beating, and one that listens."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import asyncpg
import structlog

log = structlog.get_logger()

AWAY = (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.CannotConnectNowError)
"""What asyncpg raises while the database is restarting, or the way to it is cut."""

AGAIN_SECONDS = 0.5
CHECK_SECONDS = 20.0
"""A connection of which the other end is gone says nothing, which is what one that listens expects."""


@dataclass(frozen=True, slots=True)
class Link:
    pool: asyncpg.Pool
    listener: "Listener"


class Listener:
    """LISTENs on any number of channels, and again after each loss of its connection."""

    def __init__(self, url: str, application: str) -> None:
        self._url = url
        self._application = application
        self._heard: dict[str, Callable[[str], None]] = {}
        self._lost: list[Callable[[], None]] = []
        self._connection: asyncpg.Connection | None = None
        self._turn = asyncio.Lock()  # a connection does one thing at a time

    async def on(self, channel: str, heard: Callable[[str], None], *, lost: Callable[[], None] = lambda: None) -> None:
        """`lost` is called after a reconnect, because notices may have been missed."""
        self._heard[channel] = heard
        self._lost.append(lost)
        if self._connection is not None:
            await self._listen(self._connection, channel)

    async def run(self) -> None:
        while True:
            with suppress(*AWAY):
                await self._until_cut()
            log.warning("listener_cut", again_in=AGAIN_SECONDS)
            await asyncio.sleep(AGAIN_SECONDS)

    async def _until_cut(self) -> None:
        connection = await asyncpg.connect(self._url, server_settings={"application_name": self._application})
        cut = asyncio.Event()
        connection.add_termination_listener(lambda _: cut.set())
        try:
            # From here on `on` listens by itself to a channel that it adds while these are gone through.
            self._connection = connection
            for channel in tuple(self._heard):
                await self._listen(connection, channel)
            for lost in tuple(self._lost):
                lost()
            while not cut.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(cut.wait(), CHECK_SECONDS)
                async with self._turn:
                    await asyncio.wait_for(connection.execute("SELECT 1"), CHECK_SECONDS)
        finally:
            self._connection = None
            connection.terminate()

    async def _listen(self, connection: asyncpg.Connection, channel: str) -> None:
        heard = self._heard[channel]
        async with self._turn:
            await connection.add_listener(channel, lambda _connection, _pid, _channel, payload: heard(payload))


@asynccontextmanager
async def linked(url: str, application: str) -> AsyncIterator[Link]:
    pool = await asyncpg.create_pool(
        url, min_size=1, max_size=4, server_settings={"application_name": application, "timezone": "UTC"}
    )
    listener = Listener(url, application)
    listening = asyncio.create_task(listener.run())
    try:
        yield Link(pool, listener)
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
        await _close(pool)


async def _close(pool: asyncpg.Pool) -> None:
    try:
        await asyncio.wait_for(pool.close(), timeout=2)
    except TimeoutError:
        pool.terminate()
