"""Holds still whoever could write into the workspace, so that the snapshot by which it moves away is its last state.

They are stopped and not ended: if the move comes to nothing, they go on as if nothing had been.
"""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Event, Lock, RLock, Thread

from dumont.agent import protocol
from dumont.agent.given import Given
from dumont.agent.remembering import Notes
from dumont.agent.sampling import processes
from dumont.agent.sampling.processes import PROC, Process

NAME = "held"
AGAIN_SECONDS = 0.2
LOOKS_MOST = 20
"""Until nobody new is found: who was about to start another one has been stopped by then."""
SSHD = ("sshd", "sshd-session")
SAVES = "restic"
WRITING = os.O_WRONLY | os.O_RDWR
logger = logging.getLogger(__name__)


class Stillness:
    def __init__(self, given: Given) -> None:
        self._given = given
        self._lock = Lock()
        self._one = RLock()
        """Whoever begins does not do so while another one ends it."""
        self._begun = self._ended = 0
        """By which command, as they are done side by side: one that came before another has no more to say."""
        self._notes = Notes(given.state)
        told = self._notes.read(NAME) or {}
        self._held: dict[int, str] = {int(pid): str(birth) for pid, birth in told.items()}
        """Birth by number: a number may belong to another one by now."""
        self._over: Event | None = None
        if self._held:  # by an agent that has died since
            self.end()

    def begin(self, number: int = 0) -> int:
        """How many were stopped. Whoever comes later is stopped, too."""
        with self._one:
            if number < self._ended:
                return 0
            self._let_go()
            self._begun = number
            for _ in range(LOOKS_MOST):
                if not self._stop_newcomers():
                    break
            self._over = Event()
            Thread(target=self._keep, args=(self._over,), name="stillness", daemon=True).start()
            return len(self._held)

    def end(self, number: int | None = None, *, moved: bool = False) -> None:
        """They go on; or, where the work has `moved`, only whoever lets people in does, and the others are ended."""
        with self._one:
            if number is not None and number < self._begun:
                return
            self._ended = max(self._ended, number or 0)
            self._let_go(moved=moved)

    def _let_go(self, *, moved: bool = False) -> None:
        if self._over is not None:
            self._over.set()
            self._over = None
        with self._lock:
            for pid, birth in self._held.items():
                if moved and not _listens(pid):
                    _signal(pid, birth, signal.SIGKILL)
                _signal(pid, birth, signal.SIGCONT)
            self._held.clear()
            self._notes.drop(NAME)

    def _keep(self, over: Event) -> None:
        for _ in range(int(protocol.STILL_SECONDS / AGAIN_SECONDS)):
            if over.wait(AGAIN_SECONDS):
                return
            self._stop_newcomers(over)
        logger.warning("The move has taken too long: whoever was held still goes on")
        with self._one:
            if self._over is over:
                self._let_go()

    def _stop_newcomers(self, over: Event | None = None) -> int:
        with self._lock:
            if over is not None and over.is_set():
                return 0
            found = {pid: row.birth for pid, row in self._writers().items() if self._held.get(pid) != row.birth}
            if found:
                self._held.update(found)
                self._notes.keep(NAME, {str(pid): birth for pid, birth in self._held.items()})
            for pid, birth in found.items():
                _signal(pid, birth, signal.SIGSTOP)
        return len(found)

    def _writers(self) -> Mapping[int, Process]:
        table = processes.table(self._given.supervisor)
        ours = _with_ancestors(os.getpid())
        workspace = os.path.realpath(self._given.workspace)
        others = {pid: row for pid, row in table.items() if pid not in ours and pid != 1 and not _saves(row)}
        return {pid: row for pid, row in others.items() if _lets_in(pid) or _may_write(pid, workspace)}


def _saves(row: Process) -> bool:
    """The program by which we save, which stands in the workspace; or whom we are starting, who is looked at again."""
    if row.parent != os.getpid():
        return False
    said = processes.words(row.pid)
    return said[:1] == [SAVES] or said == processes.words(row.parent)


def _with_ancestors(pid: int) -> set[int]:
    found: set[int] = set()
    while pid > 0 and pid not in found:
        found.add(pid)
        row = processes.read(pid)
        pid = row.parent if row is not None else 0
    return found


def _listens(pid: int) -> bool:
    """The server itself, and nobody's session."""
    row = processes.read(pid)
    return _lets_in(pid) and row is not None and not _lets_in(row.parent)


def _lets_in(pid: int) -> bool:
    """A server of logins, and whoever serves one that is there."""
    with suppress(OSError):
        return (PROC / str(pid) / "comm").read_text(errors="replace").strip() in SSHD
    return False


def _may_write(pid: int, workspace: str) -> bool:
    place = PROC / str(pid)
    with suppress(OSError):
        if _inside(os.readlink(place / "cwd"), workspace):
            return True
        return any(_is_written(place, handle, workspace) for handle in os.listdir(place / "fd"))
    return False


def _is_written(place: Path, handle: str, workspace: str) -> bool:
    with suppress(OSError, ValueError):
        if not _inside(os.readlink(place / "fd" / handle), workspace):
            return False
        told = (place / "fdinfo" / handle).read_text()
        flags = next(line.split()[1] for line in told.splitlines() if line.startswith("flags:"))
        return bool(int(flags, 8) & WRITING)
    return False


def _inside(path: str, workspace: str) -> bool:
    return path == workspace or path.startswith(workspace.rstrip("/") + "/")


def _signal(pid: int, birth: str, number: int) -> None:
    row = processes.read(pid)
    if row is not None and row.birth == birth:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
