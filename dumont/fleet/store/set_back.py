"""SQL for a clock that was set back: what had been put off until a moment that is far off by now is due at once.

That it was is told by rows: a list of machines that was begun in the future, a claim that lasts longer than any, a look
that is farther ahead than any rest.
"""

from datetime import datetime, timedelta

from dumont.platform.db import Db, Tx, raw

SLACK = timedelta(minutes=5)
"""So far apart may be the clocks of two computers, whose words would else be taken for those of a future; what is put
off by as much is no trouble."""


async def noticed(tx: Tx, now: datetime, lease: timedelta, rest: timedelta) -> bool:
    """By an index and a few accounts, as it is asked every second; no instance is left alone for longer than `rest`."""
    return bool(await (await raw(tx)).fetchval(_NOTICED, now + SLACK, now + lease + SLACK, now + rest + SLACK))


async def mend(db: Db, now: datetime, lease: timedelta) -> None:
    """A claim lasts for a lease from now, as whoever has it may live. What told of it goes last: who dies before has
    another go at it."""
    for statement in (_INSTANCES, _RENTALS, _EXTENSIONS, _STANDBYS, _DROPS, _BEATS, _ACCOUNTS):
        async with db.begin() as tx:
            ends = (now + lease,) if "$2" in statement else ()
            await (await raw(tx)).execute(statement, now, *ends)


_NOTICED = """
    SELECT EXISTS (SELECT FROM fleet_accounts WHERE listed_at > $1 OR claimed_until > $2)
        OR coalesce((SELECT max(look_at) FROM fleet_instances WHERE state <> 'destroyed') > $3, false)
"""

_INSTANCES = """
    UPDATE fleet_instances SET look_at = $1 WHERE id IN (
        SELECT id FROM fleet_instances WHERE state <> 'destroyed' AND look_at > $1 ORDER BY id FOR NO KEY UPDATE
    )
"""

_RENTALS = """
    UPDATE fleet_rentals SET look_at = least(look_at, $1), claimed_until = least(claimed_until, $2) WHERE id IN (
        SELECT id FROM fleet_rentals WHERE stage <> 'ended' AND (look_at > $1 OR claimed_until > $2)
        ORDER BY id FOR NO KEY UPDATE
    )
"""

_EXTENSIONS = """
    UPDATE fleet_extensions SET look_at = least(look_at, $1), claimed_until = least(claimed_until, $2)
    WHERE look_at > $1 OR claimed_until > $2
"""

_STANDBYS = "UPDATE fleet_standbys SET sync_at = $1 WHERE sync_at > $1"

_DROPS = "UPDATE fleet_drops SET look_at = $1 WHERE look_at > $1 AND state IN ('lent', 'moving')"

_BEATS = """
    UPDATE fleet_beats SET received_at = $1, quiet = array_fill(NULL::timestamptz, ARRAY[cardinality(quiet)]),
        quiet_since = NULL, idle_at = NULL, used_at = least(used_at, $1)
    WHERE received_at > $1
"""
"""Since when it has been quiet is not known, and is counted anew."""

_ACCOUNTS = """
    UPDATE fleet_accounts SET list_at = least(list_at, $1), listed_at = least(listed_at, $1),
        complete_at = least(complete_at, $1), claimed_until = least(claimed_until, $2)
    WHERE list_at > $1 OR listed_at > $1 OR claimed_until > $2
"""
