"""What the plain command line writes: answers to the standard output, progress to the other one."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

from dumont.snapstore.plain import facts, rows, text
from dumont.snapstore.track import Track

ON_TERMINALS, ELSEWHERE = 0.2, 10.0
"""Seconds between two lines of progress."""
CLEAR = "\r\x1b[K"


class Screen:
    def __init__(self, *, as_json: bool = False, quiet: bool = False) -> None:
        self.as_json = as_json
        self.quiet = quiet
        self._live = sys.stderr.isatty() and not as_json

    def answer(self, told: Any, head: Sequence[str], lines: Sequence[rows.Row]) -> None:
        """As JSON, or as a table."""
        if self.as_json:
            self.line(json.dumps(told, ensure_ascii=False))
        else:
            for line in rows.table(head, lines):
                self.line(line)

    def line(self, said: str) -> None:
        # A name of a host or a label may hold what this terminal's encoding has not.
        encoding = sys.stdout.encoding or "utf-8"
        sys.stdout.write(said.encode(encoding, "backslashreplace").decode(encoding) + "\n")

    def aside(self, said: str) -> None:
        encoding = sys.stderr.encoding or "utf-8"
        sys.stderr.write(said.encode(encoding, "backslashreplace").decode(encoding) + "\n")

    def hint(self, said: str) -> None:
        """For people who watch: neither for programs nor where quiet was asked for."""
        if not self.quiet and not self.as_json:
            self.aside(said)

    @contextmanager
    def following(self, track: Track) -> Iterator[None]:
        """Shows how far it is, until it is over."""
        if self.quiet:
            yield
            return
        over = Event()
        thread = Thread(target=self._follow, args=(track, over), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _follow(self, track: Track, over: Event) -> None:
        while not over.wait(ON_TERMINALS if self._live else ELSEWHERE):
            self._tell(track)
        if self._live:
            sys.stderr.write(CLEAR)
            sys.stderr.flush()
        elif self.as_json:
            self._tell(track)

    def _tell(self, track: Track) -> None:
        now = track.now()
        if self.as_json:
            sys.stderr.write(json.dumps({"progress": facts.of_progress(now)}) + "\n")
        elif self._live:
            sys.stderr.write(CLEAR + text.progress_line(now))
        else:
            sys.stderr.write(text.progress_line(now) + "\n")
        sys.stderr.flush()
