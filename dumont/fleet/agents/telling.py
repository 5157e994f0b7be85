"""Tells reliability how machines did: whole minutes, each once, and at the end of a rental who ended it.

Out of what heartbeats have left in the database, so that nothing is in anybody's memory: what a rental has told of, and
that reliability was told, are one transaction.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from dumont.basics.errors import Invalid
from dumont.basics.machine_key import MachineKey
from dumont.fleet.agents import beat_metrics as metrics
from dumont.fleet.means import Means
from dumont.fleet.rentals.metrics import HELD
from dumont.fleet.store import batches, costing
from dumont.fleet.store import telling as store
from dumont.fleet.store.batches import Whole
from dumont.fleet.store.telling import Due, Minute
from dumont.reliability import days
from dumont.reliability.rules.day import Seen
from dumont.reliability.telemetry import Telemetry

AT_ONCE = 500
TELL_SECONDS = 300.0
LOOK_SECONDS = 20.0
MINUTE = timedelta(minutes=1)
LATE = MINUTE
"""A minute is written with the first beat of the next one."""
UP = ("running", "ready")
NO_VERDICT = ("lost_race", "never_made")
"""Of machines that another one beat: they did no wrong, and no work."""


async def turn(means: Means) -> float:
    telemetry = Telemetry()
    async with means.db.begin() as tx:
        work = means.work(tx)
        due = await store.due(tx, work.now, timedelta(seconds=TELL_SECONDS), AT_ONCE)
        over = [rental for rental in due if rental.ended_at is not None]
        await batches.add(tx, [_rest(rental) for rental in over])
        minutes = await store.minutes(tx, due)
        for rental in due:
            _tell(telemetry, rental, minutes.get(rental.rental_id, ()), work.now)
        await days.add(work, telemetry.drained())
        await store.told(tx, {rental.rental_id: _until(rental, work.now) for rental in due if rental not in over})
        await store.forget(tx, [rental.rental_id for rental in over])
        metrics.AGENTS.set(await store.calling(tx))
        HELD.tell(await costing.held(tx))
    return 0.0 if len(due) == AT_ONCE else LOOK_SECONDS


def _tell(telemetry: Telemetry, rental: Due, minutes: Sequence[Minute], now: datetime) -> None:
    try:
        machine = MachineKey(rental.provider, rental.machine_id)
    except Invalid:
        return  # a name that no history sticks to
    since, until = rental.since, _until(rental, now)
    seen = [each for each in minutes if since <= each.minute < until]
    for each in seen:
        telemetry.seen(machine, _seen(each))
    silent = (until - since).total_seconds() - 60.0 * len(seen)
    if silent >= 60.0 and rental.stage in UP:
        telemetry.seen(machine, Seen(at=until, seconds=silent, up=False))
    if rental.ended_at is not None and rental.why_ended not in NO_VERDICT:
        telemetry.ended(machine, rental.ended_at, interrupted=rental.why_ended == "interrupted")


def _seen(minute: Minute) -> Seen:
    return Seen(
        at=minute.minute + MINUTE,
        seconds=60.0,
        gpu_temperature=minute.temperature_max,
        gpu_utilisation=minute.gpu_sum / minute.gpu_samples / 100 if minute.gpu_samples else None,
    )


def _until(rental: Due, now: datetime) -> datetime:
    last = (now - LATE).replace(second=0, microsecond=0)
    if rental.ended_at is not None:
        last = rental.ended_at.replace(second=0, microsecond=0) + MINUTE
    return max(last, rental.since)


def _rest(rental: Due) -> Whole:
    """The minute that its last beat was in, which no further beat will write."""
    return Whole(rental.instance_id, rental.rental_id, rental.minute, rental.sums)
