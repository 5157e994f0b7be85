"""Waits until another transaction waits for what this one has locked."""

import asyncio

from sqlalchemy import text

from dumont.platform.db import Tx

WAITING = text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()
""")


async def somebody_waits(tx: Tx) -> None:
    async with asyncio.timeout(30):
        while not (await tx.execute(WAITING)).scalar_one():
            await tx.execute(text("SELECT pg_stat_clear_snapshot()"))  # else what it saw first is all it sees
            await asyncio.sleep(0.01)
