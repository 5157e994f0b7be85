"""Wakes the controllers of instances that are idle: the duty that makes idleness noticed in time.

Heartbeats only write down since when it is quiet. This looks through an index for those whose rule is due, and pokes
their instances; what is to be done is decided by the controller, with the same rule.
"""

from datetime import timedelta

from dumont.fleet.agents import beat_metrics as metrics
from dumont.fleet.instances import idle, keeping
from dumont.fleet.means import Means
from dumont.fleet.store import dozing as store
from dumont.fleet.store import instances

AT_ONCE = 500
LOOK_SECONDS = 1.0


async def turn(means: Means) -> float:
    settings, now = means.settings, means.clock.now()
    usual = store.Usual(
        timedelta(seconds=idle.silent_seconds(settings)), settings.fleet_warn_seconds, settings.fleet_grace_seconds
    )
    pause = min(LOOK_SECONDS, settings.fleet_beat_seconds / 5)
    async with means.db.looking() as tx:
        if not await store.any_due(tx, now, usual):
            return pause
    async with means.db.begin() as tx:
        found = await store.due(tx, now, usual, AT_ONCE)
        sealed = await keeping.sealed(tx, (instance for instance, _ in found))
        seen = [(each, idle.of(each, beat, settings, sealed=each.id in sealed)) for each, beat in found]
        woken = [instance.id for instance, known in seen if idle.verdict(known, now).act != "wait"]
        await instances.poke(tx, woken, now)
    metrics.IDLE_DUE.inc(len(woken))
    return 0.0 if len(woken) == AT_ONCE else pause
