"""How much memory is taken, and how much there is: of the container, where it has a limit, else of the computer."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from dumont.agent.sampling.cpu import CGROUP
from dumont.agent.sampling.processes import PROC, Process

MIB = 1024 * 1024
Taken = tuple[float, float]
"""Used and there, in MiB."""


def of_computer(proc: Path = PROC, cgroup: Path = CGROUP) -> Taken:
    """Raises `OSError` where the system does not tell."""
    told = dict(line.split(":", 1) for line in (proc / "meminfo").read_text().splitlines() if ":" in line)
    total, free = (int(told[name].split()[0]) / 1024 for name in ("MemTotal", "MemAvailable"))
    limit, used = _limit(cgroup), _used(cgroup)
    if limit is None or used is None or limit >= total:
        return total - free, total
    return used, limit


def of_processes(processes: Mapping[int, Process], proc: Path = PROC, cgroup: Path = CGROUP) -> Taken:
    page = os.sysconf("SC_PAGE_SIZE")
    return sum(process.pages for process in processes.values()) * page / MIB, of_computer(proc, cgroup)[1]


def _limit(cgroup: Path) -> float | None:
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        found = _number(cgroup / name)
        if found is not None:
            return found / MIB
    return None


def _used(cgroup: Path) -> float | None:
    """Without what the system only keeps as long as nobody needs the room."""
    for usage, books, idle in (
        ("memory.current", "memory.stat", "inactive_file"),
        ("memory/memory.usage_in_bytes", "memory/memory.stat", "total_inactive_file"),
    ):
        found = _number(cgroup / usage)
        if found is not None:
            return max(0, found - _entry(cgroup / books, idle)) / MIB
    return None


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):  # `max` is no limit
        return None


def _entry(path: Path, name: str) -> int:
    try:
        for line in path.read_text().splitlines():
            key, _, value = line.partition(" ")
            if key == name:
                return int(value)
    except (OSError, ValueError):
        pass
    return 0
