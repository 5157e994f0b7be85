"""Who is waited for, and since when: a server that is away for a while, as for an upgrade, is no reason to give up."""

from __future__ import annotations

import time
from threading import Condition
from typing import Callable, NamedTuple

from dumont.snapstore.errors import Cancelled

PATIENT_SECONDS = 300.0
"""An upgrade takes its time."""


class Away(NamedTuple):
    """One that does not answer; for people."""

    address: str
    why: str
    seconds: float


class Waiting:
    """Of one operation: its threads tell what they meet, whoever shows it looks, and whoever stops it wakes them."""

    def __init__(self, ticks: Callable[[], float] = time.monotonic, patient_seconds: float = PATIENT_SECONDS) -> None:
        self._ticks = ticks
        self._patient_seconds = patient_seconds
        self._changed = Condition()
        self._since: dict[str, tuple[float, str]] = {}
        self._answers = 0
        self._stopped = False

    def goes_on(self, address: str, why: str) -> bool:
        """Whether who is not answered there is still patient: so long nobody need be there before tries are counted."""
        with self._changed:
            began = self._since.get(address, (self._ticks(), ""))[0]
            self._since[address] = (began, why)
            return self._ticks() - began < self._patient_seconds

    def answered(self, address: str) -> None:
        """Wakes the others who wait: what was away is there again."""
        if address in self._since:
            with self._changed:
                self._since.pop(address, None)
                self._answers += 1
                self._changed.notify_all()

    def pause(self, seconds: float) -> None:
        """Raises `Cancelled`, at once where somebody has asked to stop."""
        with self._changed:
            answers = self._answers
            self._changed.wait_for(lambda: self._stopped or self._answers != answers, seconds)
        self.check()

    def check(self) -> None:
        if self._stopped:
            raise Cancelled("Stopped, as asked.")

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def now(self) -> Away | None:
        """Who has been away for the longest."""
        with self._changed:
            if not self._since:
                return None
            address, (began, why) = min(self._since.items(), key=lambda item: item[1][0])
            return Away(address, why, self._ticks() - began)
