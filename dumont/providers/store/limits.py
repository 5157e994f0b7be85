"""Turns at the clouds, each taken by one statement: two processes can't both take the same one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dumont.platform.db import Tx, raw

# The windows of the account are looked at as they stand; the row of the group is locked. `excluded.granted` is when
# the windows would let the call in, and the row of the group may make that later. No row comes back if it is too late.
_TAKE = """
WITH windows AS (
    SELECT GREATEST($3::timestamptz, max(held_until)) AS open_at FROM provider_limits
    WHERE account = $1 AND name LIKE 'window:%'
)
INSERT INTO provider_limits AS l (account, name, due, granted, free_at)
SELECT $1, $2, open_at + $4::interval, open_at, open_at + $4 - $5::interval FROM windows WHERE open_at <= $6
ON CONFLICT (account, name) DO UPDATE SET
    granted = GREATEST(excluded.granted, l.free_at, l.held_until),
    due = GREATEST(l.due, excluded.granted, l.held_until) + $4,
    free_at = GREATEST(l.due, excluded.granted, l.held_until) + $4 - $5
WHERE GREATEST(excluded.granted, l.free_at, l.held_until) <= $6
RETURNING granted
"""
_OPEN_AT = """
SELECT GREATEST($3::timestamptz, max(held_until), max(free_at) FILTER (WHERE name = $2)) FROM provider_limits
WHERE account = $1 AND (name = $2 OR name LIKE 'window:%')
"""
_HOLD = """
INSERT INTO provider_limits AS l (account, name, due, granted, free_at, held_until) VALUES ($1, $2, $3, $3, $3, $4)
ON CONFLICT (account, name) DO UPDATE SET held_until = GREATEST(l.held_until, excluded.held_until)
"""
_STATE = "SELECT name, GREATEST(free_at, held_until) AS at FROM provider_limits WHERE account = $1 ORDER BY name"

# Whoever comes next finds as much saved up without the row as with it.
_FORGET = """
WITH gone AS (
    DELETE FROM provider_limits WHERE GREATEST(due, granted, free_at, held_until) < $1 RETURNING 1
)
SELECT count(*) FROM gone
"""


@dataclass(frozen=True, slots=True)
class Pace:
    """Of one kind of call of an account: so often in the long run, and so much of it saved up for a burst."""

    account: str
    group: str
    interval: timedelta
    saved: timedelta


async def take(tx: Tx, pace: Pace, now: datetime, *, latest: datetime) -> datetime | None:
    """When the call may begin; None, and nothing taken, if that is later than `latest`."""
    connection = await raw(tx)
    row = await connection.fetchrow(_TAKE, pace.account, pace.group, now, pace.interval, pace.saved, latest)
    return row["granted"] if row else None


async def open_at(tx: Tx, account: str, group: str, now: datetime) -> datetime:
    found: datetime = await (await raw(tx)).fetchval(_OPEN_AT, account, group, now)
    return found


async def hold(tx: Tx, account: str, name: str, *, now: datetime, until: datetime) -> None:
    await (await raw(tx)).execute(_HOLD, account, name, now, until)


async def state(tx: Tx, account: str) -> Mapping[str, datetime]:
    return {row["name"]: row["at"] for row in await (await raw(tx)).fetch(_STATE, account)}


async def forget(tx: Tx, before: datetime) -> int:
    """How many rows that nothing has waited for since then."""
    return int(await (await raw(tx)).fetchval(_FORGET, before))
