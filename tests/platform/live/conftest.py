"""A committed database for live tests, a way to write events into it, and hubs that follow it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta

import asyncpg
import pytest

from dumont.platform.clock import SystemClock
from dumont.platform.db.engine import Db, asyncpg_url, make_db, make_engine
from dumont.platform.live.hub import Hub
from dumont.platform.live.limits import Limits
from dumont.platform.settings import Settings
from tests.fakes.live import Writer

MakeHub = Callable[..., Awaitable[Hub]]


@pytest.fixture
async def live_db(fresh_database_url: str, settings: Settings) -> AsyncIterator[Db]:
    engine = make_engine(fresh_database_url, settings, name="live tests")
    yield make_db(engine)
    await engine.dispose()


@pytest.fixture
async def writer(live_db: Db) -> AsyncIterator[Writer]:
    writer = Writer(live_db)
    yield writer
    await writer.close()


@pytest.fixture
async def make_hub(fresh_database_url: str, live_db: Db) -> AsyncIterator[MakeHub]:
    """Call it for a started hub; `Limits` may be given."""
    async with AsyncExitStack() as stack:

        async def make(limits: Limits = Limits(), keep: timedelta = timedelta(days=14)) -> Hub:
            hub = Hub(fresh_database_url, live_db, SystemClock(), keep=keep, limits=limits)
            await hub.start()
            stack.push_async_callback(hub.stop)
            return hub

        yield make


@pytest.fixture
async def kill_feeds(fresh_database_url: str) -> AsyncIterator[Callable[[], Awaitable[int]]]:
    """Ends the listening connections of all hubs on this database, as an administrator would."""
    connection = await asyncpg.connect(asyncpg_url(fresh_database_url))

    async def kill() -> int:
        found = await connection.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'dumont live'"
        )
        return len(found)

    yield kill
    await connection.close()
