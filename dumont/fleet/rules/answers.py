"""How a step is said: something to do now, or to wait until a moment that is not too far off."""

from datetime import datetime, timedelta
from uuid import UUID

from dumont.fleet.rules.seen import Limits, SavingSeen, Seen, Trouble
from dumont.fleet.rules.states import Wish
from dumont.fleet.rules.steps import Act, Finish, Hold, Save, Step, Why, WishFor

LAST: frozenset[Why] = frozenset({"move", "failover", "hibernation", "destroy"})
"""The work goes on elsewhere, or not for now: what somebody writes behind this snapshot would be lost."""
SEALED = Trouble(
    "repository_encrypted",
    "Its owner's repository is encrypted, and machines don't have the passphrase: nothing of it can be saved.",
    "Have it kept in a restic repository of your own (launch --restic; PATCH it with `restic`), or launch for a team, "
    "whose snapshots are apart.",
)
LEAST_SECONDS = 0.05
"""A look that is due at once would come again and again without anything having changed."""


def now_do(now: datetime, act: Act, stage: str | None = None, percent: float | None = None) -> Step:
    """And look again at once: what it has changed may allow the next."""
    return Step(act, now, stage, percent)


def wait(
    now: datetime, at_most: float, *moments: datetime | None, stage: str | None = None, percent: float | None = None
) -> Step:
    """Until the first of these moments that is still to come."""
    soonest = now + timedelta(seconds=LEAST_SECONDS)
    ahead = [moment for moment in moments if moment is not None and moment > now]
    return Step(None, max(soonest, min([now + timedelta(seconds=at_most), *ahead])), stage, percent)


def later(now: datetime, seconds: float) -> Step:
    return wait(now, seconds)


def pausing(seen: Seen, now: datetime) -> bool:
    """What has failed is not tried again yet."""
    return seen.retry_at is not None and seen.retry_at > now


def saving(now: datetime, limits: Limits, found: SavingSeen) -> Step:
    """The store proves it without a word to us, so it is looked at often."""
    if found.state == "verifying":
        return wait(now, limits.poll_seconds, stage="verifying", percent=80)
    return wait(now, limits.poll_seconds * 4, stage="snapshot", percent=(found.percent or 0) * 0.75)


def save(seen: Seen, now: datetime, limits: Limits, *, rental_id: UUID, why: Why) -> Step:
    """Has the holder of the work make a snapshot, or waits for the one that is being made. The stage is `snapshot`,
    and `verifying` when all is in the store. A machine that stands still is started for it."""
    if seen.sealed and seen.saving is None:
        return _goes_on_unsaved(seen, now, limits)
    made = seen.saving is not None and seen.saving.state == "verifying"
    step = None if made else _awake(seen, now, limits, rental_id)
    if step is not None:
        return step
    if seen.saving is not None:
        return saving(now, limits, seen.saving)
    if pausing(seen, now):
        return wait(now, limits.look_seconds, seen.retry_at, stage="snapshot")
    return now_do(now, Save(rental_id, why, still=why in LAST and not by_idleness(seen)), "snapshot")


def _goes_on_unsaved(seen: Seen, now: datetime, limits: Limits) -> Step:
    """It is not even tried, and whoever asked for it hears so."""
    operation = seen.operation
    if seen.state == "hibernating":
        return now_do(now, WishFor(wish_before(seen), None, SEALED.message, "fleet", SEALED))
    if operation is not None and operation.kind in ("snapshot", "destroy"):
        return now_do(now, Finish(SEALED))
    return wait(now, limits.rest_seconds, seen.until_at)


def wish_before(seen: Seen) -> Wish:
    """It was asked to sleep, and can't."""
    if seen.operation is not None and seen.operation.before not in (None, "hibernated"):
        return seen.operation.before
    return "on_standby" if seen.standby is not None and seen.standby.serving else "running"


def by_idleness(seen: Seen) -> bool:
    """Then it is not held still, as whoever comes back and uses it shall be able to."""
    return seen.operation is not None and seen.operation.why == "idle"


def _awake(seen: Seen, now: datetime, limits: Limits, rental_id: UUID) -> Step | None:
    """None when an agent is there to be asked."""
    machine = seen.primary
    if machine is None or machine.id != rental_id:
        return None
    if machine.wanted == "stopped" or machine.stopped_by_cloud:
        return now_do(now, Hold(), "booting", 5)
    return wait(now, limits.look_seconds, stage="booting", percent=5) if machine.stage == "stopped" else None
