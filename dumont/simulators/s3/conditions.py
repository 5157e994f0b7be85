"""How the store is doing: slow lines, faults that were ordered, and what has been asked of it."""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from random import Random
from time import monotonic
from typing import Any

from dumont.simulators.faults import Fault, Faults


@dataclass(frozen=True, slots=True)
class Pace:
    """Zero is: as fast as it goes. Rates are bytes a second."""

    latency: float = 0.0
    """Seconds before each answer."""
    connection_rate: float = 0.0
    total_rate: float = 0.0


class Conditions:
    """Used by all connections at once."""

    def __init__(self, seed: int = 1) -> None:
        self._lock = threading.Lock()
        self._faults = Faults(Random(seed))  # noqa: S311 - faults by chance, the same ones each time
        self._any_fault = False
        self._counted: Counter[str] = Counter()
        self._line_free = 0.0
        self.closing = threading.Event()
        self.pace = Pace()

    def order(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """From now on these faults, as `dumont.simulators.faults` words them."""
        with self._lock:
            self._faults.replace(rows)
            self._any_fault = bool(rows)

    def ordered(self) -> list[Mapping[str, Any]]:
        with self._lock:
            return self._faults.listed()

    def take(self, name: str, call: str) -> Fault | None:
        if not self._any_fault:
            return None
        with self._lock:
            return self._faults.take(name, call)

    def count(self, **counted: int) -> None:
        with self._lock:
            for name, number in counted.items():
                self._counted[name] += number

    def counted(self) -> dict[str, int]:
        with self._lock:
            return dict(self._counted)

    def forget(self) -> None:
        with self._lock:
            self._counted.clear()

    def paced(self) -> dict[str, float]:
        return asdict(self.pace)

    @property
    def is_paced(self) -> bool:
        return bool(self.pace.connection_rate or self.pace.total_rate)

    def wait(self, seconds: float) -> None:
        """Not beyond the end of the server."""
        if seconds > 0:
            self.closing.wait(seconds)

    def send(self, size: int) -> None:
        """Waits as long as so many bytes take on this connection, and on the line that all share."""
        pace = self.pace
        seconds = size / pace.connection_rate if pace.connection_rate else 0.0
        if pace.total_rate:
            with self._lock:
                begin = max(monotonic(), self._line_free)
                self._line_free = begin + size / pace.total_rate
                seconds = max(seconds, self._line_free - monotonic())
        self.wait(seconds)
