"""When machines could be had, tick by tick, out of data that nobody here wrote."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from dumont.fleet.rules.availability import Change

Bools = npt.NDArray[np.bool_]
Key = tuple[str, str, str, str, int]


@dataclass(frozen=True, eq=False)
class Trace:
    """One place. Where several machines were wanted, it is up while all of them could be had."""

    kind: str
    collection: str
    zone: str
    device: str
    nodes: int
    tick_seconds: int
    up: Bools

    @property
    def name(self) -> str:
        return f"{self.kind} {self.collection} {self.zone} {self.device} x{self.nodes}"

    @property
    def tick_hours(self) -> float:
        return self.tick_seconds / 3600

    @property
    def hours(self) -> float:
        return len(self.up) * self.tick_hours

    @cached_property
    def begins(self) -> list[int]:
        """Ticks at which a stretch begins."""
        return [0, *(np.flatnonzero(np.diff(self.up.astype(np.int8))) + 1).tolist()]

    @cached_property
    def ages(self) -> list[float]:
        """For how many hours it has been as it is, at each tick."""
        found = np.zeros(len(self.up))
        for first, last in pairwise([*self.begins, len(self.up)]):
            found[first:last] = np.arange(last - first) * self.tick_hours
        return [float(age) for age in found]

    def past(self, tick: int, since: int = 0) -> list[Change]:
        """What somebody who began to look at `since` has seen before this tick."""
        seen = [
            max(begin, since) for begin, end in pairwise([*self.begins, len(self.up)]) if begin < tick and end > since
        ]
        return [Change((tick - begin) * self.tick_hours, bool(self.up[begin])) for begin in seen]


def traces(folder: Path) -> list[Trace]:
    columns = ["kind", "set", "zone", "device", "nodes", "tick", "gap_s", "n_available"]
    rows = pq.read_table(folder / "spot_traces_skypilot" / "traces.open.parquet", columns=columns).to_pylist()
    seconds: dict[Key, int] = {}
    ticks: dict[Key, list[tuple[int, int]]] = defaultdict(list)
    for row in rows:
        key = (row["kind"], row["set"], row["zone"], row["device"], int(row["nodes"]))
        seconds[key] = row["gap_s"]
        ticks[key].append((row["tick"], row["n_available"]))
    return [_trace(key, seconds[key], sorted(found)) for key, found in sorted(ticks.items())]


def _trace(key: Key, seconds: int, ticks: list[tuple[int, int]]) -> Trace:
    """A 1 says available, as the data's README warns; the simulator these traces were made for stores the opposite."""
    available = np.array([count for _, count in ticks])
    return Trace(*key, tick_seconds=seconds, up=available >= key[-1])
