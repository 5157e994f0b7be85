"""Notices agents that no longer call, and commands of which nobody said what came of them."""

from datetime import datetime, timedelta

from dumont.fleet.agents import beat_metrics as metrics
from dumont.fleet.instances import idle
from dumont.fleet.means import Means
from dumont.fleet.store import commands, instances, listening

LOOK_SECONDS = 2.0


class Listening:
    """Of one worker: while it was not there, or without a database, agents may have called in vain."""

    def __init__(self) -> None:
        self._since: datetime | None = None
        self._heard_at: datetime | None = None

    async def turn(self, means: Means) -> float:
        now, deaf = means.clock.now(), _silence(means) / 2
        if self._heard_at is None or not timedelta(0) <= now - self._heard_at <= deaf:
            self._since = now
        pause = await turn(means, since=self._since)
        self._heard_at = means.clock.now()
        return pause


async def turn(means: Means, since: datetime | None = None) -> float:
    """Silence counts from `since` on."""
    now = means.clock.now()
    before = now - _silence(means)
    async with means.db.looking() as tx:  # each statement for itself
        await listening.note_second_machines(tx, now)
        heard = since is None or since < before
        silent, over = heard and await listening.any_silent(tx, before), await commands.over(tx, now)
    if silent:
        async with means.db.begin() as tx:
            lost = await listening.lose(tx, now, before)
            await instances.poke(tx, await listening.held(tx, lost), now)
        metrics.AGENTS_LOST.inc(len(lost))
    if over:
        async with means.db.begin() as tx:
            held = await listening.held(tx, over)  # before their commands, as the controller does
            expired = await commands.fail_over(tx, held, now) if held else 0
            await instances.poke(tx, held, now)
        metrics.COMMANDS_EXPIRED.inc(expired)
    return min(LOOK_SECONDS, means.settings.fleet_beat_seconds / 5)


def _silence(means: Means) -> timedelta:
    return timedelta(seconds=idle.silent_seconds(means.settings))
