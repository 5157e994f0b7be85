"""What each choice of work with a deadline costs to the end, for every hour left: solved backward from the deadline.

The work runs on an interruptible machine, on demand, or waits. Each step costs time, and all but waiting cost money;
a change of machine costs a changeover, in which nothing is done. The place comes and goes by its `Outlook`. Of the two
things that shrink, time left and slack, a table is made; what the choices cost from each of its cells to the end
follows from the cells of one step later.

Slack is time left that the work does not need. One changeover of it is never spent, but to go on demand: what is left
of it beyond is `free`, and that alone is the table's. Costs are in hours of on demand, so a plan knows no currency.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dumont.fleet.rules.availability import CLASSES, Outlook, drift

Floats = npt.NDArray[np.floating[Any]]
Table = npt.NDArray[np.float32]
STEPS = 160
"""From now to the deadline."""
NEVER = 1e6
PATIENCE = 0.002
"""What an hour of waiting costs, so that of two ways that cost the same the sooner one is taken."""
DOWN = CLASSES
"""The phase of a place that was lost just now."""


@dataclass(frozen=True, slots=True)
class Terms:
    left_hours: float
    """To the deadline."""
    free_hours: float
    """Of them, those that neither the work nor one changeover needs."""
    overhead_hours: float
    """The longest that a changeover takes: boot, restore, and the work since the last snapshot."""
    share: float
    """What the interruptible machine's hour costs, of on demand's."""
    hops: float = 0.0
    """Changes of place an hour, while there is always another to go to."""


@dataclass(frozen=True, eq=False, slots=True)
class Plan:
    """Of going on as one is, by steps to the deadline, phase and steps of free slack."""

    terms: Terms
    outlook: Outlook
    step_hours: float
    spot: Table
    on_demand: Table
    wait: Table

    def covers(self, terms: Terms) -> bool:
        """Time runs out, and so does slack: a plan holds to the end, unless the prices or the changeovers change."""
        mine = self.terms
        return (
            terms.left_hours <= mine.left_hours + 1e-6
            and terms.free_hours <= mine.free_hours + 1e-6
            and terms.overhead_hours == mine.overhead_hours
            and abs(terms.share - mine.share) <= 0.01 * mine.share
        )

    def on_spot(self, left: float, free: float, phase: int) -> float:
        return self._of(self.spot, left, free, phase)

    def on_demand_from(self, left: float, free: float, phase: int) -> float:
        """With less than no free slack there is no way back, and all of the work is paid in full."""
        if free < 0:
            return max(0.0, left - free - self.terms.overhead_hours)
        return self._of(self.on_demand, left, free, phase)

    def waiting(self, left: float, free: float, phase: int) -> float:
        return self._of(self.wait, left, free, phase)

    def _of(self, table: Table, left: float, free: float, phase: int) -> float:
        steps, _, slacks = table.shape
        down = min(max(left / self.step_hours, 0.0), steps - 1.001)
        across = min(max(free / self.step_hours, 0.0), slacks - 1.001)
        row, column = int(down), int(across)
        down, across = down - row, across - column
        (a, b), (c, d) = table[row : row + 2, phase, column : column + 2].tolist()
        return float((1 - down) * ((1 - across) * a + across * b) + down * ((1 - across) * c + across * d))

    def of_many(self, table: Table, left: Floats, free: Floats, phases: npt.NDArray[np.integer[Any]]) -> Floats:
        """Of one of the tables, in many situations at once."""
        steps, _, slacks = table.shape
        down = np.clip(left / self.step_hours, 0.0, steps - 1.001)
        across = np.clip(free / self.step_hours, 0.0, slacks - 1.001)
        row, column = down.astype(int), across.astype(int)
        down, across = down - row, across - column
        above = (1 - across) * table[row, phases, column] + across * table[row, phases, column + 1]
        below = (1 - across) * table[row + 1, phases, column] + across * table[row + 1, phases, column + 1]
        return np.asarray((1 - down) * above + down * below)


def solve(outlook: Outlook, terms: Terms) -> Plan:
    step = max(terms.left_hours, 1e-3) / STEPS
    slacks = int(max(0.0, terms.free_hours) / step) + 2
    tables = _Tables(outlook, terms, step, slacks)
    later: list[Floats] = [np.zeros((rows, slacks)) for rows in (CLASSES, 2 * CLASSES, 2 * CLASSES)]
    for row in range(1, STEPS + 2):
        later = tables.fill(row, *later)
    return Plan(
        terms,
        outlook,
        step,
        *[table.astype(np.float32) for table in (tables.spot, tables.demand, tables.wait)],
    )


def hops(outlooks: list[Outlook], any_of_them: Outlook) -> float:
    """How often the best place is lost while another is there, an hour."""
    if len(outlooks) < 2:
        return 0.0
    lasting = max(outlook.life_hours(1.0) for outlook in outlooks)
    return max(0.0, 1 / lasting - 1 / any_of_them.life_hours(1.0))


class _Tables:
    """A row is filled from the one before it; a changeover looks further back.

    That a machine may be lost within its changeover is left out: with it the policy is no better on real traces.
    """

    def __init__(self, outlook: Outlook, terms: Terms, step: float, slacks: int) -> None:
        self.terms, self.step = terms, step
        self.free = np.arange(slacks) * step
        self.short = self.free < terms.overhead_hours - 1e-9
        self.moves, self.lasting = drift(outlook, step)
        self.spot = np.zeros((STEPS + 2, CLASSES, slacks))
        self.demand, self.wait = np.zeros((2, STEPS + 2, 2 * CLASSES, slacks))
        behind = terms.overhead_hours / step
        whole = min(int(behind + 1e-9), STEPS + 2)
        parts = ((whole, 1 - max(0.0, behind - whole)), (whole + 1, max(0.0, behind - whole)))
        self.behind = tuple((back, part) for back, part in parts if part > 0)

    def fill(self, row: int, spot: Floats, demand: Floats, idle: Floats) -> list[Floats]:
        """Given the least costs one step later, by what runs then; returns those of this row."""
        share, overhead = self.terms.share, self.terms.overhead_hours
        work = row * self.step - self.free - overhead
        paid = np.clip(work, 0, self.step)
        lost = 1 - self.lasting.sum(1, keepdims=True)
        self.spot[row] = share * paid + self.lasting @ self._hopped(spot) + lost * idle[DOWN]
        self.demand[row] = paid + self.moves @ demand
        _finish(work, self.spot[row], self.demand[row])
        to_spot = share * overhead + self._after_changeover(self.spot, row)
        to_demand = overhead + self._after_changeover(self.demand, row)
        to_spot[:, self.short] = NEVER
        self.wait[row, :, 1:] = PATIENCE * self.step + (self.moves @ idle)[:, :-1]
        self.wait[row, :, 0] = to_demand[:, 0]
        _finish(work, self.wait[row], to_spot, to_demand)
        best_idle, best_demand = np.minimum(self.wait[row], to_demand), np.minimum(self.wait[row], self.demand[row])
        for best in (best_idle, best_demand):
            best[:CLASSES] = np.minimum(best[:CLASSES], to_spot)
        best_spot = np.minimum(np.minimum(self.spot[row], to_demand[:CLASSES]), self.wait[row, :CLASSES])
        return [best_spot, best_demand, best_idle]

    def _hopped(self, spot: Floats) -> Floats:
        """Each change from place to place takes its changeover from the slack."""
        part = min(1.0, self.terms.hops * self.terms.overhead_hours)
        if not part:
            return spot
        return (1 - part) * spot + part * np.concatenate([spot[:, :1], spot[:, :-1]], axis=1)

    def _after_changeover(self, table: Floats, row: int) -> Floats:
        """It takes as much from the time left as from the slack."""
        return np.asarray(sum(part * self._back(table, row, back) for back, part in self.behind))

    def _back(self, table: Floats, row: int, back: int) -> Floats:
        """Where the slack is too short, the work that it is short by is paid on demand on top."""
        if back == 0 or back > row:
            return table[row] if back == 0 else np.zeros(table.shape[1:])
        there, then = min(back, table.shape[2]), table[row - back]
        found = np.empty(table.shape[1:])
        found[:, :there] = then[:, :1] + (back * self.step - self.free[:there])
        found[:, there:] = then[:, : table.shape[2] - there]
        return found


def _finish(work: Floats, *tables: Floats) -> None:
    """Nothing is paid once the work is done."""
    if work[-1] <= 1e-9:
        for table in tables:
            table[:, work <= 1e-9] = 0
