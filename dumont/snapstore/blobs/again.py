"""When to try again, and how long to wait before: growing pauses of random length, within a limit."""

from __future__ import annotations

import time
from collections.abc import Callable
from random import SystemRandom
from typing import NamedTuple, TypeVar

from dumont.snapstore.blobs.wire import Lost, Untrusted
from dumont.snapstore.errors import Damaged, SnapError, StoreAway, StoreRefused

T = TypeVar("T")


class Again(Exception):
    """What failed may go well another time; `why` is raised if it never does."""

    def __init__(self, why: SnapError, *, wait_seconds: float = 0.0, at_once: bool = False) -> None:
        super().__init__(why.message)
        self.why = why
        self.wait_seconds = wait_seconds
        """What the store asked for."""
        self.at_once = at_once
        """We have learnt what was wrong with the request."""


class Retries(NamedTuple):
    """Pauses have full jitter: clients that fail together must not come back together."""

    tries: int = 10
    tries_damaged: int = 3
    """A body that is not what it must be is mostly so for ever."""
    first_seconds: float = 0.1
    longest_seconds: float = 20.0
    chance: Callable[[], float] = SystemRandom().random
    sleep: Callable[[float], None] = time.sleep

    def run(self, act: Callable[[], T], address: str) -> T:
        """Calls until it neither raises `Again` nor loses its connection."""
        tried = 0
        while True:
            try:
                return act()
            except Untrusted as error:
                hint = "Check the endpoint, or give this machine the authority that signed it."
                raise StoreRefused(f"{error}.", hint) from error
            except Lost as error:
                failed = Again(StoreAway(f"{address} did not answer: {error}."))
            except Again as error:
                failed = error
            tried += 1
            if tried >= (self.tries_damaged if isinstance(failed.why, Damaged) else self.tries):
                raise failed.why from failed
            if not failed.at_once:
                self.sleep(self._pause(tried, failed.wait_seconds))

    def _pause(self, tried: int, asked_seconds: float) -> float:
        most = min(self.longest_seconds, self.first_seconds * float(2 ** (tried - 1)))
        return max(self.chance() * most, min(asked_seconds, self.longest_seconds))
