"""What to expect of a launch before it is made: spot or on demand, its cost, interruptions and time, with their ranges.

Many lives of the work are drawn from the outlook and lived by the plan. How a place was is not quite how it will be, so
the rates of losses and returns are drawn as well, once for some lives together. All draws come from a seed that is
handed in: the same question has the same answer.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from dumont.fleet.rules.availability import CLASSES, Outlook, drift
from dumont.fleet.rules.recovery import ON_DEMAND, WORTH_A_MOVE_HOURS, Action, Decision, Situation, decide, in_money
from dumont.fleet.rules.recovery_plan import Table

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.integer[Any]]
Bools = npt.NDArray[np.bool_]
WORLDS, LIVES = 40, 400
"""Lives of one world have the same rates."""
SPREAD = 0.9
"""Standard deviation of a rate's logarithm; with it nine in ten of earlier jobs on traces lay in the range."""
STEPS_MAX = 800
OUTSIDE = 0.05
"""Of the lives, on either side of a range."""
SPOT, DEMAND, IDLE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Range:
    """Nine lives in ten lie between `low` and `high`."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Expected:
    start: Action
    place: str | None
    cost: Decimal
    cost_low: Decimal
    cost_high: Decimal
    cost_on_demand: Decimal
    """Of never leaving on demand."""
    interruptions: Range
    finished_hours: Range
    on_demand_share: float
    """Of the hours that are paid."""
    why: str

    @property
    def words(self) -> str:
        where = f"spot in {self.place}" if self.start == "spot" else self.start.replace("_", " ")
        began = "Wait for spot at first" if self.start == "wait" else f"Start on {where}"
        return (
            f"{began}. Expect to pay {self.cost} ({self.cost_low} to {self.cost_high}) instead of "
            f"{self.cost_on_demand} on demand, with {_many(self.interruptions)}, ready after "
            f"{self.finished_hours.mean:.1f} h ({self.finished_hours.low:.1f} to {self.finished_hours.high:.1f})."
        )


def expected(situation: Situation, seed: int = 0) -> Expected:
    decision = decide(situation)
    lives = _Lives(decision, seed)
    while lives.live():
        pass
    low, high = np.quantile(lives.paid, (OUTSIDE, 1 - OUTSIDE))
    on_demand = situation.work_hours + (0.0 if situation.running else situation.overhead_hours)
    hours = lives.hours.sum(1)
    return Expected(
        start=decision.action,
        place=decision.place,
        cost=in_money(float(lives.paid.mean()), situation),
        cost_low=in_money(float(low), situation),
        cost_high=in_money(float(high), situation),
        cost_on_demand=in_money(on_demand, situation),
        interruptions=_range(lives.lost),
        finished_hours=_range(lives.finished),
        on_demand_share=float(hours[DEMAND] / max(1e-9, hours.sum())),
        why=decision.reason,
    )


class _Lives:
    """All of them side by side, from now to the deadline, in steps as short as those in which it will be asked."""

    def __init__(self, decision: Decision, seed: int) -> None:
        situation, plan = decision.situation, decision.plan
        self.plan, self.draw = plan, np.random.default_rng(seed)
        self.step = max(min(plan.step_hours, situation.again_hours), situation.left_hours / STEPS_MAX)
        factors = np.exp(SPREAD * self.draw.standard_normal((WORLDS, 2)))
        self.moves = np.stack([_moves(plan.outlook, self.step, *factor) for factor in factors.tolist()])
        self.world = np.arange(LIVES) % WORLDS
        self.whole = situation.left_hours
        self.left = np.full(LIVES, situation.left_hours)
        self.work = np.full(LIVES, situation.work_hours)
        self.warming = np.full(LIVES, situation.running.warming_hours if situation.running else 0.0)
        self.on = np.full(LIVES, _running(decision))
        self.phase = np.full(LIVES, decision.phase)
        self.paid, self.lost, self.hours = np.zeros(LIVES), np.zeros(LIVES), np.zeros((2, LIVES))
        self.finished = np.where(self.work > 0, np.nan, 0.0)

    def live(self) -> bool:
        """One step of those whose work is not done; whether there are any left."""
        going = np.isnan(self.finished)
        self._choose(going)
        self._run(going)
        self._pass(going)
        return bool(np.isnan(self.finished).any())

    def _choose(self, going: Bools) -> None:
        overhead = self.plan.terms.overhead_hours
        free = self.left - self.work - overhead
        spot, demand = (np.where(self.on == which, self.warming, overhead) for which in (SPOT, DEMAND))
        open_to_spot = (self.phase < CLASSES) & (free - np.minimum(self.step, spot) >= -1e-9)
        costs = np.stack(
            [self._on_spot(spot, free), self._on_demand(demand, free), self._of(self.plan.wait, 0.0, free)]
        )
        costs[SPOT][~open_to_spot] = np.inf
        costs[IDLE][free - self.step < -1e-9] = np.inf
        costs[self.on, np.arange(LIVES)] -= WORTH_A_MOVE_HOURS * (self.on != IDLE)
        chosen = np.where(going, np.argmin(costs, axis=0), IDLE)
        self.warming = np.where(chosen == IDLE, 0.0, np.where(chosen == SPOT, spot, demand))
        self.on = chosen

    def _on_spot(self, warming: Floats, free: Floats) -> Floats:
        classes = np.minimum(self.phase, CLASSES - 1)
        return self.plan.terms.share * warming + self._of(self.plan.spot, warming, free, classes)

    def _on_demand(self, warming: Floats, free: Floats) -> Floats:
        to_the_end = warming + self.work
        return np.where(free < warming, to_the_end, warming + self._of(self.plan.on_demand, warming, free))

    def _of(self, table: Table, later: Floats | float, free: Floats, phase: Ints | None = None) -> Floats:
        return self.plan.of_many(table, self.left - later, free - later, self.phase if phase is None else phase)

    def _run(self, going: Bools) -> None:
        runs = going & (self.on != IDLE)
        used = np.where(runs, np.minimum(self.step, self.warming + self.work), 0.0)
        self.paid += used * np.where(self.on == SPOT, self.plan.terms.share, 1.0)
        self.hours += used * (self.on == np.array([[SPOT], [DEMAND]]))
        warmed = np.minimum(self.warming, used)
        self.warming = self.warming - warmed
        self.work = np.maximum(0.0, self.work - (used - warmed))
        done = runs & (self.work <= 1e-9)
        self.finished = np.where(done, self.whole - self.left + used, self.finished)

    def _pass(self, going: Bools) -> None:
        """Whatever is lost within a step is found lost at its end."""
        self.left = self.left - self.step
        on_spot = going & (self.on == SPOT) & np.isnan(self.finished)
        chances = self.moves[self.world, on_spot.astype(int), self.phase]
        self.phase = np.minimum((self.draw.random((LIVES, 1)) > chances).sum(1), 2 * CLASSES - 1)
        lost = on_spot & (self.phase >= CLASSES)
        hopped = on_spot & ~lost & (self.draw.random(LIVES) < self.plan.terms.hops * self.step)
        self.lost += lost | hopped
        self.warming = np.where(hopped, self.plan.terms.overhead_hours, self.warming)
        self.on = np.where(lost, IDLE, self.on)


def _moves(outlook: Outlook, hours: float, losses: float, returns: float) -> Floats:
    """From phase to phase, cumulated; once for a place that is watched, once for a machine that is kept there."""
    so = Outlook(tuple(rate * losses for rate in outlook.losses), tuple(rate * returns for rate in outlook.returns))
    watched, lasting = drift(so, hours)
    kept = watched.copy()
    kept[:CLASSES] = 0
    kept[:CLASSES, :CLASSES] = lasting
    kept[:CLASSES, CLASSES] = 1 - lasting.sum(1)
    return np.cumsum(np.stack([watched, kept]), axis=2)


def _running(decision: Decision) -> int:
    running = decision.situation.running
    if running is None:
        return IDLE
    if running.place == ON_DEMAND:
        return DEMAND
    best = decision.best
    return SPOT if best and best.name == running.place and best.available else IDLE


def _range(values: Floats) -> Range:
    low, high = np.quantile(values, (OUTSIDE, 1 - OUTSIDE))
    return Range(float(values.mean()), float(low), float(high))


def _many(interruptions: Range) -> str:
    if interruptions.high == 0:
        return "no interruption"
    return f"{interruptions.mean:.1f} interruptions ({interruptions.low:.0f} to {interruptions.high:.0f})"
