"""Makes what the policy of work with a deadline is asked on: places with their past, prices, and the way so far."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from dumont.fleet.rules.availability import Change, Outlook, learned, together
from dumont.fleet.rules.course import Course
from dumont.fleet.rules.recovery import Action, Place, Running, Situation
from dumont.market.rules.effective_price import SPOT_INTERRUPTIONS_HOUR

LOSS_HOURS = 0.1
"""How long a place counts as gone after it has taken a machine away, if it is seen to have others."""
PLACES_MAX = 8
USUAL_SHARE = Decimal("0.33")
"""What spot costs of on demand, where no machine on demand is known."""
CHANGEOVER_HOURS = 10 / 60
"""From asking for a machine to going on, where nobody has learned it yet."""
LEAST_HOUR = Decimal("0.000001")


@dataclass(slots=True)
class PlaceKnown:
    """`provider:region`, as far as the market, its hours and our own losses tell."""

    name: str
    price_hour: Decimal
    available: bool
    since: datetime | None = None
    """Since when anything was on offer there that is now."""
    hours: Sequence[tuple[datetime, bool]] = ()
    losses: list[datetime] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    """Of its machines, as far as they are known: how often each was taken away, an hour, by whomever it was had."""

    @property
    def losses_hour(self) -> float:
        """That offers are there says little of whether a machine is kept: it is lost at least as often as this."""
        return SPOT_INTERRUPTIONS_HOUR + (sum(self.rates) / len(self.rates) if self.rates else 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    places: Sequence[PlaceKnown]
    on_demand_hour: Decimal | None
    """None where no machine fits."""
    changeover_hours: float | None
    save_hours: float
    """Between two snapshots."""
    again_hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What it is on now."""

    place: str | None = None
    """Or `recovery.ON_DEMAND`; None for no machine yet."""
    since: datetime | None = None
    """When it was asked for."""
    ready: bool = False


@dataclass(frozen=True, slots=True)
class Aim:
    work_hours: float
    deadline_at: datetime


def situation(known: Known, course: Course, aim: Aim, way: Way, now: datetime) -> Situation:
    done = course.done(now)
    overhead = overhead_hours(known, unsaved=done - course.kept_hours if way.ready else 0.0)
    pasts = [past_of(place, now) for place in known.places]
    outlooks = [
        _no_better(learned(past) if past else Outlook(), place.losses_hour)
        for place, past in zip(known.places, pasts, strict=True)
    ]
    all_of = together(pasts) if len(pasts) > 1 else ()
    least = min((place.losses_hour for place in known.places), default=0.0)
    return Situation(
        work_hours=max(0.0, aim.work_hours - done),
        left_hours=_hours(aim.deadline_at - now),
        overhead_hours=overhead,
        price_on_demand=on_demand_hour(known),
        places=tuple(
            _place(place, past, outlook, way, now)
            for place, past, outlook in zip(known.places, pasts, outlooks, strict=True)
        ),
        running=_running(way, overhead, now),
        again_hours=known.again_hours,
        together=_no_better(learned(all_of), least) if all_of else None,
        together_age_hours=all_of[-1].hours_ago if all_of else 0.0,
    )


def overhead_hours(known: Known, unsaved: float = 0.0) -> float:
    """The longest that a change of machine costs: until it goes on, and the work that is then done again."""
    changeover = CHANGEOVER_HOURS if known.changeover_hours is None else known.changeover_hours
    return changeover + max(known.save_hours, unsaved)


def on_demand_hour(known: Known) -> Decimal:
    if known.on_demand_hour is not None:
        return max(known.on_demand_hour, LEAST_HOUR)
    cheapest = min((place.price_hour for place in known.places), default=Decimal(1))
    return max(cheapest / USUAL_SHARE, LEAST_HOUR)


def past_of(place: PlaceKnown, now: datetime) -> tuple[Change, ...]:
    """From hour to hour, with each machine that it took away, to how it is now."""
    told = [(_hours(now - hour), sold) for hour, sold in place.hours if hour < now]
    for lost in place.losses:
        told += [(_hours(now - lost), False), (max(0.0, _hours(now - lost) - LOSS_HOURS), _up_at(place, lost))]
    if place.since is not None and not told:
        told.append((max(0.0, _hours(now - place.since)), True))
    if told and max(told, key=_oldest_first)[1] is not place.available:
        told.append((0.0, place.available))
    return tuple(_changes(sorted(told, key=_oldest_first)))


def nearest(places: Iterable[PlaceKnown], keep: str | None) -> list[PlaceKnown]:
    """Some that are there, the cheapest first, and some that may come back; the one that it is on in any case."""
    ordered = sorted(places, key=lambda each: (each.name != keep, not each.available, each.price_hour, each.name))
    return ordered[:PLACES_MAX]


def prices(options: Mapping[Action, float], hour: Decimal) -> dict[Action, Decimal]:
    """What each choice costs to the end, in dollars, out of hours of on demand."""
    return {name: (Decimal(worth) * hour).quantize(Decimal("0.01")) for name, worth in options.items()}


def _place(known: PlaceKnown, past: Sequence[Change], outlook: Outlook, way: Way, now: datetime) -> Place:
    on_it = way.place == known.name
    up = known.available or on_it
    age = past[-1].hours_ago if past and past[-1].up is up else 0.0
    if on_it and way.since is not None:
        age = max(age, _hours(now - way.since))
    return Place(known.name, max(known.price_hour, LEAST_HOUR), up, age, outlook)


def _no_better(outlook: Outlook, losses_hour: float) -> Outlook:
    return Outlook(tuple(max(rate, losses_hour) for rate in outlook.losses), outlook.returns)


def _running(way: Way, overhead: float, now: datetime) -> Running | None:
    """What takes longer than the longest that was known is as good as nothing."""
    if way.place is None or way.since is None:
        return None
    if way.ready:
        return Running(way.place)
    warming = overhead - _hours(now - way.since)
    return Running(way.place, warming) if warming > 0 else None


def _up_at(place: PlaceKnown, moment: datetime) -> bool:
    before = [sold for hour, sold in place.hours if hour <= moment]
    return before[-1] if before else True


def _changes(told: Sequence[tuple[float, bool]]) -> Iterable[Change]:
    before = None
    for hours_ago, up in told:
        if up is not before:
            yield Change(hours_ago, up)
        before = up


def _oldest_first(one: tuple[float, bool]) -> tuple[float, bool]:
    return -one[0], one[1]


def _hours(span: timedelta) -> float:
    return span.total_seconds() / 3600
