"""Waiting for one's turn: the arithmetic of it, and the limiter of a single process (the command line, tests).

The arithmetic is the generic cell rate algorithm. Of each group one moment is kept, the theoretical arrival time:
when the next call would be due if all came evenly. A turn is reserved, then waited for, so that waiting tasks stand in
a line and none comes too early. `store/limits.py` does the same in one SQL statement.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dumont.basics.clock import Clock
from dumont.providers.errors import RateLimited
from dumont.providers.limits import Every, Left

ALMOST_USED_UP = 10
"""From so few calls left in a window on, they are spread over its rest."""


@dataclass(frozen=True, slots=True)
class Turn:
    at: datetime
    due: datetime
    """The theoretical arrival time after it."""
    free_at: datetime
    """When the next call may begin."""


def turn(now: datetime, last: Turn | None, held_until: datetime | None, policy: Every) -> Turn:
    """When the next call of this group may begin, and what comes after it."""
    interval = timedelta(seconds=policy.seconds)
    begin = max(now, held_until or now)
    due = max(last.due, begin) if last else begin
    return Turn(
        at=max(begin, last.free_at) if last else begin,
        due=due + interval,
        free_at=due + interval - interval * (policy.burst - 1),
    )


def pause_of(left: Left) -> float:
    """How long to wait before the next call of a window, so that it is not used up before it begins anew."""
    if left.left > ALMOST_USED_UP:
        return 0
    return left.seconds if left.left <= 0 else left.seconds / (left.left + 1)


def too_late(seconds: float) -> RateLimited:
    return RateLimited(f"Our turn there comes in {seconds:.0f} seconds.", retry_seconds=seconds)


def window_name(window: str) -> str:
    """Windows are of the whole account, groups of one kind of call."""
    return f"window:{window}"


class LocalLimiter:
    """For one process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._turns: dict[tuple[str, str], Turn] = {}
        self._held: dict[tuple[str, str], datetime] = {}

    async def take(self, account: str, policy: Every, *, wait_seconds_max: float) -> None:
        now, key = self._clock.now(), (account, policy.group)
        mine = turn(now, self._turns.get(key), self._held_until(account, policy.group), policy)
        seconds = (mine.at - now).total_seconds()
        if seconds > wait_seconds_max:
            raise too_late(seconds)
        self._turns[key] = mine
        if seconds > 0:
            await self._clock.sleep(seconds)

    async def learn(self, account: str, left: Sequence[Left]) -> None:
        for window in left:
            if seconds := pause_of(window):
                await self.hold(account, window_name(window.window), seconds)

    async def hold(self, account: str, group: str, seconds: float) -> None:
        until = self._clock.now() + timedelta(seconds=seconds)
        self._held[account, group] = max(until, self._held.get((account, group), until))

    async def state(self, account: str) -> Mapping[str, float]:
        now = self._clock.now()
        waits = {name: self._held[of, name] for of, name in self._held if of == account}
        for (of, name), last in self._turns.items():
            if of == account:
                waits[name] = max(last.free_at, waits.get(name, last.free_at))
        return {name: max(0.0, (at - now).total_seconds()) for name, at in waits.items()}

    def _held_until(self, account: str, group: str) -> datetime | None:
        holds = [
            until
            for (of, name), until in self._held.items()
            if of == account and (name == group or name.startswith("window:"))
        ]
        return max(holds, default=None)
