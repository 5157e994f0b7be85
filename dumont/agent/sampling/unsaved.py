"""How much of the workspace has changed since it was last saved: what would be lost if the machine went now."""

from __future__ import annotations

import logging
import os
import time
from threading import Event, Lock

from dumont.agent import surroundings
from dumont.agent.given import Given
from dumont.agent.remembering import Notes

NAME = "saved"
EVERY_SECONDS = 20.0
SHARE = 50
"""A look takes at most one part in so many of the time: a workspace of many files is looked at less often."""
logger = logging.getLogger(__name__)


class Unsaved:
    """By files' times of change against the moment at which the last snapshot, or restore, saw the workspace."""

    def __init__(self, given: Given, notes: Notes) -> None:
        self._given = given
        self._notes = notes
        self._lock = Lock()
        self._news = Event()
        told = notes.read(NAME) or {}
        since = told.get("since")
        self._since: float | None = float(since) if isinstance(since, (int, float)) else None
        self.mb: float | None = None
        """Of files that have changed, whole; None before anything was saved, or put back, here."""

    def saved(self, at: float) -> None:
        """What was there at that moment is in a snapshot."""
        with self._lock:
            self._since, self.mb = at, None
            self._notes.keep(NAME, {"since": at})
        self._news.set()

    def watch(self, over: Event) -> None:
        while not over.is_set():
            began = time.monotonic()
            try:
                self.look()
            except Exception as error:  # the engine's errors, too: a figure is not worth more than a word
                logger.debug("What is unsaved can't be seen: %s", error)
            self._news.wait(max(EVERY_SECONDS, SHARE * (time.monotonic() - began)))
            self._news.clear()

    def look(self) -> None:
        since = self._since
        if since is None:
            return
        found = _changed_since(os.fsencode(self._given.workspace), since)
        with self._lock:
            if self._since == since:
                self.mb = found / 1e6


def _changed_since(workspace: bytes, since: float) -> int:
    from dumont.snapstore import ignore
    from dumont.snapstore.scan import scan
    from dumont.snapstore.track import Track

    tree = scan(workspace, Track(), ignore.Judge([ignore.defaults()], []))
    moment = int(since * 1e9)
    return sum(tree.size[entry] for entry in tree.files() if tree.ctime[entry] >= moment)


def now() -> float:
    return surroundings.seconds()
