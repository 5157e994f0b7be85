"""One row by one statement, on a connection of its own and without SQLAlchemy: for the query behind every request.

It costs a fifth of the CPU of the same query in a session, which is opened only by endpoints that need one.
"""

import asyncio
import time
from typing import Any, Protocol

import asyncpg
import structlog

from dumont.platform.db.engine import DatabaseAway, asyncpg_url, tell_slow_ones
from dumont.platform.settings import Settings

log = structlog.get_logger()

AWAY = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the server ended the connection in the middle of something
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InvalidCatalogNameError,
)
CONNECTIONS = 4
TRIES = 2
ANSWER_SECONDS = 10.0
"""Somebody waits for a glance: whatever hangs for longer counts as away, a network that swallows everything too."""
QUIET_SECONDS = 1.0
"""After that nobody else waits for it, until one may try again."""


class Glance(Protocol):
    async def row(self, statement: str, *arguments: Any) -> asyncpg.Record | None:
        """The first row, seen at this moment. The statement may be made twice, so it must change nothing."""
        ...


class GlancePool:
    def __init__(self, url: str, settings: Settings, *, name: str) -> None:
        self._url = asyncpg_url(url)
        self._milliseconds = str(int(settings.database_statement_seconds * 1000))
        self._slow_seconds = settings.database_slow_seconds
        self._name = name
        self._answer_seconds = min(settings.database_statement_seconds, ANSWER_SECONDS)
        self._pool: asyncpg.Pool | None = None
        self._opening = asyncio.Lock()
        self._hung_until = 0.0

    async def row(self, statement: str, *arguments: Any) -> asyncpg.Record | None:
        """A connection that turns out to be dead is replaced once; then the database is away."""
        if time.monotonic() < self._hung_until:
            raise DatabaseAway("The database does not answer just now.")
        try:
            async with asyncio.timeout(self._answer_seconds):
                return await self._tried(statement, *arguments)
        except TimeoutError:
            self._hung_until = time.monotonic() + QUIET_SECONDS
            log.warning("database_away", error=f"no answer in {self._answer_seconds:g} seconds")
            raise DatabaseAway("The database does not answer just now.") from None

    async def _tried(self, statement: str, *arguments: Any) -> asyncpg.Record | None:
        for again in reversed(range(TRIES)):
            try:
                return await self._fetched(self._pool or await self._open(), statement, *arguments)
            except AWAY as error:
                if not again:
                    log.warning("database_away", error=f"{type(error).__name__}: {error}")
                    raise DatabaseAway("The database does not answer just now.") from error
        raise AssertionError("unreachable")

    async def _fetched(self, pool: asyncpg.Pool, statement: str, *arguments: Any) -> asyncpg.Record | None:
        connection = await pool.acquire()
        try:
            return await connection.fetchrow(statement, *arguments)
        except asyncio.CancelledError:
            connection.terminate()  # or giving it back would wait for the answer that does not come
            raise
        finally:
            await pool.release(connection)

    async def close(self) -> None:
        if self._pool is not None:
            self._pool.terminate()

    async def _open(self) -> asyncpg.Pool:
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._url,
                    min_size=1,
                    max_size=CONNECTIONS,
                    timeout=10,
                    init=self._opened,
                    reset=_nothing,
                    server_settings={
                        "application_name": self._name,
                        "default_transaction_read_only": "on",
                        "statement_timeout": self._milliseconds,
                    },
                )
            return self._pool

    async def _opened(self, connection: asyncpg.Connection) -> None:
        tell_slow_ones(connection, self._slow_seconds)


async def _nothing(_connection: asyncpg.Connection) -> None:
    """A glance leaves nothing on its connection that would have to be cleaned, so a round trip is spared."""
