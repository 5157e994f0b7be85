"""SQL that calls again for what was due at a moment, and that nobody has taken."""

from datetime import datetime

from dumont.fleet.store import accounts, instances, rentals
from dumont.platform.db import Tx, raw
from dumont.platform.waking import CHANNEL


async def call(tx: Tx, before: datetime, *, often: float) -> None:
    await (await raw(tx)).execute(_CALL, before, often)


_CALL = f"""
    SELECT pg_notify('{CHANNEL}', word) FROM (
        SELECT '{instances.DUE}' AS word
        WHERE EXISTS (SELECT FROM fleet_instances WHERE state <> 'destroyed' AND look_at <= $1)
        UNION ALL SELECT '{rentals.DUE}' WHERE EXISTS (
            SELECT FROM fleet_rentals
            WHERE stage <> 'ended' AND look_at <= $1 AND (claimed_until IS NULL OR claimed_until <= $1)
        )
        UNION ALL SELECT '{accounts.DUE}' WHERE EXISTS (
            SELECT FROM fleet_accounts
            WHERE sealed <> '' AND {accounts.due_at("$2")} <= $1 AND (claimed_until IS NULL OR claimed_until <= $1)
        )
    ) AS due
"""  # noqa: S608 - our own words
