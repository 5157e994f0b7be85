"""Keeps how far work with a deadline is: as its instance moves, as snapshots come, and as its owner says."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from dumont.basics.errors import Conflict, Invalid
from dumont.fleet.instances import access, moves, operations
from dumont.fleet.rules.course import Course, Outcome
from dumont.fleet.rules.operations import WISHES
from dumont.fleet.rules.states import State
from dumont.fleet.rules.wanted import Wanted
from dumont.fleet.store import instances
from dumont.fleet.tables import FleetInstance
from dumont.platform.work import Work

SAID: dict[Outcome, str] = {
    "finished": "The work is finished, as was said.",
    "counted": "The hours of work that were asked for are done.",
    "missed": "The deadline has come, and the work is not done.",
}
GOES_ON = "From here on it goes on as any other, and sleeps when it is idle."


SLEEPS_ON = "It had no machine, and is not woken for nothing: its files are kept."
MACHINELESS: frozenset[State] = frozenset({"hibernated", "interrupted", "waking"})


class NoDeadline(Conflict):
    code = "no_deadline"
    hint = "Give it one: `dumont deadline NAME 2026-12-01T08:00Z --work-hours 20`."


def of(instance: FleetInstance) -> Course | None:
    return None if instance.course is None else Course.model_validate(instance.course)


def open_of(instance: FleetInstance) -> Course | None:
    found = of(instance)
    return found if found is not None and found.open else None


def keep(instance: FleetInstance, course: Course | None) -> None:
    instance.course = None if course is None else course.model_dump(mode="json")


def follow(instance: FleetInstance, change: Callable[[Course], Course]) -> None:
    """Where its work has a deadline that is not over."""
    found = open_of(instance)
    if found is not None:
        keep(instance, change(found))


def check(wanted: Wanted) -> None:
    """What makes no sense together, or can't be met by any machine."""
    if wanted.deadline is None and wanted.work_hours is None:
        return
    if wanted.deadline is None:
        raise Invalid.field("deadline", "is needed with work_hours", hint="Say by when the work must be done.")
    if wanted.work_hours is None:
        raise Invalid.field("work_hours", "is needed with a deadline", hint="Say how long the work takes undisturbed.")
    if not wanted.spot:
        raise Invalid.field("spot", "is needed with a deadline", hint="Without spot there is nothing to choose from.")
    if wanted.standby.enabled:
        raise Invalid.field("standby.enabled", "is not for work with a deadline", hint="It is woken elsewhere itself.")


def check_reach(wanted: Wanted, done_hours: float, now: datetime) -> None:
    """For whoever says a deadline: with one that is over, or nearer than the work is long, nothing can be met."""
    if wanted.deadline is None or wanted.work_hours is None:
        return
    left = (wanted.deadline - now).total_seconds() / 3600
    if left <= 0:
        raise Invalid.field("deadline", "is over")
    if left < wanted.work_hours - done_hours:
        more = wanted.work_hours - done_hours
        raise Invalid.field("deadline", f"is in {left:.1f} hours, and {more:.1f} hours of work are ahead")


def spot_before(instance: FleetInstance) -> bool:
    """Whether it is on spot once its deadline is taken back."""
    found = of(instance)
    return Wanted.model_validate(instance.wanted).spot if found is None else found.spot_before


def change(instance: FleetInstance, wanted: Wanted, now: datetime, *, spot_before: bool) -> None:
    """Another deadline, or other hours: what is done stays done."""
    if wanted.deadline is None:
        keep(instance, None)
        return
    found = of(instance) or Course(spot_before=spot_before)
    check_reach(wanted, found.done(now), now)
    keep(instance, found.opened_again(now, running=instance.state == "running"))


async def report(work: Work, instance_id: UUID, *, done_hours: float | None, finished: bool) -> FleetInstance:
    """By its owner, or by the work itself."""
    instance = await access.instance(work, instance_id, to_change=True)
    return await reported(work, instance, done_hours, finished=finished, who=f"user:{work.caller.me}")


async def reported(
    work: Work, instance: FleetInstance, done_hours: float | None, *, finished: bool, who: str
) -> FleetInstance:
    """`instance` is locked."""
    course, wanted = open_of(instance), Wanted.model_validate(instance.wanted)
    if course is None:
        raise NoDeadline(f"The work of {instance.name} has no deadline, or is over.")
    if done_hours is not None:
        if done_hours > (wanted.work_hours or 0.0):
            raise Invalid.field("done_hours", f"is more than the {wanted.work_hours:g} hours of the whole work")
        course = course.reported(done_hours, work.now)
        keep(instance, course)
        said = f"{done_hours:g} of {wanted.work_hours:g} hours are done, as was said."
        await moves.note(work, instance, "progress", said, who=who, done_hours=done_hours)
    if finished:
        await end(work, instance, "finished", who=who)
    await instances.poke(work.tx, [instance.id], work.now)
    return instance


async def told(work: Work, instance: FleetInstance, share: float) -> Course | None:
    """By the work itself, on a machine that runs. What is left to be done; None if nothing is."""
    course, wanted = open_of(instance), Wanted.model_validate(instance.wanted)
    if course is None or wanted.work_hours is None:
        return None
    if course.told is None:
        said = f"The work says itself how far it is: {share:.0%} by now. That counts from here on."
        await moves.note(work, instance, "progress", said, who="agent", share=share)
    course = course.says(share, wanted.work_hours, work.now)
    keep(instance, course)
    if share >= 1:
        await end(work, instance, "finished", who="agent")
        return None
    return course


async def end(work: Work, instance: FleetInstance, outcome: Outcome, *, who: str = "fleet", **details: Any) -> None:
    course = open_of(instance)
    if course is None:
        return
    keep(instance, course.ends(outcome, work.now))
    kind = "warning" if outcome == "missed" else "progress"
    done = f"{course.done(work.now):.1f} hours"
    sleeps = await _sleeps_on(work, instance)
    said = f"{SAID[outcome]} {done} were counted. {SLEEPS_ON if sleeps else GOES_ON}"
    await moves.note(work, instance, kind, said, who=who, outcome=outcome, **details)


async def _sleeps_on(work: Work, instance: FleetInstance) -> bool:
    """Whether it only waited for a machine: it would be woken for nothing."""
    if instance.wish != "running" or instance.state not in MACHINELESS or instance.primary_rental_id is not None:
        return False
    operation = await operations.of(work, instance)
    if operation is not None and WISHES[operation.kind] == "running":
        await operations.cancel(work, instance, operation, SLEEPS_ON)
    instance.wish = "hibernated"
    return True
