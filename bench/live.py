"""How fast events are published and shown live, beside a bare INSERT of the same row in the same run.

On an embedded database with real fsync, or on the one whose URL is given. Writers, hub and readers share one process
and its core, so that the rates are lower bounds; a latency counts from just before the INSERT to the reader's hands.
"""

import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bench.table import show
from dumont.platform.clock import SystemClock
from dumont.platform.db import migrate
from dumont.platform.db.embedded import EmbeddedPostgres
from dumont.platform.db.engine import Db, make_db, make_engine
from dumont.platform.events import Event
from dumont.platform.live.hub import Hub
from dumont.platform.live.limits import Limits
from dumont.platform.live.reader import Reader
from dumont.platform.outbox import Outbox
from dumont.platform.settings import Settings

READERS = 100
SECONDS = 2.0


class Moved(Event):
    kind: ClassVar[str] = "bench.moved"
    sent: float
    text: str = "x" * 200
    live: bool = True

    def topics(self) -> tuple[str, ...]:
        return ("bench",) if self.live else ()


class Readers:
    """As many as sockets would be: each takes its own copy of each event, as a socket's task does."""

    def __init__(self) -> None:
        self.latencies: list[float] = []
        self.reloads = 0

    async def run(self, reader: Reader) -> None:
        while True:
            for message in await reader.take():
                if message.event_id is None:
                    self.reloads += 1
                else:
                    self.latencies.append(time.monotonic() - orjson.loads(message.text)["data"]["sent"])


@asynccontextmanager
async def following(url: str, db: Db) -> AsyncIterator[Readers]:
    hub = Hub(url, db, SystemClock(), keep=timedelta(days=1), limits=Limits(sockets_user=READERS))
    await hub.start()
    readers = Readers()
    tasks, entered = [], []
    for _ in range(READERS):
        context = hub.reader("bench")
        reader = await context.__aenter__()
        hub.join(reader, {"bench": "bench"})
        entered.append(context)
        tasks.append(asyncio.create_task(readers.run(reader)))
    yield readers
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for context in entered:
        await context.__aexit__(None, None, None)
    await hub.stop()


@dataclass(frozen=True)
class Case:
    name: str
    writers: int
    batch: int = 1
    live: bool = True
    pause_seconds: float = 0
    bare: bool = False


CASES = (
    Case("bare INSERT into a plain table, 8 writers", 8, live=False, bare=True),
    Case("event without topic, 8 writers", 8, live=False),
    Case("event, 8 writers, one a commit", 8),
    Case("event, 8 writers, 20 a commit", 8, batch=20),
    Case("event, 2 writers, at most 100/s", 2, pause_seconds=0.02),
)
BARE = text("INSERT INTO bench_bare (kind, payload, at) VALUES (:kind, CAST(:payload AS jsonb), :at)")


async def publish(db: Db, case: Case) -> tuple[int, float]:
    """Events written and seconds taken, by writers that each commit `batch` events at a time."""
    outbox, clock, started = Outbox((), _nothing), SystemClock(), time.monotonic()
    written = 0

    async def put(tx: AsyncSession) -> None:
        event = Moved(sent=time.monotonic(), live=case.live)
        if case.bare:
            await tx.execute(BARE, {"kind": event.kind, "payload": event.model_dump_json(), "at": clock.now()})
        else:
            await outbox.publish(tx, event, clock.now())

    async def write() -> None:
        nonlocal written
        while time.monotonic() - started < SECONDS:
            async with db.begin() as tx:
                for _ in range(case.batch):
                    await put(tx)
            written += case.batch
            await asyncio.sleep(case.pause_seconds)

    await asyncio.gather(*(write() for _ in range(case.writers)))
    return written, time.monotonic() - started


async def settled(readers: Readers, expected: int) -> float:
    """Seconds until everybody has had everything, or has been told to reload."""
    started = time.monotonic()
    while len(readers.latencies) < expected and not readers.reloads and time.monotonic() - started < 5:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    return time.monotonic() - started


async def measure(url: str) -> None:
    engine = make_engine(url, Settings(database_pool_size=20), name="bench")
    db = make_db(engine)
    async with db.begin() as tx:
        columns = "id bigserial PRIMARY KEY, kind text, payload jsonb, at timestamptz"
        await tx.execute(text(f"CREATE TABLE IF NOT EXISTS bench_bare ({columns})"))
    rows = [await _row(url, db, case) for case in CASES]
    await engine.dispose()
    title = f"Live events to {READERS} readers of this process"
    show(title, ("case", "events/s", "messages/s", "p50", "p99", "reloads"), rows)


async def _row(url: str, db: Db, case: Case) -> tuple[object, ...]:
    async with following(url, db) as readers:
        written, seconds = await publish(db, case)
        behind = await settled(readers, written * READERS if case.live else 0)
        took = sorted(readers.latencies)
    if not case.live:
        return (case.name, f"{written / seconds:,.0f}", "-", "-", "-", "-")
    messages = len(took) / (seconds + behind)
    spread = (_milliseconds(took, 0.5), _milliseconds(took, 0.99))
    return (case.name, f"{written / seconds:,.0f}", f"{messages:,.0f}", *spread, readers.reloads)


def _milliseconds(sorted_seconds: list[float], share: float) -> str:
    if not sorted_seconds:
        return "-"
    return f"{sorted_seconds[min(len(sorted_seconds) - 1, int(len(sorted_seconds) * share))] * 1000:.1f} ms"


async def _nothing(*_: object) -> None:
    return None


def main() -> None:
    async def run(url: str) -> None:
        await migrate.upgrade(url)
        await measure(url)

    if len(sys.argv) > 1:
        asyncio.run(run(sys.argv[1]))
        return
    folder = Path(tempfile.mkdtemp(prefix="dumont-bench-"))
    folder.chmod(0o711)  # as root the server runs as somebody else
    try:
        with EmbeddedPostgres(folder / "postgres") as server:
            asyncio.run(run(server.url))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
