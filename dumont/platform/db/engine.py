"""Opens transactions: a door or a job asks for one, hands it to use cases, and it commits when they are done."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import asyncpg
import structlog
from sqlalchemy import event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from dumont.platform.settings import Settings

log = structlog.get_logger()


class Db:
    """`writer` makes sessions that write; `reader` goes to a replica where one is configured."""

    def __init__(
        self, writer: async_sessionmaker[AsyncSession], reader: async_sessionmaker[AsyncSession] | None = None
    ) -> None:
        self._writer = writer
        self._reader = reader or writer

    @asynccontextmanager
    async def begin(self, *, old_is_fine: bool = False) -> AsyncIterator[AsyncSession]:
        """One transaction; no connection is taken before the first statement."""
        make = self._reader if old_is_fine else self._writer
        async with make() as session, session.begin():
            yield session


def make_engine(url: str, settings: Settings, *, name: str) -> AsyncEngine:
    milliseconds = int(settings.database_statement_seconds * 1000)
    engine = create_async_engine(
        sqlalchemy_url(url),
        pool_size=settings.database_pool_size,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=True,
        connect_args={
            "server_settings": {
                "application_name": name,
                "statement_timeout": str(milliseconds),
                "idle_in_transaction_session_timeout": str(2 * milliseconds),
                "timezone": "UTC",
            }
        },
    )
    _log_slow_statements(engine, settings.database_slow_seconds)
    return engine


def make_db(engine: AsyncEngine, replica: AsyncEngine | None = None) -> Db:
    def sessions(bind: AsyncEngine) -> async_sessionmaker[AsyncSession]:
        return async_sessionmaker(bind, expire_on_commit=False)

    return Db(sessions(engine), sessions(replica) if replica else None)


async def raw(session: AsyncSession) -> asyncpg.Connection:
    """The asyncpg connection under a session, inside the same transaction: for the hot paths."""
    connection = await (await session.connection()).get_raw_connection()
    driver = cast(asyncpg.Connection, connection.driver_connection)
    if not driver.is_in_transaction():  # SQLAlchemy says BEGIN only before its own first statement
        await session.execute(text("SELECT 1"))
    return driver


def sqlalchemy_url(url: str) -> URL:
    return make_url(url).set(drivername="postgresql+asyncpg")


def asyncpg_url(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _log_slow_statements(engine: AsyncEngine, slow_seconds: float) -> None:
    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def _start(_connection: Any, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool) -> None:
        context.started = time.monotonic()

    @event.listens_for(engine.sync_engine, "after_cursor_execute")
    def _end(_connection: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: bool) -> None:
        seconds = time.monotonic() - context.started
        if seconds > slow_seconds:
            log.warning("slow_statement", seconds=round(seconds, 3), statement=" ".join(statement.split())[:500])
