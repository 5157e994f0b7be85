"""Schedules: an instance is woken or put to sleep at a time, or again and again."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from dumont import accounts
from dumont.basics import ids
from dumont.basics.errors import Failure, Invalid, NotFound
from dumont.fleet import calendars
from dumont.fleet.instances import access, moves, wishing
from dumont.fleet.launching import waking
from dumont.fleet.means import Means
from dumont.fleet.store import budgets as store
from dumont.fleet.store import instances
from dumont.fleet.tables import FleetInstance, FleetSchedule
from dumont.platform.work import Work

Action = Literal["wake", "hibernate"]
LONGEST_SECONDS, BATCH, MOST = 30.0, 50, 20
WHO, SAID = "schedule", "Its schedule says so."
AGAIN_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    action: Action
    at: datetime | None = None
    cron: str | None = None
    timezone: str = "UTC"


async def listed(work: Work, instance_id: UUID) -> list[FleetSchedule]:
    await access.instance(work, instance_id)
    return list(await store.schedules(work.tx, instance_id))


async def add(work: Work, instance_id: UUID, wish: Wish) -> FleetSchedule:
    instance = await access.instance(work, instance_id, to_change=True)
    wishing.refuse_gone(instance)
    if (wish.at is None) == (wish.cron is None):
        raise Invalid.field("at", "or `cron` is wanted, and not both")
    if wish.at is not None and wish.at <= work.now:
        raise Invalid.field("at", "is over")
    if len(await store.schedules(work.tx, instance.id)) >= MOST:
        raise Invalid.field("instance", f"has {MOST} schedules already", hint="Remove one that is not needed.")
    calendars.zone(wish.timezone)
    schedule = FleetSchedule(
        id=ids.new(work.now, work.random),
        instance_id=instance.id,
        action=wish.action,
        at=wish.at,
        cron=wish.cron,
        timezone=wish.timezone,
        next_at=wish.at or calendars.next_at(wish.cron or "", wish.timezone, work.now),
        created_at=work.now,
    )
    work.tx.add(schedule)
    await work.tx.flush()
    details = {"action": wish.action, "when": wish.cron or str(wish.at), "timezone": wish.timezone}
    await _record(work, instance, "added", f"Added a schedule to {instance.name}", details)
    return schedule


async def remove(work: Work, instance_id: UUID, schedule_id: UUID) -> None:
    instance = await access.instance(work, instance_id)
    if not await store.remove_schedule(work.tx, instance_id, schedule_id):
        raise NotFound("There is no such schedule.")
    details = {"schedule_id": str(schedule_id)}
    await _record(work, instance, "removed", f"Removed a schedule of {instance.name}", details)


async def turn(means: Means) -> float:
    """Carries out what is due, each in a transaction of its own; of times that were slept
    through the last one is met, in the order of those of all schedules."""
    for _ in range(BATCH):
        async with means.db.begin() as tx:
            work = means.work(tx)
            due = await store.due(tx, work.now)
            if due is None:
                break
            last = _last_time(due, work.now)
            if last is None or last == due.next_at:
                await _carry_out(work, means, due)
            else:
                due.next_at = last  # behind all that came before that
    async with means.db.looking() as tx:
        at = await store.next_due(tx)
    now = means.clock.now()
    return LONGEST_SECONDS if at is None else max(0.0, min(LONGEST_SECONDS, (at - now).total_seconds()))


async def mend(means: Means) -> None:
    """The clock was set back: the next time of each cron is worked out anew, for it may come sooner now."""
    after: UUID | None = None
    while True:
        async with means.db.begin() as tx:
            found = await store.crons(tx, after, BATCH)
            for each in found:
                _sooner(each, means.clock.now())
        if len(found) < BATCH:
            return
        after = found[-1].id


def _sooner(schedule: FleetSchedule, now: datetime) -> None:
    with suppress(Failure):  # a zone that nobody knows any more: it is told of when it is due
        anew = calendars.next_at(schedule.cron or "", schedule.timezone, now)
        schedule.next_at = min(schedule.next_at or anew, anew)


async def _record(work: Work, instance: FleetInstance, did: str, summary: str, details: dict[str, str]) -> None:
    of = ("instance", instance.id)
    await accounts.audit.record(work, f"instance.schedule_{did}", of, summary, details=details)


def _last_time(due: FleetSchedule, now: datetime) -> datetime | None:
    """Of those that have come: who was to wake in the morning and to sleep in the evening sleeps now. None for one that
    comes once, or whose zone nobody knows any more."""
    if due.cron is not None and due.next_at is not None:
        with suppress(Failure):
            return calendars.last_at(due.cron, due.timezone, due.next_at, now)
    return None


async def _carry_out(work: Work, means: Means, due: FleetSchedule) -> None:
    due.last_at = work.now
    try:
        due.next_at = calendars.next_at(due.cron, due.timezone, work.now) if due.cron else None
    except Failure as failure:  # a zone that was known when this was written: it must not stand before all others
        due.next_at = None
        due.last_outcome = f"{failure.code}: {failure.message}"[:500]
        return
    instance = await instances.hold(work.tx, due.instance_id)
    if instance is None or instance.state in ("destroying", "destroyed"):
        due.next_at, due.last_outcome = None, "its instance is gone"
        return
    try:
        if due.action == "wake":
            await waking.bring_up(work, means.market, instance, SAID, who=WHO)
        else:
            await wishing.put_to_sleep(work, instance, SAID, who=WHO)
        due.last_outcome = "done"
    except wishing.NothingToDo as failure:
        due.last_outcome = f"{failure.code}: {failure.message}"[:500]
    except Failure as failure:
        due.last_outcome = f"{failure.code}: {failure.message}"[:500]
        if due.action == "hibernate" and instance.state == "launching":  # it runs soon, or has failed
            later = work.now + timedelta(seconds=AGAIN_SECONDS)
            due.next_at = min(due.next_at or later, later)
            return
        what = "be woken" if due.action == "wake" else "be put to sleep"
        said = f"It could not {what} by its schedule: {failure.message}"
        await moves.note(work, instance, "failure", said, who=WHO, code=failure.code)
