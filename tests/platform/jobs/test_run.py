"""What a run asks of its database: that nothing which it leaves behind half said bars others for ever."""

from random import Random

import asyncpg
import pytest

from dumont.platform.db import raw
from dumont.platform.db.engine import asyncpg_url
from dumont.platform.jobs import run as running
from dumont.platform.jobs.run import Outside
from dumont.platform.parts import Parts
from tests.platform.jobs.conftest import System, soon

GONE = "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $1)"


class TestTransactions:
    async def test_end_though_the_database_waits_for_the_rest_of_what_it_was_told(
        self, system: System, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As of a worker that froze behind what it prepared: it is not idle for the database."""
        monkeypatch.setattr(running, "WHOLE_LEASES", 0)
        monkeypatch.setattr(running, "WHOLE_SECONDS", 0.5)
        outside = Outside(system.db, system.clock, Random(7), system.settings, Parts(), system.publish)
        with pytest.raises(Exception, match=r"transaction timeout|closed|terminat"):
            await _left_half_said(outside, system.url)


async def _left_half_said(outside: Outside, url: str) -> None:
    other = await asyncpg.connect(asyncpg_url(url))
    try:
        async with outside.begin() as tx:
            connection = await raw(tx)
            await connection.prepare("SELECT count(*) FROM jobs")
            await soon(lambda: other.fetchval(GONE, connection.get_server_pid()))
            await connection.fetchval("SELECT 1")
    finally:
        await other.close()
