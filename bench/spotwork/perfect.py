"""What work with a deadline costs for one who knows the future: the exact optimum, backward from the deadline.

The state is the tick, the slack (time left that the work doesn't need) and what runs. Slack is counted in units of
which the tick and the changeover both are whole multiples, so nothing is rounded but a fraction of the deadline.
"""

from collections.abc import Sequence
from math import gcd

import numpy as np
import numpy.typing as npt

from bench.spotwork.replay import Job
from bench.spotwork.traces import Trace

Floats = npt.NDArray[np.float64]
NEVER = 1e9


def optimum(traces: Sequence[Trace], start: int, job: Job) -> float:
    """Against all on demand."""
    tick_seconds, changeover_seconds = traces[0].tick_seconds, round(job.overhead_hours * 3600)
    unit = gcd(tick_seconds, changeover_seconds, round(job.work_hours * 3600))
    tick, changeover = tick_seconds // unit, changeover_seconds // unit
    ticks = int(job.deadline_hours * 3600 // tick_seconds)
    slack = np.arange(ticks * tick - round(job.work_hours * 3600) // unit + 1)
    up = np.array([trace.up[start : start + ticks] for trace in traces])
    spot, demand, idle = np.zeros((len(traces), len(slack))), np.zeros(len(slack)), np.zeros(len(slack))
    for index in range(ticks - 1, -1, -1):
        work = (ticks - index) * tick - slack
        spot, demand, idle = _before(
            np.clip(work, 0, tick), up[:, index], (spot, demand, idle), (tick, changeover, job)
        )
        for table in (spot, demand, idle):
            table[..., work <= 0] = 0
    return float(idle[-1] * unit / 3600 / job.work_hours)


def no_overhead(traces: Sequence[Trace], start: int, job: Job) -> float:
    """A bound that nobody reaches: all spot there is until the deadline, and changeovers for nothing."""
    ticks = int(job.deadline_hours * 3600 // traces[0].tick_seconds)
    there = np.any([trace.up[start : start + ticks] for trace in traces], axis=0).sum() * traces[0].tick_hours
    return 1 - (1 - job.share) * min(float(there), job.work_hours) / job.work_hours


def _before(
    paid: Floats, up: npt.NDArray[np.bool_], later: tuple[Floats, Floats, Floats], units: tuple[int, int, Job]
) -> tuple[Floats, Floats, Floats]:
    """The least cost to the end one tick earlier, by what runs: each place, on demand, nothing."""
    (spot, demand, idle), (tick, changeover, job) = later, units
    go_spot = np.where(up[:, None], job.share * paid + spot, NEVER)
    go_demand, waiting = paid + demand, _less(idle, tick)
    to_spot, to_demand = _less(go_spot.min(0), changeover), _less(go_demand, changeover)
    elsewhere = np.minimum(waiting, np.minimum(to_spot, to_demand))
    return np.minimum(go_spot, elsewhere), np.minimum(go_demand, np.minimum(waiting, to_spot)), elsewhere


def _less(costs: Floats, units: int) -> Floats:
    """From so much less slack."""
    found = np.full(len(costs), NEVER)
    found[units:] = costs[: max(0, len(costs) - units)]
    return found
