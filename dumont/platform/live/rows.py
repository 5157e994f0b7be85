"""All SQL of the live hub, and an event as the outbox holds it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

COLUMNS = """
    id, kind, topics, payload::text AS payload, at, xid::text::bigint AS xid, horizon::text::bigint AS horizon,
    extract(epoch FROM clock_timestamp() - written)::float8 AS age
"""
BY_ID = f"""
    SELECT {COLUMNS} FROM unnest($1::bigint[]) WITH ORDINALITY AS told(event, place) JOIN events ON id = event
    ORDER BY place
"""  # noqa: S608
SINCE = f"""
    SELECT {COLUMNS} FROM (SELECT * FROM events WHERE xid >= $1::text::xid8 ORDER BY xid, id LIMIT $2) AS events
    WHERE cardinality(topics) > 0 ORDER BY events.xid, id
"""  # noqa: S608
SINCE_ON = f"""
    SELECT {COLUMNS} FROM (SELECT * FROM events WHERE xid >= $1::text::xid8 ORDER BY xid, id LIMIT $2) AS events
    WHERE topics && $3::text[] ORDER BY events.xid, id LIMIT $4
"""  # noqa: S608
# The position of a reader, and whether so much has happened since that replaying it would cost more than a reload.
POSITION = """
    SELECT horizon::text::bigint AS horizon, EXISTS (
        SELECT FROM events AS later WHERE later.xid >= known.horizon ORDER BY later.xid, later.id OFFSET $3 LIMIT 1
    ) AS far
    FROM events AS known WHERE id = $1 AND at > $2
"""


@dataclass(frozen=True, slots=True)
class Recorded:
    id: int
    kind: str
    topics: tuple[str, ...]
    payload: str
    at: datetime
    xid: int
    horizon: int
    age: float
    """Seconds since it was written, by the database's own clock, at the moment it was read here."""


@dataclass(frozen=True, slots=True)
class Position:
    horizon: int
    far: bool


async def by_id(connection: asyncpg.Connection, ids: Sequence[int]) -> list[Recorded]:
    """In the order of `ids`."""
    return [_recorded(row) for row in await connection.fetch(BY_ID, ids)]


async def oldest_running(connection: asyncpg.Connection) -> int:
    return int(await connection.fetchval("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"))


async def since(connection: asyncpg.Connection, horizon: int, most: int) -> list[Recorded] | None:
    """Everything on any topic from this transaction on, or nothing where that is more than `most`."""
    too_many = "SELECT EXISTS (SELECT FROM events WHERE xid >= $1::text::xid8 ORDER BY xid, id OFFSET $2 LIMIT 1)"
    if await connection.fetchval(too_many, str(horizon), most):
        return None
    return [_recorded(row) for row in await connection.fetch(SINCE, str(horizon), most)]


async def position(connection: asyncpg.Connection, event_id: int, oldest: datetime, scan: int) -> Position | None:
    row = await connection.fetchrow(POSITION, event_id, oldest, scan)
    return Position(row["horizon"], row["far"]) if row else None


async def since_on(
    connection: asyncpg.Connection, horizon: int, topics: Sequence[str], *, scan: int, most: int
) -> list[Recorded]:
    return [_recorded(row) for row in await connection.fetch(SINCE_ON, str(horizon), scan, topics, most)]


def _recorded(row: Any) -> Recorded:
    return Recorded(
        id=row["id"],
        kind=row["kind"],
        topics=tuple(row["topics"]),
        payload=row["payload"],
        at=row["at"],
        xid=row["xid"],
        horizon=row["horizon"],
        age=row["age"],
    )
