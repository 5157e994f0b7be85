"""A glance for tests whose rows are in a transaction that nobody else sees."""

from typing import Any

import asyncpg

from dumont.platform.db.engine import Db, raw


class GlanceInSession:
    def __init__(self, db: Db) -> None:
        self._db = db

    async def row(self, statement: str, *arguments: Any) -> asyncpg.Record | None:
        async with self._db.looking() as tx:
            return await (await raw(tx)).fetchrow(statement, *arguments)
