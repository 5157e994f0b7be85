"""How soon a controller is woken for an instance that is idle, with the duty that looks for them going round."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg

from bench.table import median
from dumont.fleet.agents import dozing
from dumont.fleet.means import Means
from dumont.main.contexts import contexts
from dumont.main.wiring import wired
from dumont.platform.db.engine import asyncpg_url
from dumont.platform.settings import load

SPREAD_SECONDS, TOGETHER = 10.0, 1000
LOOKS = 20


@dataclass(frozen=True)
class Found:
    instances: int
    p50: float
    slowest: float
    look_milliseconds: float


async def measure(url: str, folder: Path) -> Found:
    """Of so many instances, whose rules come due one after the other within the time of one heartbeat."""
    connection = await asyncpg.connect(asyncpg_url(url))
    async with _means(url, folder) as means:
        await connection.execute(_BUSY)
        looks = [await _look(means) for _ in range(LOOKS)]
        due = await _due(connection)
        turning = asyncio.create_task(_turn(means))
        delays = await _woken(connection, due)
        turning.cancel()
        await asyncio.wait({turning})
    await connection.close()
    return Found(len(delays), median(delays), max(delays), 1000 * median(looks))


@asynccontextmanager
async def _means(url: str, folder: Path) -> AsyncIterator[Means]:
    loaded = load({"DUMONT_HOME": str(folder), "DUMONT_FLEET_WARN_SECONDS": "0", "DUMONT_FLEET_GRACE_SECONDS": "0"})
    async with wired(loaded, url, contexts(), process="bench") as parts:
        yield Means.of(parts.get)


async def _look(means: Means) -> float:
    """At all that are quiet, none of them for long enough."""
    began = time.perf_counter()
    await dozing.turn(means)
    return time.perf_counter() - began


async def _turn(means: Means) -> None:
    pause = 0.0
    while True:
        await asyncio.sleep(pause)
        pause = await dozing.turn(means)


async def _due(connection: asyncpg.Connection) -> datetime:
    """When the first of them is idle; the others follow evenly."""
    begin = datetime.now(UTC) + timedelta(seconds=2)
    await connection.execute(_DUE, begin, SPREAD_SECONDS / TOGETHER, TOGETHER)
    return begin


async def _woken(connection: asyncpg.Connection, begin: datetime) -> list[float]:
    """Seconds from each one's moment to the look that was asked for at once."""
    until = begin + timedelta(seconds=SPREAD_SECONDS + 10)
    rows: list[asyncpg.Record] = []
    while datetime.now(UTC) < until:
        rows = await connection.fetch(_WOKEN, begin)
        if len(rows) == TOGETHER:
            return [float(row[0]) for row in rows]
        await asyncio.sleep(0.2)
    raise SystemExit(f"bench: only {len(rows)} of {TOGETHER} controllers were woken")


_BUSY = """
    UPDATE fleet_beats SET received_at = now() + interval '1 hour', used_at = now(), quiet_since = now(),
        idle_at = now() + interval '1 hour'
"""
_DUE = """
    UPDATE fleet_beats AS b SET idle_at = $1::timestamptz + chosen.place * $2::float8 * interval '1 second',
        quiet_since = $1::timestamptz + chosen.place * $2::float8 * interval '1 second' - interval '180 seconds'
    FROM (SELECT rental_id, row_number() OVER () AS place FROM fleet_beats LIMIT $3) AS chosen
    WHERE chosen.rental_id = b.rental_id
"""
_WOKEN = """
    SELECT extract(epoch FROM i.look_at - b.idle_at) FROM fleet_beats AS b
    JOIN fleet_instances AS i ON i.primary_rental_id = b.rental_id
    WHERE b.idle_at < $1::timestamptz + interval '1 minute' AND i.look_at < $1::timestamptz + interval '1 minute'
"""
