"""Connections that died while nobody used them are passed over, and a look takes no transaction."""

import asyncio
import time
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import text

from dumont.platform.db.engine import Db, asyncpg_url, make_db, make_engine, raw
from dumont.platform.settings import Settings


@pytest.fixture
async def db(fresh_database_url: str, settings: Settings) -> AsyncIterator[Db]:
    engine = make_engine(fresh_database_url, settings, name="connections")
    yield make_db(engine)
    await engine.dispose()


class TestAConnectionThatTheServerClosed:
    async def test_is_passed_over(self, db: Db, fresh_database_url: str) -> None:
        async with db.begin() as tx:
            driver = await raw(tx)
            before = await tx.scalar(text("SELECT pg_backend_pid()"))
        other = await asyncpg.connect(asyncpg_url(fresh_database_url))
        await other.execute("SELECT pg_terminate_backend($1)", before)
        await other.close()
        deadline = time.monotonic() + 5
        while not driver.is_closed() and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        async with db.begin() as tx:
            assert await tx.scalar(text("SELECT pg_backend_pid()")) not in (None, before)


class TestLooking:
    async def test_begins_nothing(self, db: Db) -> None:
        async with db.looking() as tx:
            await tx.execute(text("SELECT 1"))
            assert not (await raw(tx)).is_in_transaction()

    async def test_leaves_the_connection_as_it_was(self, db: Db) -> None:
        async with db.looking() as tx:
            first = await tx.scalar(text("SELECT pg_backend_pid()"))
        async with db.begin() as tx:
            assert await tx.scalar(text("SELECT pg_backend_pid()")) == first
            assert (await raw(tx)).is_in_transaction()
