"""How busy the processors are that the machine may use: by its container's books, the computer's, or its processes'."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from dumont.agent.sampling.processes import PROC, Process

CGROUP = Path("/sys/fs/cgroup")
SHORTEST_SECONDS = 0.5
"""In less time than this nothing is measured anew."""


class Share:
    """Processor seconds between two looks, as percent of what there was."""

    def __init__(self, cores: float, ticks: Callable[[], float] = time.monotonic) -> None:
        self._cores = cores
        self._ticks = ticks
        self._before: tuple[float, float] | None = None
        self._percent: float | None = None

    def of(self, used_seconds: float | None) -> float | None:
        """None at the first look, and where it is not known."""
        if used_seconds is None:
            self._before = None
            return None
        now = self._ticks()
        if self._before is None:
            self._before = (now, used_seconds)
            return None
        passed = now - self._before[0]
        if passed >= SHORTEST_SECONDS:
            used = max(0.0, used_seconds - self._before[1])
            self._percent = round(min(100.0, 100 * used / passed / self._cores), 1)
            self._before = (now, used_seconds)
        return self._percent


def cores(cgroup: Path = CGROUP) -> float:
    """Those that this process may use, or the container's share of them."""
    allowed = getattr(os, "sched_getaffinity", None)
    count = float(len(allowed(0)) if allowed else os.cpu_count() or 1)
    quota = _quota(cgroup)
    return min(count, quota) if quota else count


def used_by_others(cgroup: Path = CGROUP, proc: Path = PROC) -> float | None:
    """Than the agent: a snapshot that it makes is no use of the machine."""
    inside = used_by_container(cgroup)
    used = used_by_computer(proc) if inside is None else inside
    return None if used is None else used - used_by_agent()


def used_by_agent() -> float:
    """All its threads, which save and restore; not its children, whose scripts are the owner's work."""
    own = os.times()
    return own.user + own.system


def used_by_container(cgroup: Path = CGROUP) -> float | None:
    """Seconds; None outside of a container."""
    if (cgroup / "memory.max").exists():  # only the group of a whole computer has no such limit
        for line in _lines(cgroup / "cpu.stat"):
            name, _, value = line.partition(" ")
            if name == "usage_usec":
                return int(value) / 1e6
    for folder in ("cpuacct", "cpu,cpuacct"):
        for line in _lines(cgroup / folder / "cpuacct.usage"):
            return int(line) / 1e9
    return None


def used_by_computer(proc: Path = PROC) -> float | None:
    for line in _lines(proc / "stat"):
        name, *numbers = line.split()
        if name == "cpu":
            busy = [int(number) for number in numbers[:8]]
            return (sum(busy) - busy[3] - busy[4]) / _hertz()  # neither idle nor waiting for a disk
    return None


def used_by(processes: Mapping[int, Process]) -> float:
    return sum(process.ticks for process in processes.values()) / _hertz()


def _quota(cgroup: Path) -> float | None:
    try:
        two = (cgroup / "cpu.max").read_text().split()
        if two[0] != "max":
            return int(two[0]) / int(two[1])
    except (OSError, ValueError, IndexError):
        pass
    try:
        quota = int((cgroup / "cpu" / "cpu.cfs_quota_us").read_text())
        period = int((cgroup / "cpu" / "cpu.cfs_period_us").read_text())
        return quota / period if quota > 0 and period > 0 else None
    except (OSError, ValueError):
        return None


def _hertz() -> int:
    return os.sysconf("SC_CLK_TCK")


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:
        return []
