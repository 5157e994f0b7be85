"""The product's policy (`dumont/fleet/rules/recovery.py`), asked at every tick of a replay."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal

import numpy as np

from bench.spotwork.replay import ON_DEMAND, WAIT, View
from bench.spotwork.traces import Trace
from dumont.fleet.rules import availability, recovery
from dumont.fleet.rules.availability import Change, Outlook
from dumont.fleet.rules.recovery import Place, Running, Situation
from dumont.fleet.rules.recovery_plan import Plan, Terms, hops, solve

LEARNED_EVERY_HOURS = 12.0
HOUR_ON_DEMAND = Decimal(1)
Learned = tuple[list[Outlook], Outlook | None]


@dataclass
class Ours:
    """Learns from what it has seen before each multiple of some hours; one of these serves all jobs on the same traces.

    It has looked since the trace began, or, with `looks_first` false, only since its job did.
    """

    looks_first: bool = True
    learn: Callable[[list[Change]], Outlook] = availability.learned
    every_hours: float = LEARNED_EVERY_HOURS
    plans: dict[tuple[object, ...], tuple[Learned, Plan]] = field(default_factory=dict)
    together: Trace | None = None

    def __call__(self, view: View) -> int:
        (outlooks, together), plan = self._planned(view)
        share = Decimal(str(view.job.share))
        places = tuple(
            Place(str(number), share, view.up(number), self._age(view, number), outlook)
            for number, outlook in enumerate(outlooks)
        )
        situation = Situation(
            work_hours=view.work,
            left_hours=view.left,
            overhead_hours=view.job.overhead_hours,
            price_on_demand=HOUR_ON_DEMAND,
            places=places,
            running=_running(view),
            again_hours=view.tick_hours,
            together=together,
            together_age_hours=self._age_together(view) if together else 0.0,
        )
        decision = recovery.decide(situation, plan)
        if decision.plan is not plan:
            raise AssertionError("the plan does not cover its own job")
        if decision.action == "spot":
            return int(decision.place or 0)
        return ON_DEMAND if decision.action == "on_demand" else WAIT

    def _planned(self, view: View) -> tuple[Learned, Plan]:
        every = max(1, round(self.every_hours / view.tick_hours))
        at = view.now // every * every
        since = 0 if self.looks_first else view.start
        key = (at, since, view.job)
        if key not in self.plans:
            learned = self._learned(view, max(at, since), since)
            self.plans[key] = learned, solve(learned[1] or learned[0][0], _terms(view, learned))
        return self.plans[key]

    def _learned(self, view: View, at: int, since: int) -> Learned:
        pasts = [trace.past(at, since) for trace in view.traces]
        together = self.learn(list(availability.together(pasts))) if len(pasts) > 1 else None
        return [self.learn(past) for past in pasts], together

    def _age(self, view: View, place: int) -> float:
        age = view.traces[place].ages[view.now]
        return age if self.looks_first else min(age, view.tick * view.tick_hours)

    def _age_together(self, view: View) -> float:
        """For how long there has been some place, or none."""
        if self.together is None:
            some = np.any([trace.up for trace in view.traces], axis=0)
            self.together = replace(view.traces[0], zone="any", up=some)
        return self.together.ages[view.now]


def _running(view: View) -> Running | None:
    if view.on == WAIT:
        return None
    return Running(recovery.ON_DEMAND if view.on == ON_DEMAND else str(view.on), view.warming)


def _terms(view: View, learned: Learned) -> Terms:
    job, (outlooks, together) = view.job, learned
    free = job.deadline_hours - job.work_hours - job.overhead_hours
    rate = hops(outlooks, together) if together else 0.0
    return Terms(job.deadline_hours, free, job.overhead_hours, job.share, rate)
