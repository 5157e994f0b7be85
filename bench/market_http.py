"""How soon a search among 100,000 offers is answered over HTTP: one after the other, and at 200 a second come what may.

`dumont web` as users run it, one process, over made-up offers (bench/servers/market.py). The load is open: a request
leaves when its time has come, whether the ones before it are answered or not, and its wait counts from that time.
"""

import asyncio
import os
import secrets
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.table import cpu_seconds, free_port, memory_megabytes, serving, show
from dumont.platform.db import migrate
from dumont.platform.db.embedded import EmbeddedPostgres

OFFERS, RATE, SECONDS, ALONE, CONNECTIONS = 100_000, 200, 10, 200, 32
LIMIT_P50, LIMIT_P99 = 5.0, 20.0
COLUMNS = ("search", "load", "p50 ms", "p99 ms", "limit ms", "answers", "server CPU ms each")
SEARCHES = {
    "top 20 of all, by price": "limit=20",
    "top 20 of a model, by effective price": "limit=20&model=RTX%204090&sort=effective_price",
    "narrow, by G-score": "limit=20&min_vram=40&max_price=2&region=EU&min_reliability=0.95&sort=-g_score",
    "in words": "limit=20&q=4090%20x2%20%3C0.9%20EU",
    "first 500": "limit=500",
}


@dataclass(frozen=True)
class Waits:
    milliseconds: Sequence[float]
    failed: int
    cpu_milliseconds: float

    def at(self, share: float) -> float:
        return sorted(self.milliseconds)[min(len(self.milliseconds) - 1, int(share * len(self.milliseconds)))]


def main() -> int:
    with TemporaryDirectory(prefix="dumont-bench-") as folder:
        Path(folder).chmod(0o755)  # as root, PostgreSQL runs as somebody else
        with EmbeddedPostgres(Path(folder) / "postgres") as postgres:
            asyncio.run(migrate.upgrade(postgres.url))
            port = free_port()
            env = {
                "DATABASE_URL": postgres.url,
                "DUMONT_HOME": folder,
                "DUMONT_SECRET_KEY": secrets.token_urlsafe(32),
                "DUMONT_PORT": str(port),
                "DUMONT_LOG_FORMAT": "json",
                "DUMONT_RATE_LIMIT_ANONYMOUS": "100000000/minute",
            }
            with serving(["-m", "bench.servers.market", str(OFFERS)], port, env) as pid:
                rows = asyncio.run(_measure(port, pid))
                memory = memory_megabytes(pid)
    show(
        f"Search over HTTP among {OFFERS:,} offers, one web process of {memory:.0f} MB",
        COLUMNS,
        rows,
        f"At {RATE} a second for {SECONDS} s the answers come from the same two cores that ask. "
        f"Load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.",
    )
    return 0


async def _measure(port: int, pid: int) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    async with _Line(port) as line:
        for query in SEARCHES.values():
            await line.ask(query)  # the first of its kind pays for the order it wants
        for name, query in SEARCHES.items():
            rows.append(_row(name, "one by one", await _one_by_one(line, query, pid), LIMIT_P50))
    mixed = [query for name, query in SEARCHES.items() if name != "first 500"]
    rows.append(_row("all but the 500, in turn", f"{RATE}/s", await _at_a_rate(port, mixed, pid), LIMIT_P99))
    return rows


def _row(name: str, load: str, waits: Waits, limit: float) -> tuple[object, ...]:
    told = f"{len(waits.milliseconds):,}" + (f", {waits.failed} failed" if waits.failed else "")
    which = "p50" if limit == LIMIT_P50 else "p99"
    return (
        name,
        load,
        f"{waits.at(0.5):.1f}",
        f"{waits.at(0.99):.1f}",
        f"{which} {limit:g}",
        told,
        f"{waits.cpu_milliseconds:.1f}",
    )


async def _one_by_one(line: "_Line", query: str, pid: int) -> Waits:
    waits, before = [], cpu_seconds(pid)
    for _ in range(ALONE):
        began = time.perf_counter()
        assert await line.ask(query)
        waits.append(1000 * (time.perf_counter() - began))
    return Waits(waits, 0, 1000 * (cpu_seconds(pid) - before) / ALONE)


async def _at_a_rate(port: int, queries: Sequence[str], pid: int) -> Waits:
    free: asyncio.Queue[_Line] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        free.put_nowait(await _Line(port).__aenter__())
    waits, failed, before = [], 0, cpu_seconds(pid)

    async def one(due: float, query: str) -> None:
        nonlocal failed
        line = await free.get()
        failed += not await line.ask(query)
        waits.append(1000 * (time.perf_counter() - due))
        free.put_nowait(line)

    count, start = RATE * SECONDS, time.perf_counter() + 0.1
    async with asyncio.TaskGroup() as group:
        for number, query in enumerate(islice(cycle(queries), count)):
            due = start + number / RATE
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(one(due, query))
    spent = 1000 * (cpu_seconds(pid) - before) / count
    while not free.empty():
        await free.get_nowait().__aexit__(None, None, None)
    return Waits(waits, failed, spent)


class _Line:
    """One kept connection, with as little of its own as can be: the client must not be what is measured."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self) -> "_Line":
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 22)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def ask(self, query: str) -> bool:
        self._writer.write(f"GET /api/v1/gpus/search?{query} HTTP/1.1\r\nhost: bench\r\n\r\n".encode())
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await self._reader.readexactly(int(length.split(b":")[1]))
        return head.startswith(b"HTTP/1.1 200")


if __name__ == "__main__":
    sys.exit(main())
