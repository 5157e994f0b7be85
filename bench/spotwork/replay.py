"""Replays one job on one or more traces under a policy, and counts what it cost.

At each tick the policy sees which places are up, and chooses; what it chose runs for the tick. A machine that is newly
taken first spends the changeover, and a place that goes down takes its machine, and a changeover begun, with it. What
is not used of the last tick is not paid.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.spotwork.traces import Trace

WAIT, ON_DEMAND = -2, -1
"""Choices; from 0 on they are places."""
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Job:
    work_hours: float
    deadline_hours: float
    overhead_hours: float
    share: float = 0.33
    """What spot costs, of on demand."""

    @property
    def name(self) -> str:
        return f"{self.work_hours:.0f} h in {self.deadline_hours:.0f} h, {self.overhead_hours * 60:.0f} min"


@dataclass(slots=True)
class View:
    """What a policy may know. It is one object for the whole replay, changed from tick to tick."""

    traces: Sequence[Trace]
    job: Job
    start: int
    tick: int
    tick_hours: float
    work: float
    left: float
    on: int = WAIT
    warming: float = 0.0

    @property
    def now(self) -> int:
        return self.start + self.tick

    def up(self, place: int) -> bool:
        return bool(self.traces[place].up[self.now])


@dataclass(frozen=True, slots=True)
class Outcome:
    cost: float
    """Against all on demand."""
    finished_hours: float
    changeovers: int
    losses: int
    met: bool


Policy = Callable[[View], int]


def replay(traces: Sequence[Trace], start: int, job: Job, policy: Policy) -> Outcome:
    tick_hours = traces[0].tick_hours
    view = View(traces, job, start, 0, tick_hours, job.work_hours, job.deadline_hours)
    cost, changeovers, losses, last = 0.0, 0, 0, len(traces[0].up) - start
    while view.work > ROUNDING and view.tick < last:
        if view.on >= 0 and not view.up(view.on):
            view.on, view.warming = WAIT, 0.0
            losses += 1
        changeovers += _take(view, policy(view))
        if view.on == WAIT:
            _pass(view)
            continue
        used = min(tick_hours, view.warming + view.work)
        cost += used * (1.0 if view.on == ON_DEMAND else job.share)
        finished = view.tick * tick_hours + used
        _run(view)
        if view.work <= ROUNDING:
            met = finished <= job.deadline_hours + 1e-6
            return Outcome(cost / job.work_hours, finished, changeovers, losses, met)
    return Outcome(cost / job.work_hours, float("inf"), changeovers, losses, False)


def _take(view: View, choice: int) -> bool:
    """Whether that begins a changeover."""
    if choice >= 0 and not view.up(choice):
        raise ValueError(f"place {choice} is down at tick {view.now}")
    changed = choice not in (view.on, WAIT)
    if changed:
        view.warming = view.job.overhead_hours
    view.on = choice
    return changed


def _run(view: View) -> None:
    warmed = min(view.warming, view.tick_hours)
    view.warming -= warmed
    view.work = max(0.0, view.work - (view.tick_hours - warmed))
    _pass(view)


def _pass(view: View) -> None:
    view.tick += 1
    view.left = view.job.deadline_hours - view.tick * view.tick_hours
