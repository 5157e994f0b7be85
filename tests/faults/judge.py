"""Looks at a database from outside: puts jobs on its queue, waits for them, and says what it finds."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from dumont.platform.clock import SystemClock
from dumont.platform.contexts import Context
from dumont.platform.db import Db, raw
from dumont.platform.db.engine import make_db, make_engine
from dumont.platform.events import Event
from dumont.platform.jobs import JobRow, Jobs, Order, Registry
from dumont.platform.jobs.jobs import Options
from dumont.platform.settings import Settings
from tests.faults.workers import PATIENCE

LOOSE_ENDS = """
    SELECT count(*) FROM pgqueuer FULL JOIN jobs ON jobs.ticket = pgqueuer.id
    WHERE jobs.id IS NULL OR (pgqueuer.id IS NULL AND jobs.state IN ('queued', 'running'))
"""


TABLES = """
    SELECT relname AS name FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
    AND relname !~ '^(jobs|workers|schedules|pgqueuer|events)'
"""


class Judge:
    def __init__(self, db: Db, contexts: Sequence[Context]) -> None:
        self._db = db
        self.registry = Registry(
            [job for context in contexts for job in context.jobs],
            [listener for context in contexts for listener in context.listeners],
        )
        self._jobs = Jobs(self.registry, SystemClock(), Random(), _silent)

    async def enqueue(self, name: str, args: BaseModel, **options: Any) -> UUID:
        async with self._db.begin() as tx:
            return (await self._jobs.enqueue_all(tx, [Order(name, args, Options(**options))]))[0]  # type: ignore[typeddict-item]

    async def get(self, job_id: UUID) -> JobRow:
        async with self._db.begin() as tx:
            return await self._jobs.get(tx, job_id)

    async def ask(self, query: str, *args: Any) -> Any:
        async with self._db.begin() as tx:
            return await (await raw(tx)).fetchval(query, *args)

    async def rows(self, query: str, *args: Any) -> list[Any]:
        async with self._db.begin() as tx:
            return list(await (await raw(tx)).fetch(query, *args))

    async def execute(self, script: str) -> None:
        async with self._db.begin() as tx:
            await (await raw(tx)).execute(script)

    async def until(self, query: str, *args: Any) -> float:
        """The seconds until the query's answer was true."""
        began = time.monotonic()
        async with asyncio.timeout(PATIENCE):
            while not await self.ask(query, *args):
                await asyncio.sleep(0.02)
        return time.monotonic() - began

    async def until_all_done(self) -> float:
        return await self.until("SELECT NOT EXISTS (SELECT FROM jobs WHERE finished_at IS NULL)")

    async def loose_ends(self) -> int:
        """Tickets of no job, and jobs that may run but have no ticket."""
        return int(await self.ask(LOOSE_ENDS))

    async def contents(self) -> dict[str, int]:
        """How many rows each table has; those of the machinery of jobs and events grow with each run."""
        tables = [row["name"] for row in await self.rows(TABLES)]
        return {table: await self.ask(f'SELECT count(*) FROM "{table}"') for table in tables}


async def _silent(_tx: AsyncSession, _event: Event, _now: datetime) -> None: ...


@asynccontextmanager
async def judging(url: str, settings: Settings, contexts: Sequence[Context]) -> AsyncIterator[Judge]:
    engine = make_engine(url, settings, name="judge")
    try:
        yield Judge(make_db(engine), contexts)
    finally:
        await engine.dispose()
