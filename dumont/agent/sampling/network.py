"""How much comes and goes over the machine's own interfaces."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from dumont.agent.sampling.cpu import SHORTEST_SECONDS
from dumont.agent.sampling.processes import PROC

INSIDE = ("lo", "veth", "docker", "br-", "virbr", "cni", "flannel")
"""What only goes around within the machine, or is counted at the outer interface too."""
Rates = tuple[float, float]
"""In and out, in megabits a second."""


class Traffic:
    def __init__(self, proc: Path = PROC, ticks: Callable[[], float] = time.monotonic) -> None:
        self._proc = proc
        self._ticks = ticks
        self._before: tuple[float, int, int] | None = None
        self._rates: Rates | None = None

    def look(self) -> Rates | None:
        """None at the first look. Raises `OSError` where the system does not tell."""
        now = (self._ticks(), *self._counted())
        before = self._before or now
        passed = now[0] - before[0]
        if self._before is None or passed >= SHORTEST_SECONDS:
            self._before = now
        if passed >= SHORTEST_SECONDS:
            self._rates = (_rate(now[1] - before[1], passed), _rate(now[2] - before[2], passed))
        return self._rates

    def _counted(self) -> tuple[int, int]:
        received = sent = 0
        for line in (self._proc / "net" / "dev").read_text().splitlines()[2:]:
            name, _, counters = line.partition(":")
            fields = counters.split()
            if not name.strip().startswith(INSIDE) and len(fields) > 8:
                received += int(fields[0])
                sent += int(fields[8])
        return received, sent


def _rate(size: int, seconds: float) -> float:
    """A counter that runs over, or an interface that goes, is no traffic."""
    return round(max(0, size) * 8 / 1e6 / seconds, 3)
