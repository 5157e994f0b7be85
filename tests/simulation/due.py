"""Asks the database what is due and when the next thing will be: a turn for nothing would only take time."""

from datetime import timedelta
from typing import Any

from dumont.fleet.agents import finding
from dumont.fleet.means import Means
from dumont.platform.db import raw


async def ask(means: Means) -> list[Any]:
    """Whether there is anything to act on, to list, to think about, to do by the calendar, to look for in the store,
    to buy; who is to be told of commands, and when the next of all that is."""
    settings = means.settings
    often, silent = timedelta(seconds=settings.fleet_watch_seconds), finding.silence(settings.fleet_deadman_seconds)
    async with means.db.looking() as tx:
        return list(await (await raw(tx)).fetchrow(_DUE, means.clock.now(), often, silent))


_MOVING = """
    EXISTS (
        SELECT FROM fleet_rentals r WHERE (stage IN ('creating', 'booting', 'running', 'ending') OR absences > 0
            OR (wanted = 'stopped' AND stage = 'ready')) AND r.account_id = a.id
    )
"""
_DOUBTED = """
    FROM fleet_drops d JOIN fleet_rentals r ON r.id = d.rental_id LEFT JOIN fleet_beats b ON b.rental_id = r.id
    WHERE (d.state = 'moving' OR (d.state = 'lent' AND (
        r.stage = 'ended' OR (r.wanted = 'held' AND b.received_at <= $1 - $3::interval)
    )))
"""
_DUE = f"""
    SELECT
        EXISTS (
            SELECT FROM fleet_rentals WHERE stage <> 'ended' AND look_at <= $1
                AND (claimed_until IS NULL OR claimed_until <= $1)
        ),
        EXISTS (
            SELECT FROM fleet_accounts a WHERE (claimed_until IS NULL OR claimed_until <= $1) AND (
                list_at <= $1 OR (failures = 0 AND listed_at + CAST($2 AS interval) <= $1 AND {_MOVING})
            )
        ),
        EXISTS (SELECT FROM fleet_instances WHERE state <> 'destroyed' AND look_at <= $1),
        EXISTS (SELECT FROM fleet_schedules WHERE next_at <= $1),
        EXISTS (SELECT {_DOUBTED} AND d.look_at <= $1),
        EXISTS (
            SELECT FROM fleet_extensions WHERE look_at <= $1 AND (claimed_until IS NULL OR claimed_until <= $1)
        ),
        (SELECT array_agg(DISTINCT rental_id) FROM fleet_commands WHERE state = 'queued'),
        least(
            (SELECT min(look_at) FROM fleet_instances WHERE state <> 'destroyed'),
            (SELECT min(greatest(look_at, claimed_until)) FROM fleet_rentals WHERE stage <> 'ended'),
            (SELECT min(greatest(list_at, claimed_until)) FROM fleet_accounts),
            (SELECT min(next_at) FROM fleet_schedules),
            (SELECT min(d.look_at) {_DOUBTED}),
            (SELECT min(greatest(look_at, claimed_until)) FROM fleet_extensions),
            (
                SELECT min(greatest(listed_at + CAST($2 AS interval), claimed_until)) FROM fleet_accounts a
                WHERE failures = 0 AND {_MOVING}
            ),
            CAST($1 AS timestamptz) + interval '1 day'
        )
"""
