"""How often a cloud may be asked: policies as data, and the one place where all workers wait their turn together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Every:
    """At least so many seconds between the beginnings of two calls of a group; `burst` may come at once."""

    group: str
    seconds: float
    burst: int = 1


@dataclass(frozen=True, slots=True)
class Left:
    """What an answer's headers told of a window: how many calls are left in it, and when it begins anew."""

    window: str
    left: int
    seconds: float


class Limiter(Protocol):
    """Shared by every process that speaks with the same account of the same cloud."""

    async def take(self, account: str, policy: Every, *, wait_seconds_max: float) -> None:
        """Waits for the turn; raises `RateLimited` at once if it would be longer than that."""
        ...

    async def learn(self, account: str, left: Sequence[Left]) -> None:
        """Slows down before a window is used up."""
        ...

    async def hold(self, account: str, group: str, seconds: float) -> None:
        """After a 429: nobody calls this group before then."""
        ...

    async def state(self, account: str) -> Mapping[str, float]:
        """Seconds until the next call is allowed, by group and by window; for people to see."""
        ...
