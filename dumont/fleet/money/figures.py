"""The fleet's own figures: how quick launches and wakes were, what races cost, and how much of the time was of use."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from dumont.fleet.instances import access
from dumont.fleet.money.savings import window_of
from dumont.fleet.rules.savings import money
from dumont.fleet.store import figures as store
from dumont.platform.work import Work


async def shown(work: Work, since: datetime | None, until: datetime | None) -> dict[str, Any]:
    window = window_of(work.now, since, until)
    owners = (await access.mine(work)).owners
    counts = await store.counts(work.tx, owners, window)
    meant = counts.meant_seconds
    return {
        "from": window.since,
        "to": window.until,
        "operations": [asdict(each) for each in await store.times(work.tx, owners, window)],
        "stages": [asdict(each) for each in await store.stages(work.tx, owners, window)],
        "races": counts.races,
        "races_won": counts.races_won,
        "entrants": counts.entrants,
        "race_overhead": money(counts.race_overhead),
        "interruptions": counts.interruptions,
        "failovers": counts.failovers,
        "hibernations": counts.hibernations,
        "running_hours": round(float(counts.running_seconds) / 3600, 4),
        "uptime": round(float(counts.running_seconds / meant), 6) if meant else None,
    }
