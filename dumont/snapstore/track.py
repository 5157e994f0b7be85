"""How far a long operation is, told to whoever looks, and the way to stop it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Callable

from dumont.snapstore.waiting import PATIENT_SECONDS, Away, Waiting


@dataclass(frozen=True)
class Progress:
    """A moment of it; sizes are of the tree, `moved` is what went over the network."""

    stage: str = "start"
    files: int = 0
    files_total: int = 0
    bytes: int = 0
    bytes_total: int = 0
    moved: int = 0
    seconds: float = 0.0
    stages: dict[str, float] = field(default_factory=dict)
    """Seconds of each stage that began so far."""
    away: Away | None = None
    """Who is waited for, if somebody is."""

    @property
    def share(self) -> float:
        return min(1.0, self.bytes / self.bytes_total) if self.bytes_total else 0.0

    @property
    def rate(self) -> float:
        return self.bytes / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        return (self.bytes_total - self.bytes) / self.rate if self.rate and self.bytes_total else None


class Track:
    """Counted by many threads; whoever shows it looks at `now()` as often as it likes."""

    def __init__(self, ticks: Callable[[], float] = time.monotonic, patient_seconds: float = PATIENT_SECONDS) -> None:
        self._ticks = ticks
        self._began = self._stage_began = ticks()
        self._lock = Lock()
        self._state = Progress()
        self._counts = [0, 0, 0]
        """Files, bytes, and what was moved: counted a thousand times a second."""
        self.waiting = Waiting(ticks, patient_seconds)

    def stage(self, name: str) -> None:
        with self._lock:
            self._close_stage()
            self._state = replace(self._state, stage=name)
        self.check()

    def expect(self, files: int, size: int) -> None:
        with self._lock:
            self._state = replace(self._state, files_total=files, bytes_total=size)

    def add(self, files: int = 0, size: int = 0, moved: int = 0) -> None:
        """Counts, and raises `Cancelled` if somebody asked to stop."""
        counts = self._counts
        with self._lock:
            counts[0] += files
            counts[1] += size
            counts[2] += moved
        self.check()

    def now(self) -> Progress:
        away = self.waiting.now()
        with self._lock:
            stages = dict(self._state.stages)
            stages[self._state.stage] = stages.get(self._state.stage, 0.0) + self._ticks() - self._stage_began
            files, size, moved = self._counts
            seconds = self._ticks() - self._began
            return replace(self._state, files=files, bytes=size, moved=moved, seconds=seconds, stages=stages, away=away)

    def cancel(self) -> None:
        self.waiting.stop()

    def check(self) -> None:
        self.waiting.check()

    def _close_stage(self) -> None:
        moment = self._ticks()
        stages = dict(self._state.stages)
        stages[self._state.stage] = stages.get(self._state.stage, 0.0) + moment - self._stage_began
        self._stage_began = moment
        self._state = replace(self._state, stages=stages)
