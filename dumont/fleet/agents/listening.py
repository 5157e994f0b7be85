"""Notices agents that no longer call, and commands of which nobody said what came of them."""

from datetime import timedelta

from dumont.fleet.agents import beat_metrics as metrics
from dumont.fleet.instances import idle
from dumont.fleet.means import Means
from dumont.fleet.store import commands, instances, listening

LOOK_SECONDS = 2.0


async def turn(means: Means) -> float:
    now = means.clock.now()
    before = now - timedelta(seconds=idle.silent_seconds(means.settings))
    async with means.db.looking() as tx:  # each statement for itself
        await listening.note_second_machines(tx, now)
        silent, over = await listening.any_silent(tx, before), await commands.over(tx, now)
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
