"""Who came in over SSH and was gone before the next look: a command of a second is use as well.

Only processes that are new are read, so that looking several times a second costs next to nothing.
"""

from __future__ import annotations

import os
from pathlib import Path
from threading import Event

from dumont.agent.sampling import people, processes
from dumont.agent.sampling.processes import PROC

EVERY_SECONDS = 0.25
SERVER = "sshd"


class Logins:
    def __init__(self, root: int | None = None, proc: Path = PROC) -> None:
        """`root` is the supervisor of a machine that is only some of this computer's processes."""
        self._root = root
        self._proc = proc
        self._others: set[int] = set()
        """Known to be nobody's login."""
        self._came: set[int] = set()

    def watch(self, over: Event) -> None:
        while not over.wait(EVERY_SECONDS):
            self.look()

    def look(self) -> None:
        try:
            there = {int(name) for name in os.listdir(self._proc) if name.isdigit()}
        except OSError:  # then nothing is known, as of everything else there
            return
        self._others &= there
        for pid in there - self._others - self._came:
            said = processes.words(pid, self._proc)
            if people.sessions({pid: said}) and self._is_ours(pid):
                self._came.add(pid)
            elif not (said and said[0].startswith(SERVER)):  # which lets somebody in later, perhaps
                self._others.add(pid)

    def taken(self) -> int:
        """How many have been seen since this was asked last."""
        came, self._came = self._came, set()
        return len(came)

    def _is_ours(self, pid: int) -> bool:
        while self._root is not None and pid not in (0, self._root):
            found = processes.read(pid, self._proc)
            pid = found.parent if found is not None else 0
        return self._root is None or pid == self._root
