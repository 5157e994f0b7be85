"""What happened to machines, period by period, out of data that nobody here wrote."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

Floats = npt.NDArray[np.float64]
SERVERS, FAULT_DAYS = 400, 243
"""The trace names those that failed; the rest of its 400 servers never did in its whole time, some only later."""


@dataclass(frozen=True)
class Panel:
    """Machines of one provider: a row a machine, a column a period."""

    name: str
    up: Floats
    """Share of the period."""
    failures: Floats
    """Interruptions that began in it."""
    seen: Floats
    """1 where a ranking may look, 0 before the machine was there."""
    ahead: int
    """How many periods a choice is judged by."""
    first: int
    every: int
    """Choices are made from the first period on, so many periods apart."""

    def moments(self) -> Iterator[int]:
        yield from range(self.first, self.up.shape[1] - self.ahead + 1, self.every)

    def choosable(self, moment: int) -> npt.NDArray[np.bool_]:
        """One that is down at the moment of the choice is nobody's choice."""
        return (self.up[:, moment - 1] >= 0.5) & (self.seen[:, moment - 1] > 0)

    def arriving(self, last: int) -> "Panel":
        """The same machines, each of which nobody knew before a day of its own."""
        arrivals = np.random.default_rng(11).integers(0, last, len(self.up))
        seen = (np.arange(self.up.shape[1]) >= arrivals[:, None]).astype(float)
        return replace(self, seen=seen)


def server_faults(folder: Path, ahead: int) -> Panel:
    rows = pq.read_table(folder / "gpu_node_faults_infinitehbd" / "events.open.parquet").to_pylist()
    places = {name: place for place, name in enumerate(sorted({row["node"] for row in rows}))}
    up, failures = np.ones((SERVERS, FAULT_DAYS)), np.zeros((SERVERS, FAULT_DAYS))
    since: dict[int, float] = {}
    for row in sorted(rows, key=lambda row: row["t"]):
        place = places[row["node"]]
        if row["ev"] == "fault_start":
            since.setdefault(place, row["t"])
            if row["t"] < FAULT_DAYS:
                failures[place, int(row["t"])] += 1
        elif place in since:
            _down(up[place], since.pop(place), row["t"])
    for place, begun in since.items():
        _down(up[place], begun, FAULT_DAYS)
    return Panel(f"Server faults, next {ahead} days", up, failures, np.ones_like(up), ahead, first=30, every=7)


def spot_zones(folder: Path) -> list[Panel]:
    """Each set of traces that ran at one time is a provider, each zone and type in it a machine, by the hour."""
    rows = pq.read_table(folder / "spot_traces_skypilot" / "traces.open.parquet").to_pylist()
    sets: dict[Any, dict[Any, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        sets[row["set"], row["kind"]][row["zone"], row["device"]].append(row)
    return [_hourly(name, traces) for name, traces in sets.items() if len(traces) > 2]


def _hourly(name: Any, traces: dict[Any, list[Any]]) -> Panel:
    series = []
    for ticks in traces.values():
        there = np.array([tick["n_available"] / tick["nodes"] for tick in ticks])
        hours = np.array([int(tick["tick"] * tick["gap_s"] // 3600) for tick in ticks])
        lost = np.maximum(0, -np.diff(there, prepend=there[0]))
        count = np.bincount(hours)
        series.append((np.bincount(hours, there) / np.maximum(count, 1), np.bincount(hours, lost)))
    hours_all = min(len(up) for up, _ in series)
    up = np.array([up[:hours_all] for up, _ in series])
    failures = np.array([lost[:hours_all] for _, lost in series])
    return Panel(f"{name[0]} {name[1]}", up, failures, np.ones_like(up), ahead=6, first=12, every=6)


def _down(up: Floats, begun: float, ended: float) -> None:
    for day in range(int(begun), min(FAULT_DAYS, int(ended) + 1)):
        up[day] = max(0.0, up[day] - max(0.0, min(ended, day + 1) - max(begun, day)))
