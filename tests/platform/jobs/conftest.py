"""A system of jobs on a database of its own: declare some, enqueue, run workers, look."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from random import Random
from typing import Any, TypeVar
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from dumont.basics.clock import Clock
from dumont.platform.clock import SystemClock
from dumont.platform.db import Db, raw
from dumont.platform.db.engine import make_db, make_engine
from dumont.platform.events import Event
from dumont.platform.jobs import Duty, Job, JobRow, Jobs, Registry, Worker
from dumont.platform.parts import Parts
from dumont.platform.settings import Settings

PATIENCE = 30.0
T = TypeVar("T")


class System:
    """What a test needs of it: `enqueue`, `working`, `until`, and the events that were published."""

    def __init__(self, url: str, engine: AsyncEngine, settings: Settings, clock: Clock) -> None:
        self.url = url
        self.settings = settings
        self.clock = clock
        self.db = make_db(engine)
        self.published: list[Event] = []

    def declare(self, *jobs: Job) -> "System":
        self.registry = Registry(jobs)
        self.jobs = Jobs(self.registry, self.clock, Random(), self.publish)
        return self

    async def publish(self, _tx: AsyncSession, event: Event, _now: datetime) -> None:
        self.published.append(event)

    def worker(self, jobs: Sequence[Job] | None = None, *, duties: Sequence[Duty] = ()) -> Worker:
        parts = Parts()
        parts.put(Settings, self.settings)
        parts.put(Clock, self.clock)
        parts.put(Db, self.db)
        parts.put(Jobs, self.jobs)
        registry = self.registry if jobs is None else Registry(jobs)
        return Worker(parts, registry, url=self.url, publish=self.publish, duties=duties)

    @asynccontextmanager
    async def working(self, *workers: Worker) -> AsyncIterator[asyncio.Event]:
        stop = asyncio.Event()
        running = [asyncio.create_task(worker.run(stop)) for worker in workers or (self.worker(),)]
        try:
            yield stop
        finally:
            stop.set()
            await asyncio.wait_for(asyncio.gather(*running), PATIENCE)

    async def enqueue(self, job: Job | str, args: Any = None, **options: Any) -> UUID:
        async with self.db.begin() as tx:
            return await self.jobs.enqueue(tx, job, args, **options)

    async def get(self, job_id: UUID) -> JobRow:
        async with self.db.begin() as tx:
            return await self.jobs.get(tx, job_id)

    async def until(self, job_id: UUID, *states: str, when: Callable[[JobRow], bool] = lambda _: True) -> JobRow:
        """The job, once it is in one of these states."""

        async def there() -> JobRow | None:
            row = await self.get(job_id)
            return row if row.state in states and when(row) else None

        return await soon(there)

    async def ask(self, query: str, *args: Any) -> Any:
        async with self.db.begin() as tx:
            return await (await raw(tx)).fetchval(query, *args)

    async def change(self, statement: str, *args: Any) -> None:
        async with self.db.begin() as tx:
            await (await raw(tx)).execute(statement, *args)

    async def has_no_loose_ends(self) -> bool:
        """Each ticket belongs to a job and each job that may run has one."""
        return bool(
            await self.ask(
                "SELECT NOT EXISTS (SELECT FROM pgqueuer FULL JOIN jobs ON jobs.ticket = pgqueuer.id"
                " WHERE (jobs.id IS NULL) OR (pgqueuer.id IS NULL AND jobs.state IN ('queued', 'running')))"
            )
        )


async def soon(condition: Callable[[], Awaitable[T | None]]) -> T:
    """The first true answer; a test that waits longer than `PATIENCE` fails."""
    async with asyncio.timeout(PATIENCE):
        while True:
            answer = await condition()
            if answer:
                return answer
            await asyncio.sleep(0.01)


@pytest.fixture
def quick_settings(settings: Settings) -> Settings:
    """A lease so long that no stall of a busy machine ends it; the dead of these tests have been silent for an hour."""
    return settings.model_copy(update={"worker_lease_seconds": 5.0, "shutdown_seconds": 5.0})


@pytest.fixture(scope="session")
def jobs_url(make_database: Callable[[], str]) -> str:
    """One database for all these tests, which do commit: emptying it is quicker than making another."""
    return make_database()


@pytest.fixture
async def system(jobs_url: str, quick_settings: Settings) -> AsyncIterator[System]:
    engine = make_engine(jobs_url, quick_settings, name="tests")
    system = System(jobs_url, engine, quick_settings, SystemClock())
    await system.change("TRUNCATE jobs, workers, schedules, pgqueuer, pgqueuer_log")
    yield system
    await engine.dispose()


def aware(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]
