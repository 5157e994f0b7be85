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
    struck: list[str] = field(default_factory=list)
    fell: bool = False
    """Struck, and nobody has come after him yet."""

    def strikes(self, name: str) -> bool:
        if self.fell or (self.only is not None and not self.only(name)):
            return False
        self.met.append(name)
        self.fell = self.is_it(name)
        self.struck += [name] * self.fell
        return self.fell

    def is_it(self, _name: str) -> bool:
        return len(self.met) == self.at


@dataclass
class Firsts(Points):
    """Strikes each worker that comes to a kind of point at which nobody was struck so far, until `most` were."""

    most: int = 1
    known: set[str] = field(default_factory=set)
    """Kinds of points; shared by the parts of a life."""

    def is_it(self, name: str) -> bool:
        if name in self.known or len(self.struck) == self.most:
            return False
        self.known.add(name)
        return True


class Witness:
    """Sees all that a worker does outside, and strikes it."""

    def __init__(self) -> None:
        self.points: Points | None = None
        self.pid = 0
        self.fell: Callable[[], None] = lambda: None

    def watch(self, pid: int) -> None:
        self.pid = pid
        if self.points is not None:
            self.points.fell = False

    def meets(self, name: str) -> bool:
        """Whether the worker has died of it: then nobody hears an answer, and what it asks is not heard."""
        points = self.points
        if points is None or not points.strikes(name):
            return False
        os.kill(self.pid, points.blow)
        self.fell()
        return points.blow == signal.SIGKILL
