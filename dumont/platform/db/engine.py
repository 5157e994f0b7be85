"""Opens transactions: a door or a job asks for one, hands it to use cases, and it commits when they are done."""

import math
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import asyncpg
import structlog
from sqlalchemy import event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from dumont.basics.errors import Unavailable
from dumont.platform.settings import Settings

log = structlog.get_logger()

Sessions = async_sessionmaker[AsyncSession]
ASKED_AFTER_SECONDS = 10
THEN = "then"


class DatabaseAway(Unavailable):
    code = "database_unavailable"
    hint = "Nothing was changed. Try again in a few seconds."


class Db:
    """`writer` makes sessions that write; `looker` never begins; `replica` is a looker that may be seconds behind."""

    def __init__(self, writer: Sessions, looker: Sessions | None = None, replica: Sessions | None = None) -> None:
        self._writer = writer
        self._looker = looker or writer
        self._replica = replica or self._looker

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        """One transaction; no connection is taken before the first statement."""
        async with self._writer() as session:
            async with session.begin():
                yield session
            for call in session.info.get(THEN, ()):
                call()

    @asynccontextmanager
    async def looking(self, *, old_is_fine: bool = False) -> AsyncIterator[AsyncSession]:
        """For what only looks: each statement stands alone, which saves the two round trips of BEGIN and COMMIT.

        Under READ COMMITTED, which all our transactions are, it sees no more and no less.
        """
        make = self._replica if old_is_fine else self._looker
        async with make() as session, session.begin():
            yield session


def when_committed(tx: AsyncSession, call: Callable[[], None]) -> None:
    """For what is counted once: not where this is rolled back, and tried again."""
    tx.info.setdefault(THEN, []).append(call)


def make_engine(url: str, settings: Settings, *, name: str) -> AsyncEngine:
    milliseconds = int(settings.database_statement_seconds * 1000)
    engine = create_async_engine(
        sqlalchemy_url(url),
        pool_size=settings.database_pool_size,
        max_overflow=0,
        pool_timeout=10,
        hide_parameters=True,  # errors are logged, and parameters hold what must not be
        connect_args={
            "server_settings": {
                "application_name": name,
                "statement_timeout": str(milliseconds),
                "idle_in_transaction_session_timeout": str(2 * milliseconds),
                "timezone": "UTC",
            }
        },
    )
    _pass_over_dead_connections(engine)
    tell_plainly_when_away(engine)
    _log_slow_statements(engine, settings.database_slow_seconds)
    return engine


def make_db(engine: AsyncEngine, replica: AsyncEngine | None = None) -> Db:
    def sessions(bind: AsyncEngine) -> Sessions:
        return async_sessionmaker(bind, expire_on_commit=False)

    def looking(bind: AsyncEngine) -> Sessions:
        return sessions(bind.execution_options(isolation_level="AUTOCOMMIT"))  # of the same pool

    return Db(sessions(engine), looking(engine), looking(replica) if replica else None)


async def raw(session: AsyncSession) -> asyncpg.Connection:
    """The asyncpg connection under a session, inside the same transaction: for the hot paths."""
    connection = await (await session.connection()).get_raw_connection()
    driver = cast(asyncpg.Connection, connection.driver_connection)
    begun = driver.is_in_transaction() or cast(Any, connection.dbapi_connection).autocommit
    if not begun:  # SQLAlchemy says BEGIN only before its own first statement, and lets go of what was cut off in it
        await session.execute(text("SELECT 1"))
    return driver


def tell_plainly_when_away(engine: AsyncEngine) -> None:
    """Refused, not found, starting up, no such database: at connecting that is one thing to whoever asked."""

    @event.listens_for(engine.sync_engine, "do_connect")
    def _connect(dialect: Any, _record: Any, arguments: Any, options: Any) -> Any:
        try:
            return dialect.connect(*arguments, **options)
        except (OSError, dialect.loaded_dbapi.Error) as error:
            raise DatabaseAway("The database does not answer just now.") from error


def tell_slow_ones(connection: asyncpg.Connection, slow_seconds: float) -> None:
    """Of the statements that go past SQLAlchemy; the driver doesn't tell of the prepared ones that it sends itself."""

    def told(statement: Any) -> None:
        if statement.elapsed > slow_seconds:
            _tell(statement.elapsed, statement.query)

    connection.add_query_logger(told)


def sqlalchemy_url(url: str) -> URL:
    return make_url(url).set(drivername="postgresql+asyncpg")


def asyncpg_url(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _pass_over_dead_connections(engine: AsyncEngine) -> None:
    """One that the server closed is known without asking; only one that was quiet for long is asked.

    `pool_pre_ping` would ask each time, and its BEGIN, ping and ROLLBACK took a quarter of a request's CPU.
    """

    @event.listens_for(engine.sync_engine, "checkin")
    def _left(_connection: Any, record: Any) -> None:
        record.info["left"] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def _taken(connection: Any, record: Any, _proxy: Any) -> None:
        if connection.driver_connection.is_closed():
            raise DisconnectionError
        if time.monotonic() - record.info.get("left", math.inf) > ASKED_AFTER_SECONDS:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error:
                raise DisconnectionError from None


def _log_slow_statements(engine: AsyncEngine, slow_seconds: float) -> None:
    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def _start(_connection: Any, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool) -> None:
        context.started = time.monotonic()

    @event.listens_for(engine.sync_engine, "after_cursor_execute")
    def _end(_connection: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: bool) -> None:
        seconds = time.monotonic() - context.started
        if seconds > slow_seconds:
            _tell(seconds, statement)

    @event.listens_for(engine.sync_engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        tell_slow_ones(connection.driver_connection, slow_seconds)


def _tell(seconds: float, statement: str) -> None:
    log.warning("slow_statement", seconds=round(seconds, 3), statement=" ".join(statement.split())[:500])
