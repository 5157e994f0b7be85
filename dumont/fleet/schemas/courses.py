"""Work with a deadline as it is shown, and what may be said of it: how far it is, what it runs on and why."""

from datetime import datetime, timedelta
from decimal import Decimal

from pydantic import Field

from dumont.fleet.instances import courses
from dumont.fleet.rules.course import Decided, Outcome
from dumont.fleet.rules.recovery import Action
from dumont.fleet.rules.wanted import Wanted
from dumont.fleet.schemas.fields import Answer, Price
from dumont.fleet.tables import FleetInstance
from dumont.platform.http.bodies import RequestBody

PLACE = Field(description="Of spot: cloud and region.", examples=["vast:Sweden, SE"])


class InstanceCourse(Answer):
    """Work that must be done by a moment, by the cheapest way."""

    deadline: datetime
    work_hours: float = Field(examples=[20.0])
    done_hours: float = Field(description="While it ran; less what was lost with a machine.", examples=[7.5])
    kept_hours: float = Field(description="Of them, those in the newest snapshot.", examples=[7.4])
    counts: bool = Field(description="Whether hours are counted just now.")
    left_hours: float = Field(description="To the deadline.", examples=[30.0])
    slack_hours: float | None = Field(
        description="Of those, what neither the work nor a change of machine needs; null before the first decision.",
        examples=[17.1],
    )
    action: Action | None = Field(description="What was decided last: what to run on, or to wait.")
    place: str | None = PLACE
    why: str | None = Field(examples=["Wait for spot: of the time to the deadline 13.7 h are free for it."])
    asked_at: datetime | None
    ask_at: datetime | None = Field(description="When that is asked again at the latest.")
    latest_at: datetime | None = Field(description="When a machine on demand is asked for at the latest.")
    costs: dict[Action, Decimal] = Field(
        description="What each choice was expected to cost to the end, of those that the deadline left open.",
        examples=[{"spot": "5.54", "on_demand": "5.75", "wait": "5.57"}],
    )
    outcome: Outcome | None = Field(
        description="Why it is over: `finished` as was said, `counted` when its hours were done, `missed`."
    )
    ended_at: datetime | None


class Span(Answer):
    """Nine times in ten it lies between `low` and `high`."""

    mean: float = Field(examples=[5.3])
    low: float = Field(examples=[0.0])
    high: float = Field(examples=[18.0])


class CoursePlan(Answer):
    """What to expect of work with a deadline: from many lives that were drawn by what is known of the places."""

    start: Action
    place: str | None = PLACE
    cost: Price
    cost_low: Price = Field(description="Nine times in ten it lies between this and `cost_high`.")
    cost_high: Price
    cost_on_demand: Price = Field(description="Of never leaving on demand.")
    interruptions: Span
    finished_hours: Span = Field(description="From now on.")
    words: str = Field(examples=["Start on spot in vast:Sweden, SE. Expect to pay 6.07 (4.07 to 8.97)."])
    why: str = Field(examples=["Spot in vast:Sweden, SE: there for 2.0 h, and likely for 6.1 h more."])


class Progress(RequestBody):
    """Either, or both."""

    done_hours: float | None = Field(
        None, ge=0, le=87600, description="Of `work_hours`; counted on from now.", examples=[7.5]
    )
    finished: bool = Field(False, description="The work is done: from here on the usual idle rule holds.")


def course(row: FleetInstance, now: datetime) -> InstanceCourse | None:
    found, wanted = courses.of(row), Wanted.model_validate(row.wanted)
    if found is None or wanted.deadline is None or wanted.work_hours is None:
        return None
    done, decided = found.done(now), found.decided if found.open else None
    left = (wanted.deadline - now) / timedelta(hours=1)
    return InstanceCourse(
        deadline=wanted.deadline,
        work_hours=wanted.work_hours,
        done_hours=round(done, 4),
        kept_hours=round(min(found.kept_hours, done), 4),
        counts=found.open and found.running,
        left_hours=round(max(0.0, left), 4),
        slack_hours=_slack(decided, wanted.work_hours - done, left),
        action=decided.action if decided else None,
        place=decided.place if decided else None,
        why=decided.why if decided else None,
        asked_at=decided.at if decided else None,
        ask_at=decided.ask_at if decided else None,
        latest_at=decided.latest_at if decided else None,
        costs=dict(decided.costs) if decided else {},
        outcome=found.outcome,
        ended_at=found.ended_at,
    )


def _slack(decided: Decided | None, work: float, left: float) -> float | None:
    return None if decided is None else round(left - work - decided.overhead_hours, 4)
