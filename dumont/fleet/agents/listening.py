"""Notices agents that no longer call, and commands of which nobody said what came of them."""

from datetime import timedelta

from dumont.fleet.agents import beat_metrics as metrics
from dumont.fleet.instances import idle
from dumont.fleet.means import Means
from dumont.fleet.store import commands, instances, listening

LOOK_SECONDS = 2.0


async def turn(means: Means) -> float:
    async with means.db.begin() as tx:
        now = means.clock.now()
        lost = await listening.lose(tx, now, now - timedelta(seconds=idle.silent_seconds(means.settings)))
        await instances.poke(tx, await listening.held(tx, lost), now)
    async with means.db.begin() as tx:
        await listening.note_second_machines(tx, now)
    async with means.db.begin() as tx:
        held = await listening.held(tx, await commands.over(tx, now))  # before their commands, as the controller does
        expired = await commands.fail_over(tx, held, now) if held else 0
        await instances.poke(tx, held, now)
    metrics.AGENTS_LOST.inc(len(lost))
    metrics.COMMANDS_EXPIRED.inc(expired)
    return min(LOOK_SECONDS, means.settings.fleet_beat_seconds / 5)
