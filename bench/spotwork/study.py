"""Which jobs are replayed on which traces, under which policies."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import groupby

import numpy as np

from bench.spotwork import perfect
from bench.spotwork.judged import Run
from bench.spotwork.ours import Ours
from bench.spotwork.peers import greedy, uniform_progress, uniform_progress_plain
from bench.spotwork.replay import Job, Outcome, Policy, replay
from bench.spotwork.traces import Trace
from dumont.fleet.rules.availability import learned
from dumont.fleet.rules.expectation import Expected, expected
from dumont.fleet.rules.recovery import Place, Situation

Study = dict[Job, dict[str, list[Run]]]
Places = Sequence[Trace]
STARTS = 6
"""Jobs a trace, evenly apart; more would overlap more."""
STARTS_OF_PLACES = 12
LATER = 0.5
"""Judged is the trace from here on."""
PEERS: dict[str, Policy] = {
    "greedy": greedy,
    "uniform progress": uniform_progress,
    "uniform progress, plain": uniform_progress_plain,
}


def single(traces: Iterable[Trace], jobs: Sequence[Job]) -> Study:
    """Traces whose later half holds the longest job."""
    longest = max(job.deadline_hours for job in jobs)
    chosen = [[trace] for trace in traces if trace.hours * (1 - LATER) > longest]
    return _study(chosen, jobs, _with_ours, starts=STARTS)


def as_the_floors(traces: Iterable[Trace], jobs: Sequence[Job]) -> Study:
    """Of one machine, probed for availability, the whole trace, and no changeover shorter than a tick."""
    chosen = [[trace] for trace in traces if trace.kind == "availability" and trace.nodes == 1]
    study: Study = {}
    for job in jobs:
        for one in chosen:
            tick = one[0].tick_hours
            rounded = replace(job, overhead_hours=int(job.overhead_hours / tick + 1e-9) * tick)
            for name, run in _runs(one, rounded, _with_ours(), _starts(one, job, STARTS, 0.0)).items():
                study.setdefault(job, {}).setdefault(name, []).append(run)
    return study


def places(traces: Iterable[Trace], jobs: Sequence[Job]) -> Study:
    """Zones that sold the same machine at the same time, all of them together."""
    longest = max(job.deadline_hours for job in jobs)
    enough = [trace for trace in traces if trace.hours * (1 - LATER) > longest]
    together = [list(group) for _, group in groupby(sorted(enough, key=_sold), key=_sold)]
    return _study([group for group in together if len(group) > 1], jobs, _with_ours, starts=STARTS_OF_PLACES)


def beforehand(traces: Iterable[Trace], jobs: Sequence[Job]) -> list[list[str]]:
    longest = max(job.deadline_hours for job in jobs)
    chosen = [trace for trace in traces if trace.hours * (1 - LATER) > longest]
    rows = []
    for job in jobs:
        told, came = [], []
        for trace in chosen:
            ours = Ours()
            for start in _starts([trace], job, STARTS, LATER):
                told.append(_told(trace, start, job))
                came.append(replay([trace], start, job, ours))
        rows.append([job.name, *_compared(told, came, job)])
    return rows


def _study(
    chosen: Sequence[Places], jobs: Sequence[Job], policies: Callable[[], Mapping[str, Policy]], *, starts: int
) -> Study:
    study: Study = {job: {} for job in jobs}
    for each in chosen:
        fresh = policies()
        for job in jobs:
            for name, run in _runs(each, job, fresh, _starts(each, job, starts, LATER)).items():
                study[job].setdefault(name, []).append(run)
    return study


def _with_ours() -> dict[str, Policy]:
    return {**PEERS, "ours": Ours(), "ours, nothing seen before the job": Ours(looks_first=False)}


def _runs(each: Places, job: Job, policies: Mapping[str, Policy], starts: Sequence[int]) -> dict[str, Run]:
    runs = {}
    for name, policy in policies.items():
        outcomes = [replay(each, start, job, policy) for start in starts]
        runs[name] = Run(tuple(outcome.cost for outcome in outcomes), sum(outcome.met for outcome in outcomes))
    runs["perfect knowledge"] = Run(tuple(perfect.optimum(each, start, job) for start in starts), len(starts))
    runs["no changeovers (bound)"] = Run(tuple(perfect.no_overhead(each, start, job) for start in starts), len(starts))
    return runs


def _starts(each: Places, job: Job, count: int, share: float) -> list[int]:
    ticks = len(each[0].up)
    last = ticks - int(np.ceil(job.deadline_hours / each[0].tick_hours)) - 1
    return [int(start) for start in np.linspace(int(share * ticks), last, count)]


def _sold(trace: Trace) -> tuple[str, str, str, int, int, int]:
    return trace.kind, trace.collection, trace.device, trace.nodes, trace.tick_seconds, len(trace.up)


def _told(trace: Trace, start: int, job: Job) -> Expected:
    outlook = learned(trace.past(start))
    place = Place(trace.zone, Decimal(str(job.share)), bool(trace.up[start]), trace.ages[start], outlook)
    return expected(
        Situation(job.work_hours, job.deadline_hours, job.overhead_hours, Decimal(1), (place,), None, trace.tick_hours)
    )


def _compared(told: Sequence[Expected], came: Sequence[Outcome], job: Job) -> list[str]:
    costs = [outcome.cost * job.work_hours for outcome in came]
    within = [float(one.cost_low) <= cost <= float(one.cost_high) for one, cost in zip(told, costs, strict=True)]
    return [
        f"{np.mean([float(one.cost) for one in told]) / job.work_hours:.3f}",
        f"{np.mean(costs) / job.work_hours:.3f}",
        f"{np.mean(within):.0%}",
        f"{np.mean([one.interruptions.mean for one in told]):.1f}",
        f"{np.mean([outcome.losses for outcome in came]):.1f}",
    ]
