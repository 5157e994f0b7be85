"""The processes of the machine: all of the computer's, or those below a supervisor where it is only some of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
DEAD = ("Z", "X", "x")


@dataclass(frozen=True)
class Process:
    pid: int
    parent: int
    ticks: int
    """Of processor time, its own and of its children that have ended."""
    pages: int
    """Of memory that are its own or shared."""
    birth: str


def table(root: int | None = None, proc: Path = PROC) -> Mapping[int, Process]:
    """Without the agent itself. Raises `OSError` where there is no such folder."""
    found = {row.pid: row for name in os.listdir(proc) if name.isdigit() and (row := read(int(name), proc))}
    if root is not None:
        found = _below(found, root)
    found.pop(os.getpid(), None)
    return found


def read(pid: int, proc: Path = PROC) -> Process | None:
    """None for one that has ended."""
    try:
        fields = (proc / str(pid) / "stat").read_bytes().rpartition(b")")[2].decode("ascii", "replace").split()
    except OSError:
        return None
    if not fields or fields[0] in DEAD:
        return None
    return Process(pid, int(fields[1]), sum(int(part) for part in fields[11:15]), int(fields[21]), fields[19])


def words(pid: int, proc: Path = PROC) -> list[str]:
    """Its command line; nothing for a thread of the kernel, or for one that has ended."""
    try:
        said = (proc / str(pid) / "cmdline").read_bytes()
    except OSError:
        return []
    return [part.decode("utf-8", "replace") for part in said.rstrip(b"\0").split(b"\0")] if said else []


def _below(rows: Mapping[int, Process], root: int) -> dict[int, Process]:
    """Whoever leaves its parent comes to the supervisor, which has asked the system for that."""
    children: dict[int, list[int]] = {}
    for row in rows.values():
        children.setdefault(row.parent, []).append(row.pid)
    found, rest = {}, [root]
    while rest:
        pid = rest.pop()
        if pid in rows and pid not in found:
            found[pid] = rows[pid]
            rest += children.get(pid, ())
    return found
