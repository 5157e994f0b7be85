"""Steps of an instance whose work has a deadline: when it is asked what to run on, and what follows from the answer.

The answer (`recovery.decide`) is spot in one place, on demand, or to wait. It is asked for when there is none, when a
machine or a race was lost, and again and again while it may change. A race for a machine on demand, and the machine
that has won it, are not asked about: nothing is quicker.
"""

from datetime import datetime, timedelta
from functools import partial

from dumont.fleet.rules.answers import now_do, pausing, wait
from dumont.fleet.rules.course import ROUNDING_HOURS
from dumont.fleet.rules.seen import CourseSeen, Limits, RentalSeen, Seen
from dumont.fleet.rules.sleeping import until
from dumont.fleet.rules.states import State
from dumont.fleet.rules.steps import AskWay, EndCourse, Move, Save, Step, TurnAway

ASKED: frozenset[State] = frozenset({"launching", "running", "hibernating", "interrupted", "hibernated", "waking"})
OVER: frozenset[State] = frozenset({"failed", "destroying", "destroyed"})
ELSEWHERE = {
    "spot": "It goes on where it is cheaper: on a spot machine.",
    "on_demand": "It goes on on demand: the deadline is near.",
    "wait": "It waits for a spot machine: there is time.",
}


def step(seen: Seen, now: datetime, limits: Limits) -> Step | None:
    course = seen.course
    if course is None or seen.state in OVER:
        return None
    if course.done_hours >= course.work_hours - ROUNDING_HOURS:
        return now_do(now, EndCourse("counted"))
    if now >= course.deadline_at:
        return now_do(now, EndCourse("missed"))
    if seen.wish != "running" or seen.state not in ASKED or _has_its_way(seen, course):
        return None
    if course.action is None or course.ask_at is None or now >= course.ask_at:
        return now_do(now, AskWay())
    return _follow(seen, course, now, limits)


def next_look(seen: Seen, limits: Limits) -> tuple[datetime | None, ...]:
    """Of a running one: it is asked, saved, done, or too late."""
    course = seen.course
    if course is None:
        return ()
    done = course.done_at if course.done_at is not None else None
    return course.ask_at, course.deadline_at, done, _save_due(seen, limits)


def saved_now_and_then(seen: Seen, now: datetime, limits: Limits, machine: RentalSeen) -> Step | None:
    """So that a loss costs little. Copies for a standby are snapshots, too."""
    due = _save_due(seen, limits)
    if due is None or now < due or seen.saving is not None or pausing(seen, now):
        return None
    return now_do(now, Save(machine.id, "rhythm"))


def _save_due(seen: Seen, limits: Limits) -> datetime | None:
    if seen.course is None:
        return None
    last = max(filter(None, (seen.snapshot_at, seen.state_since)))
    return last + timedelta(seconds=limits.course_save_seconds)


def _has_its_way(seen: Seen, course: CourseSeen) -> bool:
    """Whatever is on its way on demand is the quickest there is; what its cloud takes away is saved first."""
    machine = seen.primary
    if seen.state in ("launching", "waking"):
        return course.races_for == "on_demand" and _on_its_way(seen)
    return seen.state == "running" and (machine is None or machine.lost or machine.notice_at is not None)


def _on_its_way(seen: Seen) -> bool:
    return seen.primary is not None or (seen.race is not None and seen.race.state == "running")


def _follow(seen: Seen, course: CourseSeen, now: datetime, limits: Limits) -> Step | None:
    """None is to go on as anybody does."""
    waits = course.action == "wait"
    if seen.state == "running":
        leaves = seen.leaves and seen.operation is None and seen.saving is None
        return now_do(now, Move("hibernating", ELSEWHERE[course.action or "wait"])) if leaves else None
    if seen.state in ("launching", "waking") and _on_its_way(seen):
        return now_do(now, TurnAway(course.why)) if course.action == "on_demand" else None
    if not waits:
        return None
    if seen.state in ("interrupted", "waking"):
        return now_do(now, Move("hibernated", course.why, lets_go="unused"))
    stays = partial(wait, now, limits.rest_seconds, course.ask_at, course.deadline_at, seen.until_at, stage="waits")
    if seen.state == "hibernated":
        return until(seen, now) or stays()
    return stays() if seen.state == "launching" else None
