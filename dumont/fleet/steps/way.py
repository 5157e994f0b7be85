"""Asks what work with a deadline is to run on, writes the answer down with its reason, and ends what it is over for."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from dumont.basics.errors import Failure
from dumont.fleet.events import InstanceChanged
from dumont.fleet.instances import courses, moves
from dumont.fleet.launching import choosing, places, renter
from dumont.fleet.launching.choosing import Wishes
from dumont.fleet.money import sleeping
from dumont.fleet.rules import places as rules
from dumont.fleet.rules.choosing import Taste
from dumont.fleet.rules.course import Course, Decided
from dumont.fleet.rules.places import Aim, Known, Way
from dumont.fleet.rules.recovery import ON_DEMAND, Action, Decision, Situation, decide
from dumont.fleet.rules.steps import AskWay, EndCourse, TurnAway
from dumont.fleet.steps import racing
from dumont.fleet.steps.holding import lose_primary
from dumont.fleet.steps.turn import NotNow, Turn
from dumont.fleet.store import races
from dumont.fleet.tables import FleetRental

BLIND = timedelta(seconds=10)
NO_MARKET_SECONDS = 2.0
NOTHING_ON_DEMAND = "No machine on demand fits just now, so it takes what there is on spot."


async def ask(turn: Turn, _act: AskWay) -> None:
    course, share = courses.open_of(turn.instance), _told(turn)
    if share is not None:
        course = await courses.told(turn.work, turn.instance, share)
    if course is None:
        return
    try:
        decided = await _weighed(turn, course)
    except Failure as error:  # whoever launched it has left: what runs goes on
        decided = _blind(turn, course, error.message)
    before = course.decided
    courses.keep(turn.instance, course.decides(decided))
    if decided.action == "wait" and turn.instance.state == "hibernated":
        await sleeping.waits(turn.work, turn.instance)
    if before is None or (before.action, before.place) != (decided.action, decided.place):
        await _tell(turn, decided)
    else:
        told = InstanceChanged(owner_id=turn.instance.owner_id, instance_id=turn.instance.id, what="course")
        await turn.work.publish(told)


def _told(turn: Turn) -> float | None:
    """By the work itself, in the newest beat of the machine that it runs on."""
    beat = turn.rows.beat if turn.seen.state == "running" else None
    if beat is None or turn.work.now - beat.received_at > timedelta(seconds=turn.limits.silent_seconds):
        return None
    share = beat.sample.get("progress")
    return None if share is None else float(share)


async def turn_away(turn: Turn, act: TurnAway) -> None:
    """The race ends without a winner that is of use, and what to do is decided anew if it was lost."""
    place = turn.seen.course.place if turn.seen.course is not None and act.refused else None
    race = turn.rows.race
    await lose_primary(turn, "unused")
    if race is not None and turn.instance.state != "on_standby":
        await sleeping.go_on(turn.work, turn.instance, race.id)
    await racing.end(turn, "lost" if act.refused else "cancelled", act.why)
    if act.refused:
        courses.follow(turn.instance, lambda course: course.refuses(place, turn.work.now))
        await moves.note(turn.work, turn.instance, "race", f"No machine came up in {place}.", place=place)


async def end(turn: Turn, act: EndCourse) -> None:
    await courses.end(turn.work, turn.instance, act.outcome)


async def _weighed(turn: Turn, course: Course) -> Decided:
    user_id = await renter.of(turn.work, turn.instance)
    if turn.view is None or user_id is None:
        return _blind(turn, course, "Nothing can be weighed without the market.")
    held = _held(turn)
    had = await races.before(turn.work.tx, turn.instance.id)
    wishes = Wishes(wanted=turn.rows.wanted, user_id=user_id, taste=await _taste(turn, held))
    known = await places.known(turn.work, turn.view, wishes, instance=turn.instance, course=course, held=held, had=had)
    return _decided(decide(_situation(turn, course, known, held)), known, turn.work.now)


def _blind(turn: Turn, course: Course, why: str) -> Decided:
    """What was decided holds on; where nothing was, what runs goes on, and what does not has to wait for a moment."""
    now, machine = turn.work.now, turn.seen.primary
    ask_at = now + BLIND
    if course.decided is not None:
        return course.decided.model_copy(update={"ask_at": ask_at})
    if machine is None:
        raise NotNow(NO_MARKET_SECONDS)
    return Decided(
        action="spot" if machine.spot else "on_demand",
        place=machine.place if machine.spot else None,
        why=why,
        at=now,
        ask_at=ask_at,
        latest_at=now,
        overhead_hours=0.0,
        on_demand_hour=Decimal(0),
    )


async def _taste(turn: Turn, held: list[FleetRental]) -> Taste:
    without = await racing.tried(turn)
    return Taste(count=1, without=without - frozenset(racing.places_of(held)), hosts_count=choosing.hosts_count)


def _held(turn: Turn) -> list[FleetRental]:
    """The machine, or those that race to be it."""
    primary, race = turn.rows.primary, turn.rows.race
    racers = racing.entrants(turn, race) if race is not None and race.state == "running" else []
    return [each for each in ([primary] if primary is not None else racers) if _of_use(turn, each.id)]


def _of_use(turn: Turn, rental_id: UUID) -> bool:
    return any(each.id == rental_id and not each.lost for each in turn.seen.live)


def _situation(turn: Turn, course: Course, known: Known, held: list[FleetRental]) -> Situation:
    wanted, now = turn.rows.wanted, turn.work.now
    aim = Aim(wanted.work_hours or 0.0, wanted.deadline or now)
    return rules.situation(known, course, aim, _way(turn, held), now)


def _way(turn: Turn, held: list[FleetRental]) -> Way:
    """A race is no machine yet: it may be lost."""
    primary, seen = turn.rows.primary, turn.seen.primary
    if primary is None or seen is None or primary not in held:
        return Way()
    return Way(
        place=seen.place if primary.spot else ON_DEMAND,
        since=primary.running_at if turn.seen.state == "running" else primary.created_at,
        ready=turn.seen.state in ("running", "hibernating"),
    )


def _decided(found: Decision, known: Known, now: datetime) -> Decided:
    situation = found.situation
    action, place, why = found.action, found.place, found.reason
    there = found.best is not None and found.best.available
    if action == "on_demand" and known.on_demand_hour is None and found.best is not None and there:
        action, place, why = "spot", found.best.name, NOTHING_ON_DEMAND
    hours = {place.name: place.price_hour for place in situation.places}
    latest = situation.left_hours - situation.work_hours - situation.overhead_hours
    return Decided(
        action=action,
        place=place,
        why=why,
        at=now,
        ask_at=now + timedelta(hours=situation.again_hours),
        latest_at=now + timedelta(hours=latest),
        overhead_hours=situation.overhead_hours,
        price_hour=hours.get(place) if place else situation.price_on_demand if action == "on_demand" else None,
        on_demand_hour=situation.price_on_demand,
        costs=rules.prices(_worths(found), situation.price_on_demand),
    )


def _worths(found: Decision) -> dict[Action, float]:
    return {option.action: option.worth for option in found.options}


async def _tell(turn: Turn, decided: Decided) -> None:
    details = decided.model_dump(mode="json", exclude={"why", "at"})
    await moves.note(turn.work, turn.instance, "decision", decided.why, **details)
