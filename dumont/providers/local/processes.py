"""Which processes belong to a machine, who is still alive, and how all of them end.

A number alone says too little, since numbers are used again: a process is known by its number and its birth. Whoever
leaves the session (a daemon, a login over SSH) still carries the machine's mark in its environment, or has a parent
that does. Needs nothing but the standard library, because supervisors run on it alone.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MARK = "DUMONT_MACHINE"
"""The name in the environment whose value is the machine's folder."""
PROC = Path("/proc")
DEAD = ("Z", "X", "x")
POLL_SECONDS = 0.01
Known = tuple[int, str]
"""The number of a process and its birth."""


@dataclass(frozen=True, slots=True)
class _Row:
    pid: int
    parent: int
    session: int
    birth: str


def birth(pid: int) -> str | None:
    """What tells this process from a later one of the same number; None if it is no more."""
    row = _row(pid) if sys.platform == "linux" else next((row for row in _ps() if row.pid == pid), None)
    return row.birth if row else None


def lives(known: Known) -> bool:
    return birth(known[0]) == known[1]


def tell(known: Known, which: signal.Signals) -> None:
    if lives(known):
        _signal({known[0]}, which)


def wait(known: Known, seconds: float) -> None:
    """For its end."""
    until = time.monotonic() + seconds
    while lives(known) and time.monotonic() < until:
        time.sleep(POLL_SECONDS)


def family(roots: Sequence[Known], folder: str) -> set[int]:
    """The machine's living processes: the known ones, their sessions, whoever bears its mark, and all offspring."""
    rows = {row.pid: row for row in (_all() if sys.platform == "linux" else _ps())}
    alive = {pid for pid, born in roots if pid in rows and rows[pid].birth == born}
    found = {row.pid for row in rows.values() if row.pid in alive or row.session in alive or _marked(row.pid, folder)}
    while more := {row.pid for row in rows.values() if row.parent in found} - found:
        found |= more
    return found - {os.getpid()}


def end(roots: Sequence[Known], folder: str, *, grace_seconds: float = 0) -> bool:
    """Asks them to end for so long, then ends them; whether all are gone."""
    if grace_seconds:
        _signal(family(roots, folder), signal.SIGTERM)
        until = time.monotonic() + grace_seconds
        while time.monotonic() < until and family(roots, folder):
            time.sleep(POLL_SECONDS)
    for _ in range(200):  # whoever forks between a look and its signal is met by the next look
        left = family(roots, folder)
        if not left:
            return True
        _signal(left, signal.SIGKILL)
        time.sleep(POLL_SECONDS)
    return False


def _signal(pids: set[int], which: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, which)


def _all() -> Iterable[_Row]:
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (row := _row(int(entry.name))):
            yield row


def _row(pid: int) -> _Row | None:
    try:
        fields = (PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    if fields[0] in DEAD:
        return None
    return _Row(pid, int(fields[1]), int(fields[3]), f"{_boot()}:{fields[19]}")


@cache
def _boot() -> str:
    """Births are counted from the start of the computer, so that a number may come again after a restart."""
    try:
        return (PROC / "sys/kernel/random/boot_id").read_text().strip()[:8]
    except OSError:
        return "boot"


def _marked(pid: int, folder: str) -> bool:
    try:
        told = (PROC / str(pid) / "environ").read_bytes()
    except OSError:  # another user's, or gone; and on systems without such files the sessions and parents must do
        return False
    return f"{MARK}={folder}".encode() in told.split(b"\0")


def _ps() -> Iterable[_Row]:
    """Elsewhere than on Linux; there a group stands for the session, which `ps` does not tell alike everywhere."""
    command = ["/bin/ps", "-axo", "pid=,ppid=,pgid=,stat=,lstart="]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603 - no input of others
    for line in told.splitlines():
        pid, parent, group, state, *started = line.split()
        if state[0] not in DEAD:
            yield _Row(int(pid), int(parent), int(group), " ".join(started))
