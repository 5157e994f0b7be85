"""How far work with a deadline is: hours done, hours that the newest snapshot holds, and what was decided last.

Hours count while the instance is `running`. A snapshot holds those up to when it was begun; with a machine that is lost
all hours beyond are lost, too. Whoever runs the work may say how far it is, which counts from then on.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from dumont.fleet.rules.recovery import Action
from dumont.fleet.rules.states import State

Outcome = Literal["finished", "counted", "missed"]
"""Its owner said so; the hours that were asked for are done; the deadline came first."""
Machines = Literal["spot", "on_demand"]
ROUNDING_HOURS = 1e-6
REFUSED = timedelta(minutes=15)
"""A place in which no machine came up is taken to be without any for so long."""
TAKEN_AWAY: frozenset[State] = frozenset({"interrupted", "failing_over"})


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Decided(_Part):
    """What to do until `ask_at`, and why. Money as it was expected then, to the end."""

    action: Action
    place: str | None = None
    why: str
    at: datetime
    ask_at: datetime
    latest_at: datetime
    """When a machine on demand must be asked for at the latest."""
    overhead_hours: float
    price_hour: Decimal | None = None
    """Of an hour in that place."""
    on_demand_hour: Decimal
    costs: Mapping[Action, Decimal] = {}
    """By choice, for all that the deadline left open."""


class Course(_Part):
    done_hours: float = 0.0
    counted_at: datetime | None = None
    """Up to when hours are in `done_hours`; those since then count if it is `running`."""
    running: bool = False
    kept_hours: float = 0.0
    """Of the hours done, those that are in the newest snapshot."""
    told: float | None = None
    """Of 1: how far the work itself has said that it is, last."""
    decided: Decided | None = None
    races_for: Machines | None = None
    """What the race that is on, or was the last, was begun for."""
    refused: Mapping[str, datetime] = {}
    """Places in which no machine came up, and when."""
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    spot_before: bool = True
    """Whether its owner had it on spot before it had a deadline: so it is again, once that is taken back."""

    @property
    def open(self) -> bool:
        return self.ended_at is None

    @property
    def wants(self) -> tuple[Machines | None, str | None]:
        """What its next race is restricted to: a kind of machine, and a place."""
        found = self.decided
        if found is None or found.action == "wait":
            return None, None
        return found.action, found.place

    def races(self) -> "Course":
        """A race is begun for what was decided."""
        return self._with(races_for=self.wants[0])

    def done(self, now: datetime) -> float:
        since = self.counted_at if self.running else None
        return self.done_hours + (0.0 if since is None else max(0.0, _hours(now - since)))

    def moved(self, to: State, now: datetime) -> "Course":
        """The instance comes into a state; from a machine that is lost nothing comes back but what was saved."""
        done = self.done(now)
        if to == "running":
            return self._with(done_hours=done, counted_at=now, running=True, races_for=None)
        if to in TAKEN_AWAY:
            done = min(done, self.kept_hours)
            return self._with(done_hours=done, counted_at=now, running=False, decided=None)
        return self._with(done_hours=done, counted_at=now, running=False)

    def saved(self, at: datetime) -> "Course":
        """A snapshot that was begun then is complete."""
        beyond = 0.0 if self.counted_at is None else _hours(at - self.counted_at)
        return self._with(kept_hours=max(0.0, self.done_hours + (beyond if self.running else min(0.0, beyond))))

    def reported(self, hours: float, now: datetime) -> "Course":
        """What was saved before is not more than what is done, by whoever knows it."""
        return self._with(done_hours=hours, counted_at=now, kept_hours=min(self.kept_hours, hours))

    def says(self, share: float, work_hours: float, now: datetime) -> "Course":
        """The work itself: what it says counts, as it says it again and again."""
        return self._with(told=share).reported(share * work_hours, now)

    def decides(self, decided: Decided) -> "Course":
        refused = {place: at for place, at in self.refused.items() if decided.at - at < REFUSED}
        return self._with(decided=decided, refused=refused)

    def refuses(self, place: str | None, now: datetime) -> "Course":
        """No machine came up there: it is to be decided anew."""
        refused = self.refused if place is None else {**self.refused, place: now}
        return self._with(refused=refused, decided=None, races_for=None)

    def ends(self, outcome: Outcome, now: datetime) -> "Course":
        return self._with(ended_at=now, outcome=outcome, done_hours=self.done(now), counted_at=now, running=False)

    def opened_again(self, now: datetime, *, running: bool) -> "Course":
        """With another deadline, or more work."""
        return self._with(ended_at=None, outcome=None, decided=None, counted_at=now, running=running)

    def _with(self, **changes: object) -> "Course":
        return self.model_copy(update=changes)


def _hours(span: timedelta) -> float:
    return span.total_seconds() / 3600
