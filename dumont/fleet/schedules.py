"""Schedules: an instance is woken or put to sleep at a time, or again and again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from dumont.basics import ids
from dumont.basics.errors import Failure, Invalid, NotFound
from dumont.fleet import calendars
from dumont.fleet.instances import access, wishing
from dumont.fleet.launching import waking
from dumont.fleet.means import Means
from dumont.fleet.store import budgets as store
from dumont.fleet.store import instances
from dumont.fleet.tables import FleetSchedule
from dumont.platform.work import Work

Action = Literal["wake", "hibernate"]
LONGEST_SECONDS, BATCH, MOST = 30.0, 50, 20
WHO = "schedule"


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
    return schedule


async def remove(work: Work, instance_id: UUID, schedule_id: UUID) -> None:
    await access.instance(work, instance_id)
    if not await store.remove_schedule(work.tx, instance_id, schedule_id):
        raise NotFound("There is no such schedule.")


async def turn(means: Means) -> float:
    """Carries out what is due, each in a transaction of its own; a time that was slept through is met once."""
    for _ in range(BATCH):
        async with means.db.begin() as tx:
            work = means.work(tx)
            due = await store.due(tx, work.now)
            if due is None:
                break
            await _carry_out(work, due)
    async with means.db.looking() as tx:
        at = await store.next_due(tx)
    now = means.clock.now()
    return LONGEST_SECONDS if at is None else max(0.0, min(LONGEST_SECONDS, (at - now).total_seconds()))


async def _carry_out(work: Work, due: FleetSchedule) -> None:
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
            await waking.wake_up(work, instance, "Its schedule says so.", who=WHO)
        else:
            await wishing.put_to_sleep(work, instance, "Its schedule says so.", who=WHO)
        due.last_outcome = "done"
    except Failure as failure:
        due.last_outcome = f"{failure.code}: {failure.message}"[:500]
