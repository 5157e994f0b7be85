"""Connections that died while nobody used them are passed over, and a look takes no transaction."""

import asyncio
import time
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from dumont.platform.db.engine import Db, asyncpg_url, make_db, make_engine, raw, when_committed
from dumont.platform.db.glance import GlancePool
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
        deadline = time.monotonic() + 60
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


class TestWhenCommitted:
    async def test_is_called_once_it_is_and_not_before(self, db: Db) -> None:
        told: list[str] = []
        async with db.begin() as tx:
            when_committed(tx, lambda: told.append("one"))
            when_committed(tx, lambda: told.append("two"))
            await tx.execute(text("SELECT 1"))
            assert told == []
        assert told == ["one", "two"]
        async with db.begin() as tx:
            await tx.execute(text("SELECT 1"))
        assert told == ["one", "two"]

    async def test_is_forgotten_with_what_is_rolled_back(self, db: Db) -> None:
        told: list[str] = []

        async def fails() -> None:
            async with db.begin() as tx:
                when_committed(tx, lambda: told.append("one"))
                await tx.execute(text("SELECT 1 / 0"))

        with pytest.raises(DBAPIError):
            await fails()
        assert told == []


class TestAConnectionInATransaction:
    async def test_has_begun_when_it_is_handed_out(self, db: Db) -> None:
        async with db.begin() as tx:
            driver = await raw(tx)
            assert driver.is_in_transaction()
            await driver.execute("CREATE TABLE nobody_keeps ()")
            assert await tx.scalar(text("SELECT count(*) FROM nobody_keeps")) == 0
            await tx.rollback()
        async with db.looking() as tx:
            assert await (await raw(tx)).fetchval("SELECT to_regclass('nobody_keeps')") is None

    async def test_that_can_not_begin_is_let_go(self, db: Db) -> None:
        with pytest.raises(DBAPIError):
            await _begin_on_a_closed_one(db)
        async with db.begin() as tx:
            assert await tx.scalar(text("SELECT 1")) == 1


async def _begin_on_a_closed_one(db: Db) -> None:
    async with db.begin() as tx:
        connection = await (await tx.connection()).get_raw_connection()
        assert connection.driver_connection is not None
        await connection.driver_connection.close()
        await raw(tx)


class TestBeingCutOff:
    async def test_while_it_begins_takes_nothing_from_who_has_the_connection_next(
        self, db: Db, fresh_database_url: str
    ) -> None:
        """A transaction that asyncpg believes in, and the database too, would swallow what others commit."""
        async with db.begin() as tx:
            await tx.execute(text("CREATE TABLE cut_off (turn int)"))
        other = await asyncpg.connect(asyncpg_url(fresh_database_url))
        for turn in range(CUTS):
            await _cut_off_after(turn, db)
            async with db.begin() as tx:
                await (await raw(tx)).execute("INSERT INTO cut_off VALUES ($1)", turn)
            assert await other.fetchval("SELECT count(*) FROM cut_off") == turn + 1
        await other.close()


CUTS = 25
"""Turns of the loop within which a transaction has begun for long."""


async def _cut_off_after(turns: int, db: Db) -> None:
    async def begins() -> None:
        async with db.begin() as tx:
            await raw(tx)

    begun = asyncio.ensure_future(begins())
    for _ in range(turns):
        await asyncio.sleep(0)
    begun.cancel()
    await asyncio.gather(begun, return_exceptions=True)


class TestASlowStatement:
    """Whichever way it goes to the database."""

    @pytest.mark.parametrize("way", ["sqlalchemy", "raw", "glance"])
    async def test_is_logged_once_and_a_quick_one_is_not(self, database_url: str, settings: Settings, way: str) -> None:
        statement = "SELECT pg_sleep(0.05)"
        with capture_logs() as told:
            for slow_seconds in (0.02, 60):
                changed = settings.model_copy(update={"database_slow_seconds": slow_seconds})
                await self._run(statement, way, database_url, changed)
        slow = [line for line in told if line["event"] == "slow_statement" and line["statement"] == statement]
        assert len(slow) == 1

    async def _run(self, statement: str, way: str, url: str, settings: Settings) -> None:
        if way == "glance":
            pool = GlancePool(url, settings, name="slow")
            await pool.row(statement)
            await pool.close()
            return
        engine = make_engine(url, settings, name="slow")
        async with make_db(engine).begin() as tx:
            if way == "raw":
                await (await raw(tx)).fetch(statement)
            else:
                await tx.execute(text(statement))
        await engine.dispose()
