"""When to try again, and how long to wait before: growing pauses of random length, within a limit."""

from __future__ import annotations

import time
from collections.abc import Callable
from random import SystemRandom
from typing import NamedTuple, TypeVar

from dumont.snapstore.blobs.wire import Garbled, Lost, Untrusted
from dumont.snapstore.errors import Damaged, SnapError, StoreAway, StoreRefused
from dumont.snapstore.waiting import Waiting

T = TypeVar("T")


class Again(Exception):
    """What failed may go well another time; `why` is raised if it never does."""

    def __init__(self, why: SnapError, *, wait_seconds: float = 0.0, at_once: bool = False, away: str = "") -> None:
        super().__init__(why.message)
        self.why = why
        self.wait_seconds = wait_seconds
        """What the store asked for."""
        self.at_once = at_once
        """We have learnt what was wrong with the request."""
        self.away = away
        """Why nobody could answer, as while a server is started anew."""


class Retries(NamedTuple):
    """Pauses have full jitter: clients that fail together must not come back together."""

    tries: int = 10
    tries_damaged: int = 3
    """A body that is not what it must be is mostly so for ever."""
    first_seconds: float = 0.1
    longest_seconds: float = 20.0
    chance: Callable[[], float] = SystemRandom().random
    sleep: Callable[[float], None] = time.sleep
    """Of whoever can't be woken: who is waiting sleeps in its own way."""

    def run(self, act: Callable[[], T], address: str, waiting: Waiting | None = None) -> T:
        """Calls until it neither raises `Again` nor loses its connection."""
        tried = pauses = 0
        while True:
            try:
                done = act()
            except Untrusted as error:
                hint = "Check the endpoint, or give this machine the authority that signed it."
                raise StoreRefused(f"{error}.", hint) from error
            except Lost as error:
                why = StoreAway(f"{address} did not answer: {error}.")
                failed = Again(why, away="" if isinstance(error, Garbled) else str(error))
            except Again as error:
                failed = error
            else:
                if waiting:
                    waiting.answered(address)
                return done
            if not self._waits(failed, address, waiting):
                tried += 1
            if tried >= (self.tries_damaged if isinstance(failed.why, Damaged) else self.tries):
                raise failed.why from failed
            if not failed.at_once:
                pauses += 1
                (waiting.pause if waiting else self.sleep)(self._pause(pauses, failed.wait_seconds))

    def _waits(self, failed: Again, address: str, waiting: Waiting | None) -> bool:
        """Whether this failure is no try, as the other side is only away."""
        if waiting is None:
            return False
        if failed.away:
            return waiting.goes_on(address, failed.away)
        waiting.answered(address)
        return False

    def _pause(self, tried: int, asked_seconds: float) -> float:
        most = min(self.longest_seconds, self.first_seconds * float(2 ** (tried - 1)))
        return max(self.chance() * most, min(asked_seconds, self.longest_seconds))
