"""The quick look: it sees what is committed, changes nothing, and outlives the end of its connections."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from dumont.platform.db.engine import DatabaseAway, asyncpg_url
from dumont.platform.db.glance import GlancePool
from dumont.platform.settings import Settings


@pytest.fixture
async def glance(fresh_database_url: str, settings: Settings) -> AsyncIterator[GlancePool]:
    pool = GlancePool(fresh_database_url, settings, name="glance")
    yield pool
    await pool.close()


class TestGlancePool:
    async def test_returns_a_row_or_none(self, glance: GlancePool) -> None:
        assert tuple(await glance.row("SELECT $1::int, 2", 1) or ()) == (1, 2)
        assert await glance.row("SELECT 1 WHERE false") is None

    async def test_may_not_write(self, glance: GlancePool) -> None:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await glance.row("INSERT INTO attempt_buckets VALUES ('k', 1, now()) RETURNING key")

    async def test_goes_on_when_its_connections_were_ended(self, glance: GlancePool, fresh_database_url: str) -> None:
        await glance.row("SELECT 1")
        other = await asyncpg.connect(asyncpg_url(fresh_database_url))
        ended = await other.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'glance'"
        )
        await other.close()
        assert len(ended) == 1
        assert tuple(await glance.row("SELECT 2") or ()) == (2,)

    async def test_says_so_when_the_database_is_away(self, settings: Settings) -> None:
        nowhere = GlancePool("postgresql://dumont:secret@127.0.0.1:1/dumont", settings, name="glance")
        with pytest.raises(DatabaseAway) as caught:
            await nowhere.row("SELECT 1")
        assert "secret" not in str(caught.value)
