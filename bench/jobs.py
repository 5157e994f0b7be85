"""Jobs a second and milliseconds from enqueue to start, against bare PgQueuer in the same run.

    python -m bench.jobs [--rounds 3] [--jobs 1000]     DUMONT_DATABASE_URL=... for another server than the embedded one

PgQueuer alone keeps no state, result, key, lease or event of a job; the difference is what those cost.
"""

import argparse
import asyncio
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from statistics import quantiles
from typing import Any

import asyncpg
import structlog
from pgqueuer import PgQueuer
from pgqueuer.models import Job as BareJob
from sqlalchemy.ext.asyncio import AsyncSession

from bench.table import median, show
from dumont.basics.clock import Clock
from dumont.platform.clock import SystemClock
from dumont.platform.db import Db, migrate
from dumont.platform.db.embedded import EmbeddedPostgres
from dumont.platform.db.engine import asyncpg_url, make_db, make_engine
from dumont.platform.events import Event
from dumont.platform.jobs import Job, Jobs, Order, Registry, Run, Worker
from dumont.platform.outbox import Outbox
from dumont.platform.parts import Parts
from dumont.platform.settings import Settings, load

ONE_BY_ONE = 200
PROBES = 100
PROBE_SECONDS = 0.02


class Arrivals:
    """Counts jobs that have begun, and tells when all have."""

    def __init__(self) -> None:
        self.expect(0)

    def expect(self, count: int) -> None:
        self.times: list[float] = []
        self._count = count
        self.all = asyncio.Event()

    def one(self) -> None:
        self.times.append(time.perf_counter())
        if len(self.times) >= self._count:
            self.all.set()


class Bare:
    """PgQueuer by itself, as its documentation shows it."""

    name = "bare PgQueuer"

    def __init__(self, url: str) -> None:
        self._url = asyncpg_url(url)
        self.arrivals = Arrivals()

    async def start(self) -> None:
        self._connection = await asyncpg.connect(self._url)
        self._pool = await asyncpg.create_pool(self._url, min_size=1, max_size=2)
        self._queue = PgQueuer.from_asyncpg_connection(self._connection)

        @self._queue.entrypoint("bench.bare")
        async def _arrive(_job: BareJob) -> None:
            self.arrivals.one()

    async def enqueue(self, count: int) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            await PgQueuer.from_asyncpg_connection(connection).qm.queries.enqueue(
                ["bench.bare"] * count, [None] * count, [0] * count
            )

    async def work(self, stop: asyncio.Event) -> None:
        working = asyncio.create_task(
            self._queue.run(batch_size=10, max_concurrent_tasks=20, dequeue_timeout=timedelta(seconds=5))
        )
        await stop.wait()
        self._queue.shutdown.set()
        await working

    async def close(self) -> None:
        await self._connection.close()
        await self._pool.close()


class Ours:
    def __init__(self, url: str, settings: Settings, *, events: bool) -> None:
        self.name = "dumont, with events" if events else "dumont, without events"
        self.arrivals = Arrivals()
        self._url = url
        self._settings = settings
        self._job = Job("bench.events" if events else "bench.plain", self._arrive)
        self._registry = Registry([self._job])
        self._publish = Outbox([], _nothing).publish if events else _silent

    async def start(self) -> None:
        self._engine = make_engine(self._url, self._settings, name="bench")
        self._db = make_db(self._engine)
        self._jobs = Jobs(self._registry, SystemClock(), Random(), self._publish)

    async def enqueue(self, count: int) -> None:
        async with self._db.begin() as tx:
            await self._jobs.enqueue_all(tx, [Order(self._job)] * count)

    async def work(self, stop: asyncio.Event) -> None:
        parts = Parts()
        parts.put(Settings, self._settings)
        parts.put(Clock, SystemClock())
        parts.put(Db, self._db)
        parts.put(Jobs, self._jobs)
        await Worker(parts, self._registry, url=self._url, publish=self._publish).run(stop)

    async def close(self) -> None:
        await self._engine.dispose()

    async def _arrive(self, _run: Run, _args: Any) -> None:
        self.arrivals.one()


async def measure(subject: Bare | Ours, jobs: int) -> dict[str, float]:
    """Enqueue with no worker there, then let one at the backlog, then wake it from idleness again and again."""
    await subject.start()
    found = {"one by one": ONE_BY_ONE / await _seconds(lambda: _one_by_one(subject))}
    found["in batches"] = jobs / await _seconds(lambda: subject.enqueue(jobs))
    total = jobs + ONE_BY_ONE
    stop = asyncio.Event()
    subject.arrivals.expect(total)
    working = asyncio.create_task(subject.work(stop))
    await subject.arrivals.all.wait()
    times = subject.arrivals.times
    found["processed"] = (total - 1) / (times[-1] - times[0])
    waits = [await _probe(subject) for _ in range(PROBES)]
    cuts = quantiles(waits, n=100)
    found["p50"], found["p99"] = cuts[49] * 1000, cuts[98] * 1000
    stop.set()
    await working
    await subject.close()
    return found


async def _one_by_one(subject: Bare | Ours) -> None:
    for _ in range(ONE_BY_ONE):
        await subject.enqueue(1)


async def _probe(subject: Bare | Ours) -> float:
    await asyncio.sleep(PROBE_SECONDS)
    subject.arrivals.expect(1)
    began = time.perf_counter()
    await subject.enqueue(1)
    await subject.arrivals.all.wait()
    return subject.arrivals.times[0] - began


async def _seconds(act: Callable[[], Awaitable[None]]) -> float:
    began = time.perf_counter()
    await act()
    return time.perf_counter() - began


async def _silent(_tx: AsyncSession, _event: Event, _now: datetime) -> None: ...


async def _nothing(*_: object) -> None: ...


async def compare(url: str, settings: Settings, rounds: int, jobs: int) -> None:
    await migrate.upgrade(url)
    found: dict[str, list[dict[str, float]]] = defaultdict(list)
    for _ in range(rounds):
        for subject in (Bare(url), Ours(url, settings, events=False), Ours(url, settings, events=True)):
            found[subject.name].append(await measure(subject, jobs))
    columns = list(next(iter(found.values()))[0])
    rows = [
        [name, *[median([one[column] for one in measured]) for column in columns]] for name, measured in found.items()
    ]
    show(
        f"Jobs: one worker, 20 at once, median of {rounds} rounds",
        ["", "enqueued/s one by one", "enqueued/s in a batch", "processed/s", "idle to start p50 ms", "p99 ms"],
        rows,
        "Enqueueing one by one is one commit each. Idle to start includes the commit of the enqueueing.",
    )


@contextmanager
def _server(settings: Settings) -> Iterator[str]:
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        Path(folder).chmod(0o755)
        with EmbeddedPostgres(Path(folder) / "postgres") as server:
            yield server.url


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=1000)
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    settings = load().settings
    with _server(settings) as url:
        asyncio.run(compare(url, settings, given.rounds, given.jobs))


if __name__ == "__main__":
    main()
