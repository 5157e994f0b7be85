"""Where work with a deadline goes on now: on an interruptible machine, on demand, or nowhere for a while.

Asked again at every step, and whenever a place comes or goes; all that it remembers is the plan, which it is given and
gives back. The choice is the one that costs least to the end by the plan (`recovery_plan.py`). But none is open that
might cost the deadline: work waits, or goes to a machine that may be lost, only while it could still, at the next
asking, change to on demand and be ready in time. That holds whatever the places do and however wrong the plan is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, NamedTuple

from dumont.fleet.rules.availability import Outlook, phase
from dumont.fleet.rules.recovery_plan import Plan, Terms, hops, solve

Action = Literal["spot", "on_demand", "wait"]
ON_DEMAND = "on demand"
LEAST_SHARE = 0.001
"""Spot that is as good as free is planned as nearly so."""
WORTH_A_MOVE_HOURS = 0.001
"""By how much, in hours of on demand, another choice has to be better than to go on."""
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Place:
    """A zone, region or provider where interruptible machines are sold. What is not known is not available."""

    name: str
    price_hour: Decimal
    available: bool
    age_hours: float = 0.0
    """For how long it has been, or has not been."""
    outlook: Outlook = field(default_factory=Outlook)


@dataclass(frozen=True, slots=True)
class Running:
    """What the work runs on, or prepares to run on."""

    place: str
    """Or `ON_DEMAND`."""
    warming_hours: float = 0.0
    """How much of its changeover is still ahead."""


@dataclass(frozen=True, slots=True)
class Situation:
    work_hours: float
    left_hours: float
    """To the deadline."""
    overhead_hours: float
    """The longest that a changeover takes: boot, restore, and the work since the last snapshot."""
    price_on_demand: Decimal
    places: tuple[Place, ...]
    running: Running | None = None
    again_hours: float = 0.1
    """When this is asked again at the latest."""
    together: Outlook | None = None
    """Of having any of the places at all, where there are several: learned from their pasts together.

    Without it the first place's outlook stands for all.
    """
    together_age_hours: float = 0.0

    @property
    def free_hours(self) -> float:
        """What may still be lost: less than nothing means that only going on can meet the deadline."""
        return self.left_hours - self.work_hours - self.overhead_hours


class Option(NamedTuple):
    action: Action
    place: Place | None
    worth: float
    """Hours of on demand that it costs to the end."""


@dataclass(frozen=True, slots=True)
class Decision:
    action: Action
    place: str | None
    """Where, for spot."""
    chosen: Option
    options: tuple[Option, ...]
    """All that the deadline leaves open, this one among them."""
    plan: Plan
    situation: Situation
    best: Place | None
    """Of the places, whether it is there or not."""

    @property
    def phase(self) -> int:
        return _phase(self.situation, self.best)

    @property
    def expected_cost(self) -> Decimal:
        return in_money(self.chosen.worth, self.situation)

    @property
    def reason(self) -> str:
        return " ".join(_said(self))


def in_money(worth: float, situation: Situation) -> Decimal:
    """Of what is counted in hours on demand."""
    return (Decimal(worth) * situation.price_on_demand).quantize(Decimal("0.01"))


def decide(situation: Situation, plan: Plan | None = None) -> Decision:
    """A plan that does not cover the situation is made anew; handing back the one of the last decision saves that."""
    best = _best_place(situation)
    if plan is None or not plan.covers(_terms(situation)):
        plan = plan_for(situation)
    options = tuple(_open(situation, best, plan))
    chosen = min(options, key=lambda option: option.worth - WORTH_A_MOVE_HOURS * _goes_on(option, situation))
    name = chosen.place.name if chosen.place else None
    return Decision(chosen.action, name, chosen, options, plan, situation, best)


def plan_for(situation: Situation) -> Plan:
    """To plan anew by what has been seen since; once in some hours is enough."""
    lone = situation.places[0].outlook if situation.places else Outlook()
    return solve(situation.together or lone, _terms(situation))


def _terms(situation: Situation) -> Terms:
    """At the price of the place that would be taken now. At the least of all prices it would look cheaper to wait for
    that one than to go where there is something, at each asking anew."""
    outlooks = [place.outlook for place in situation.places]
    best = _best_place(situation)
    return Terms(
        left_hours=situation.left_hours,
        free_hours=situation.free_hours,
        overhead_hours=situation.overhead_hours,
        share=1.0 if best is None else _share(best, situation),
        hops=hops(outlooks, situation.together) if situation.together else 0.0,
    )


def _best_place(situation: Situation) -> Place | None:
    """The cheapest by the hour of work, changeovers counted, of those that are there and keep the deadline."""
    there = [place for place in situation.places if place.available]
    in_time = [place for place in there if _keeps_the_deadline(place, situation)]
    return min(in_time or there or situation.places, key=lambda place: _hour_of_work(place, situation), default=None)


def _hour_of_work(place: Place, situation: Situation) -> float:
    """In hours of on demand. An hour lost to a changeover costs about one: it is paid for, and gone from the slack."""
    if len(situation.places) == 1:
        return 0.0
    changeovers = _warming(place.name, situation) + situation.overhead_hours
    return _share(place, situation) + changeovers / _lasts(place, situation)


def _lasts(place: Place, situation: Situation) -> float:
    age = place.age_hours if place.available else 0.0
    return max(place.outlook.life_hours(age, situation.work_hours), 1e-3)


def _open(situation: Situation, best: Place | None, plan: Plan) -> Iterator[Option]:
    """What cannot cost the deadline; when it is late, what ends soonest."""
    left, free, warming = situation.left_hours, situation.free_hours, _warming(ON_DEMAND, situation)
    at = _phase(situation, best)
    on_demand = Option("on_demand", None, warming + plan.on_demand_from(left - warming, free - warming, at))
    if best is None or not _late_on(best, situation):
        yield on_demand
    if best is not None and best.available and _keeps_the_deadline(best, situation):
        yield Option("spot", best, _worth_of(best, situation, plan))
    if free - situation.again_hours >= -ROUNDING:
        yield Option("wait", None, plan.waiting(left, free, at))


def _worth_of(place: Place, situation: Situation, plan: Plan) -> float:
    """By the plan, and what this place costs more than the one that was planned for, while it lasts."""
    warming = _warming(place.name, situation)
    left, free = situation.left_hours - warming, situation.free_hours - warming
    planned = warming * plan.terms.share + plan.on_spot(left, free, _phase(situation, place))
    dearer = _share(place, situation) - plan.terms.share
    return planned + (dearer * _lasts(place, situation) if dearer > ROUNDING else 0.0)


def _keeps_the_deadline(place: Place, situation: Situation) -> bool:
    """Lost before the next asking, the machine must leave time to change to on demand."""
    warming = _warming(place.name, situation)
    return situation.free_hours - min(situation.again_hours, warming) >= -ROUNDING or _late_on(place, situation)


def _late_on(place: Place, situation: Situation) -> bool:
    """Where the time to change to on demand is gone already, to go on is the one chance left."""
    sooner = _warming(place.name, situation) < _warming(ON_DEMAND, situation)
    return place.available and situation.free_hours < -ROUNDING and sooner


def _warming(name: str, situation: Situation) -> float:
    running = situation.running
    return running.warming_hours if running and running.place == name else situation.overhead_hours


def _phase(situation: Situation, best: Place | None) -> int:
    if best is None:
        return phase(False, 0.0)
    return phase(best.available, situation.together_age_hours if situation.together else best.age_hours)


def _share(place: Place, situation: Situation) -> float:
    return max(LEAST_SHARE, float(place.price_hour / situation.price_on_demand))


def _goes_on(option: Option, situation: Situation) -> bool:
    goes_to = option.place.name if option.place else ON_DEMAND
    return option.action != "wait" and situation.running is not None and situation.running.place == goes_to


def _said(decision: Decision) -> Iterator[str]:
    situation, chosen = decision.situation, decision.chosen
    free = situation.free_hours
    if chosen.place is not None:
        age = chosen.place.age_hours
        lasts = chosen.place.outlook.life_hours(age)
        yield f"Spot in {chosen.place.name}: there for {_hours(age)}, and likely for {_hours(lasts)} more."
    elif chosen.action == "wait":
        yield f"Wait for spot: of the time to the deadline {_hours(free)} are free for it."
    elif len(decision.options) == 1:
        work = _hours(situation.work_hours)
        yield f"On demand: with {work} of work ahead the deadline leaves no time to wait or to be interrupted."
    else:
        yield f"On demand: the {_hours(free)} that are free are worth more later than now."
    yield f"Expected to the end: {decision.expected_cost}{_compared(decision.options, chosen, situation)}."


def _compared(options: Sequence[Option], chosen: Option, situation: Situation) -> str:
    named = {"spot": "on spot now", "on_demand": "on demand now", "wait": "waiting"}
    others = [
        f"{in_money(option.worth, situation)} {named[option.action]}" for option in options if option is not chosen
    ]
    return f" (against {' and '.join(others)})" if others else ""


def _hours(hours: float) -> str:
    return f"{hours * 60:.0f} min" if hours < 1 else f"{hours:.1f} h"
