"""The moments in which a worker can die so that somebody else could tell: after each commit that has changed anything,
and before and after each call of a cloud. They are met at its sockets; the worker knows nothing of them."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field

Blow = signal.Signals


@dataclass
class Points:
    """Strikes the worker at the point with the number `at`, the first being 1; 0 spares it, and counts."""

    at: int = 0
    blow: Blow = signal.SIGKILL
    only: Callable[[str], bool] | None = None
    """Which points count; None for all."""
    met: list[str] = field(default_factory=list)
    struck: bool = False

    @property
    def name(self) -> str:
        return self.met[self.at - 1] if self.struck else "nowhere"


class Witness:
    """Sees all that a worker does outside, and strikes it."""

    def __init__(self) -> None:
        self.points: Points | None = None
        self.pid = 0
        self.fell: Callable[[], None] = lambda: None

    def meets(self, name: str) -> bool:
        """Whether the worker has died of it: then nobody hears an answer, and what it asks is not heard."""
        points = self.points
        if points is None or points.struck or (points.only is not None and not points.only(name)):
            return False
        points.met.append(name)
        if len(points.met) != points.at:
            return False
        points.struck = True
        os.kill(self.pid, points.blow)
        self.fell()
        return points.blow == signal.SIGKILL
