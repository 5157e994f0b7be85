"""What was written of machines since a moment, for those who keep a copy.

The moment is a transaction: a row carries the one that wrote it last, and all before the oldest one that is still under
way are known to be over. A follower asks from there on, so it misses no commit, whatever the order in which they end;
some rows come twice.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from dumont.basics.errors import Unavailable
from dumont.basics.machine_key import MachineKey
from dumont.platform.db import Tx, glance, raw

AWAY = (Unavailable, DBAPIError, PoolTimeout, *glance.AWAY)
"""What a look raises while the database is away."""
CHUNK = 5_000
"""So many rows are made in one go: some milliseconds in which nothing else happens in the process."""


@dataclass(frozen=True, slots=True)
class Changed:
    provider: str
    machine_id: str
    total: int
    succeeded: int
    boot_count: int
    boot_seconds_sum: float
    score: float | None
    score_low: float | None
    interruption_rate_hour: float | None
    entry_reason: str | None
    """Of the entry for everyone that stands; null where there is none."""
    entry_expires_at: datetime | None
    changed_xid: int


async def horizon(tx: Tx, since: int) -> tuple[int, bool]:
    """From where to ask the next time, and whether there is anything now."""
    found, anything = await (await raw(tx)).fetchrow(_HORIZON, since)
    return found, anything


async def named(tx: Tx, transaction: int) -> list[MachineKey] | None:
    """Those written since; None where there are too many to name."""
    found = await (await raw(tx)).fetch(_NAMED, transaction, CHUNK + 1)
    return [MachineKey(*row) for row in found] if len(found) <= CHUNK else None


async def since(tx: Tx, transaction: int) -> AsyncIterator[list[Changed]]:
    async for chunk in _chunks(tx, _SINCE, transaction):
        yield chunk


async def everything(tx: Tx) -> AsyncIterator[list[Changed]]:
    async for chunk in _chunks(tx, _ALL):
        yield chunk


async def of_cloud(tx: Tx, provider: str) -> AsyncIterator[list[Changed]]:
    async for chunk in _chunks(tx, _OF_CLOUD, provider):
        yield chunk


async def _chunks(tx: Tx, query: str, *arguments: Any) -> AsyncIterator[list[Changed]]:
    cursor = await (await raw(tx)).cursor(query, *arguments)
    while chunk := await cursor.fetch(CHUNK):
        yield [Changed(*record) for record in chunk]


# In a database that was restored from another, rows may carry transactions that this one has not come to yet.
_NEWER = "changed_xid >= $1 AND changed_xid < pg_snapshot_xmax(pg_current_snapshot())::text::bigint"

_HORIZON = f"""
    SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
        EXISTS (SELECT FROM reliability_machines WHERE {_NEWER})
"""  # noqa: S608 - a constant of this file

_NAMED = f"SELECT provider, machine_id FROM reliability_machines WHERE {_NEWER} LIMIT $2"  # noqa: S608

_ALL = """
    SELECT m.provider, m.machine_id, m.total, m.succeeded, m.boot_count, m.boot_seconds_sum, m.score, m.score_low,
        m.interruption_rate_hour, e.reason, e.expires_at, m.changed_xid
    FROM reliability_machines m LEFT JOIN reliability_blacklist e
        ON e.provider = m.provider AND e.machine_id = m.machine_id AND e.user_id IS NULL AND e.ended_at IS NULL
"""

_SINCE = f"{_ALL} WHERE {_NEWER}"

_OF_CLOUD = f"{_ALL} WHERE m.provider = $1"
