"""SQL of what accounts prefer."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from dumont.platform.db import Tx, raw


class Preferences(NamedTuple):
    """By default what is known to be bad is left out; a machine without a score is not."""

    threshold: int = 70
    exclude_below_threshold: bool = True
    sort_by_reliability: bool = False


async def of(tx: Tx, user_id: UUID) -> Preferences:
    row = await (await raw(tx)).fetchrow(_READ, user_id)
    return Preferences(*row) if row else Preferences()


async def keep(tx: Tx, user_id: UUID, wanted: Preferences, now: datetime) -> None:
    await (await raw(tx)).execute(_KEEP, user_id, *wanted, now)


_READ = """
    SELECT threshold, exclude_below_threshold, sort_by_reliability FROM reliability_preferences WHERE user_id = $1
"""

_KEEP = """
    INSERT INTO reliability_preferences
        (user_id, threshold, exclude_below_threshold, sort_by_reliability, changed_at)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (user_id) DO UPDATE SET threshold = excluded.threshold,
        exclude_below_threshold = excluded.exclude_below_threshold,
        sort_by_reliability = excluded.sort_by_reliability, changed_at = excluded.changed_at
"""
