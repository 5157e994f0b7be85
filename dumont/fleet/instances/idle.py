"""What the controller asks about idleness, and how a hibernation is announced a minute before.

    found = idle.of(instance, beat, settings, sealed=...)      # pure: for `rules.seen`
    verdict = idle.verdict(found, now)                         # pure: warn, sleep, tell, or wait until `look_at`
    await idle.warn(work, instance, verdict.sleeps_at)         # marks it, and tells the owner
    await idle.tell(work, instance)                            # of a dry run: it would sleep now
    await idle.tell_unused(work, instance)                     # of one that costs, and that nobody has used yet

The controller need not look again by itself: the duty `fleet.idle` pokes an instance whose verdict is due.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from dumont.fleet.events import IdleSoon, Unused
from dumont.fleet.instances import courses, moves
from dumont.fleet.rules.idle import Idle, IdleRule, Verdict, verdict
from dumont.fleet.rules.wanted import HibernationWish
from dumont.fleet.tables import FleetBeat, FleetInstance
from dumont.platform.settings import Settings
from dumont.platform.work import Work

__all__ = ["Idle", "Verdict", "of", "rule_of", "silent_seconds", "tell", "tell_unused", "verdict", "warn"]
UNUSED = (
    "It runs, and nobody has used it for an hour. It does not sleep by itself before it was used once: "
    "use it, or hibernate it."
)


def rule_of(instance: FleetInstance, settings: Settings) -> IdleRule:
    """Work with a deadline is not put to sleep before it is done: it has been said how long it takes."""
    rule = IdleRule.of(HibernationWish.model_validate(instance.hibernation), settings)
    return rule if courses.open_of(instance) is None else replace(rule, enabled=False)


def of(instance: FleetInstance, beat: FleetBeat | None, settings: Settings, *, sealed: bool = False) -> Idle:
    """`beat` is the one of its primary rental; `sealed`: no snapshot of it can be made."""
    return Idle(
        rule=rule_of(instance, settings),
        silent_seconds=silent_seconds(settings),
        received_at=beat.received_at if beat else None,
        quiet_since=beat.quiet_since if beat else None,
        used_at=beat.used_at if beat else None,
        use_seen_at=instance.use_seen_at,
        awake_since=instance.awake_since,
        keep_awake_until=instance.keep_awake_until,
        warned_at=instance.warned_at,
        saving=instance.saving_id is not None,
        sealed=sealed,
    )


def silent_seconds(settings: Settings) -> float:
    """Not heard for longer, an agent is lost, and what it last said says nothing any more."""
    return settings.fleet_missed_beats * settings.fleet_beat_seconds


async def warn(work: Work, instance: FleetInstance, sleeps_at: datetime) -> None:
    """In the transaction that holds the instance's row."""
    instance.warned_at = work.now
    seconds = max(0, round((sleeps_at - work.now) / timedelta(seconds=1)))
    why = f"Idle: it will be hibernated in {seconds} s."
    await moves.note(work, instance, "warning", why, who="idle", sleeps_at=sleeps_at.isoformat())
    told = {"owner_id": instance.owner_id, "instance_id": instance.id, "name": instance.name}
    await work.publish(IdleSoon(**told, hibernates_at=sleeps_at))


async def tell(work: Work, instance: FleetInstance) -> None:
    """Once for each time it is idle; nothing else happens in a dry run."""
    instance.warned_at = work.now
    why = "Idle: it would be hibernated now, were this not a dry run."
    await moves.note(work, instance, "warning", why, who="idle", dry_run=True)


async def tell_unused(work: Work, instance: FleetInstance) -> None:
    """Once for each time it is started."""
    instance.warned_at = work.now
    await moves.note(work, instance, "warning", UNUSED, who="idle", code="unused")
    await work.publish(Unused(owner_id=instance.owner_id, instance_id=instance.id, name=instance.name))
