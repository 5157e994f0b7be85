"""Limits and freezes that every process shares, in PostgreSQL; `limiting.py` and `freezing.py` have those of one."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from dumont.basics.clock import Clock
from dumont.platform.db import Db
from dumont.providers.freezing import Freeze
from dumont.providers.limiting import pause_of, too_late, window_name
from dumont.providers.limits import Every, Left
from dumont.providers.store import freezes, limits
from dumont.providers.tables import ProviderFreeze


class SharedLimiter:
    """A turn is reserved in the database, and waited for here."""

    def __init__(self, db: Db, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def take(self, account: str, policy: Every, *, wait_seconds_max: float) -> None:
        now, interval = self._clock.now(), timedelta(seconds=policy.seconds)
        pace = limits.Pace(account, policy.group, interval, interval * (policy.burst - 1))
        async with self._db.begin() as tx:
            at = await limits.take(tx, pace, now, latest=now + timedelta(seconds=wait_seconds_max))
            if at is None:
                at = await limits.open_at(tx, account, policy.group, now)
                raise too_late((at - now).total_seconds())
        if at > now:
            await self._clock.sleep((at - now).total_seconds())

    async def learn(self, account: str, left: Sequence[Left]) -> None:
        for window in left:
            if seconds := pause_of(window):
                await self.hold(account, window_name(window.window), seconds)

    async def hold(self, account: str, group: str, seconds: float) -> None:
        now = self._clock.now()
        async with self._db.begin() as tx:
            await limits.hold(tx, account, group, now=now, until=now + timedelta(seconds=seconds))

    async def state(self, account: str) -> Mapping[str, float]:
        now = self._clock.now()
        async with self._db.looking() as tx:
            open_at = await limits.state(tx, account)
        return {name: max(0.0, (at - now).total_seconds()) for name, at in open_at.items()}


class SharedFreezes:
    def __init__(self, db: Db, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def of(self, provider: str) -> Freeze | None:
        async with self._db.looking() as tx:
            row = await freezes.of(tx, provider)
        return _freeze(row) if row else None

    async def all_of_them(self) -> list[Freeze]:
        async with self._db.looking() as tx:
            return [_freeze(row) for row in await freezes.all_of_them(tx)]

    async def freeze(self, provider: str, reason: str) -> None:
        async with self._db.begin() as tx:
            await freezes.freeze(tx, provider, reason, self._clock.now())

    async def unfreeze(self, provider: str) -> bool:
        async with self._db.begin() as tx:
            return await freezes.unfreeze(tx, provider)


def _freeze(row: ProviderFreeze) -> Freeze:
    return Freeze(row.provider, row.reason, row.since)
