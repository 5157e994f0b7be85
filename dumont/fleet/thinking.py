"""The controller's duty: takes instances that are due one step further, each step in a transaction of its own.

A step is decided by a pure rule on what is read under the instance's lock, and writes rows only. So it does not matter
when a worker dies, or how many of them there are.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from dumont.agent.protocol import STILL_SECONDS
from dumont.fleet import looking
from dumont.fleet.instances import operations
from dumont.fleet.means import Means
from dumont.fleet.rules import extending
from dumont.fleet.rules.lifecycle import next_step
from dumont.fleet.rules.seen import Limits
from dumont.fleet.rules.steps import AskWay, Move, RentStandby, StartRound, Step
from dumont.fleet.steps.taking import take
from dumont.fleet.steps.turn import NotNow, Turn
from dumont.fleet.store import instances
from dumont.fleet.tables import FleetInstance
from dumont.market.following import MarketNotLoaded, View
from dumont.platform.settings import Settings

log = structlog.get_logger()

AT_ONCE = 50
STEPS_MAX = 12
"""In a row for one instance, before others have their turn."""
LOOK_SECONDS = 10.0
"""The longest pause between two looks at whether anything is due: whoever makes something due calls, and `reminding`
calls again."""
BUSY_SECONDS = 0.05
"""The pause where others have all that is due in hand."""
AFTER_ERROR = timedelta(seconds=10)
FROM_MARKET = (StartRound, RentStandby, AskWay)


class Market:
    """As it is in this turn: looked at once, and only when somebody is to choose; never within a transaction."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self.known = False
        self.view: View | None = None

    async def look(self) -> None:
        self.known = True
        try:
            self.view = await self._means.market.view()
        except MarketNotLoaded:
            self.view = None


class _MarketNeeded(Exception):
    """The step is to be begun anew with it."""


@dataclass(slots=True)
class _Taken:
    """Of the step that was begun last: when its instance was due."""

    look_at: datetime | None = None


async def turn(means: Means) -> float:
    """Seconds until it is wanted again."""
    async with means.db.looking() as tx:
        soonest = await instances.soonest(tx, AT_ONCE)
    now = means.clock.now()
    if not soonest or soonest[0][1] > now:
        return min([LOOK_SECONDS, *[(look_at - now).total_seconds() for _, look_at in soonest[:1]]])
    market, was_free = Market(means), False
    for identity in [identity for identity, look_at in soonest if look_at <= now]:
        was_free |= await think(means, identity, market)
    return 0.0 if was_free else BUSY_SECONDS


async def think(means: Means, instance_id: UUID, market: Market) -> bool:
    """As many steps as follow from each other; what fails is put off, and keeps nobody else waiting. False where
    somebody else has the instance in hand."""
    taken = _Taken()
    try:
        for _ in range(STEPS_MAX):
            if not await _step_with(means, instance_id, market, taken):
                break
    except NotNow as later:
        await _put_off(means, instance_id, taken, timedelta(seconds=later.seconds))
    except Exception as error:
        log.exception("step_failed", instance=str(instance_id), error=type(error).__name__)
        await _put_off(means, instance_id, taken, AFTER_ERROR)
    return taken.look_at is not None


def limits_of(settings: Settings) -> Limits:
    return Limits(
        still_seconds=STILL_SECONDS,
        silent_seconds=settings.fleet_missed_beats * settings.fleet_beat_seconds,
        onstart_seconds=settings.fleet_onstart_seconds,
        course_save_seconds=settings.fleet_deadline_save_seconds,
        last_seconds=extending.last_seconds(settings.fleet_extend_seconds),
    )


async def _step_with(means: Means, instance_id: UUID, market: Market, taken: _Taken) -> bool:
    try:
        return await _step(means, instance_id, market, taken)
    except _MarketNeeded:
        await market.look()
        return await _step(means, instance_id, market, taken)


async def _step(means: Means, instance_id: UUID, market: Market, taken: _Taken) -> bool:
    """Whether another one may follow at once."""
    async with means.db.begin() as tx:
        work = means.work(tx)
        instance = await instances.take(tx, instance_id, work.now)
        if instance is None:
            return False
        taken.look_at = instance.look_at
        limits = limits_of(means.settings)
        _not_ahead(instance, work.now, limits)
        rows = await looking.read(work, instance)
        seen = looking.meant(work, rows)
        step = next_step(seen, work.now, limits)
        if _needs_market(step) and not market.known:
            raise _MarketNeeded
        await _write(Turn(work, means, rows, seen, limits, market.view), step)
        return step.act is not None and step.look_at <= work.now


def _not_ahead(instance: FleetInstance, now: datetime, limits: Limits) -> None:
    """Where the clock was set back, moments that are still to come prove nothing: neither that what is done from now
    on has been saved, nor that it has not, nor that somebody was warned; and no pause is longer than the longest."""
    just = now - timedelta(microseconds=1)
    instance.state_since = min(instance.state_since, now)
    if instance.snapshot_at is not None and instance.snapshot_at > now:
        instance.snapshot_at = just
    if instance.awake_since is not None and instance.awake_since > now:
        instance.awake_since = just
    if instance.warned_at is not None and instance.warned_at > now:
        instance.warned_at = None
    if instance.retry_at is not None:
        instance.retry_at = min(instance.retry_at, now + timedelta(seconds=limits.retry_seconds_max))


def _needs_market(step: Step) -> bool:
    """To choose machines by it, or to write down what a sleep is compared with."""
    sleeps = isinstance(step.act, Move) and step.act.to == "hibernated"
    return sleeps or isinstance(step.act, FROM_MARKET)


async def _write(turn: Turn, step: Step) -> None:
    operation = turn.rows.operation
    if operation is not None and step.stage is not None:
        await operations.stage(turn.work, turn.instance, operation, step.stage, percent=step.percent)
    if step.act is not None:
        await take(turn, step.act)
    turn.instance.look_at = step.look_at


async def _put_off(means: Means, instance_id: UUID, taken: _Taken, pause: timedelta) -> None:
    """Unless somebody has asked for a look since it was taken."""
    async with means.db.begin() as tx:
        now = means.clock.now()
        instance = await instances.take(tx, instance_id, now)
        if instance is not None and instance.look_at == taken.look_at:
            instance.look_at = now + pause
