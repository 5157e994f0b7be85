"""A lease on work that calls clouds: renewed while it is held, and not trusted after a sleep that nobody noticed.

Whether the lease still has time is asked of the computer's own clock, just before a call that costs money: a process
that was frozen meanwhile, or whose computer slept, finds that it has none.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import structlog

from dumont.fleet.means import Means
from dumont.platform.db import Tx

log = structlog.get_logger()

MARGIN = 1 / 3
"""Of a lease: one with less left is not begun with."""


class Lease:
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._until = ticks() + seconds

    def sure(self) -> bool:
        return ticks() < self._until - self.seconds * MARGIN

    def over(self) -> bool:
        """What was claimed may be another's."""
        return ticks() >= self._until

    def renewed(self, asked_at: float) -> None:
        """Counted from before the database was asked; one that was over by the time it answered stays so."""
        if not self.over():
            self._until = asked_at + self.seconds


def ticks() -> float:
    """Seconds, by the clock that goes on while a computer sleeps where it has one."""
    through_sleep = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if through_sleep is None else time.clock_gettime(through_sleep)


class Claims(Protocol):
    """The store of what is claimed."""

    async def renew(self, tx: Tx, claim: UUID, until: datetime) -> None: ...

    async def release(self, tx: Tx, claim: UUID) -> None: ...


def claimed_until(means: Means) -> datetime:
    return means.clock.now() + timedelta(seconds=means.settings.worker_lease_seconds)


@asynccontextmanager
async def kept(means: Means, lease: Lease, claim: UUID, claims: Claims) -> AsyncIterator[None]:
    """Renews the claim while something is done under it; given back at once when that breaks off."""

    async def renew() -> None:
        async with means.db.begin() as tx:
            await claims.renew(tx, claim, claimed_until(means))

    renewing = asyncio.create_task(_renew(lease, renew))
    try:
        yield
    except BaseException:
        with suppress(Exception):
            async with means.db.begin() as tx:
                await claims.release(tx, claim)
        raise
    finally:
        renewing.cancel()
        await asyncio.wait({renewing})


async def _renew(lease: Lease, renew: Callable[[], Awaitable[None]]) -> None:
    """One that can't be renewed runs out, which whoever writes finds out. Who slept through its end lets others have
    what he claimed."""
    while True:
        await asyncio.sleep(lease.seconds / 3)
        began = ticks()
        if lease.over():
            return
        try:
            await renew()
        except Exception as error:
            log.warning("lease_not_renewed", error=type(error).__name__)
        else:
            lease.renewed(began)
