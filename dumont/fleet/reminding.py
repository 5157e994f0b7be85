"""Calls once more for what has been due for a second: a word may be lost, and whoever was at it may have died.

So that all others who look for what is due may sleep until they are called, this one look a second stands for theirs.
And where the clock was set back, it has whoever would be left alone until then looked at now.
"""

from datetime import datetime, timedelta

import structlog

from dumont.fleet import schedules
from dumont.fleet.means import Means
from dumont.fleet.store import reminding, set_back
from dumont.fleet.thinking import limits_of

log = structlog.get_logger()

LOOK_SECONDS = 1.0
LATE = timedelta(seconds=0.5)
"""What is due for less is on its way."""
REST = timedelta(hours=1)
"""Longer than an instance is left alone, unless agents call so seldom."""


class Reminding:
    """Of one worker. What tells of a clock that was set back is there again at once where another server's is ahead:
    that is told once, and mended now and then."""

    def __init__(self) -> None:
        self._noticed_at: datetime | None = None
        self._mended_at: datetime | None = None

    async def turn(self, means: Means) -> float:
        now, lease = means.clock.now(), timedelta(seconds=means.settings.worker_lease_seconds)
        async with means.db.looking() as tx:
            back = await set_back.noticed(tx, now, lease, _rest(means))
            await reminding.call(tx, now - LATE, often=means.settings.fleet_watch_seconds)
        if back:
            if not _is_within(REST, self._noticed_at, now):
                log.warning("clock_set_back", now=now.isoformat())
            self._noticed_at = now
            if not _is_within(set_back.SLACK, self._mended_at, now):
                await schedules.mend(means)
                await set_back.mend(means.db, now, lease)  # last, as that takes away what told of it
                self._mended_at = now
        return LOOK_SECONDS


def _is_within(span: timedelta, since: datetime | None, now: datetime) -> bool:
    """Where it is the other way round, the clock was set back since."""
    return since is not None and since <= now < since + span


def _rest(means: Means) -> timedelta:
    limits = limits_of(means.settings)
    return max(REST, 2 * timedelta(seconds=limits.silent_seconds))
