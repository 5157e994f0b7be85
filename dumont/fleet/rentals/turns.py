"""One rental in the hands of whoever holds its claim."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from dumont.fleet.means import Means
from dumont.fleet.rentals import accounts
from dumont.fleet.rentals.altering import Guard
from dumont.fleet.rentals.leasing import Lease
from dumont.fleet.store import rentals as store
from dumont.fleet.tables import FleetAccount, FleetInstance, FleetRental
from dumont.providers.http import BEFORE_CALLS
from dumont.providers.port import Adapter

log = structlog.get_logger()

CALL_SECONDS_MAX = 60.0
"""Of any call but a create."""


class Overslept(Exception):
    """This process slept, and its claim may be another's: it calls nobody."""


@dataclass(frozen=True, slots=True)
class Turn:
    means: Means
    lease: Lease
    rental: FleetRental
    instance: FleetInstance
    account: FleetAccount

    @property
    def guard(self) -> Guard:
        return Guard(epoch=self.rental.epoch, look_at=self.rental.look_at)

    def adapter(self) -> Adapter:
        return accounts.open(self.means, self.account)

    def demand_lease(self) -> None:
        """Just before a call."""
        if not self.lease.sure():
            raise Overslept

    @contextmanager
    def fenced(self, call: str) -> Iterator[None]:
        """Calls in it ask for the lease once more when their turn has come: to wait for one takes half a minute. From
        then on it is the cloud's own time, and the log says so."""

        def begin() -> None:
            self.demand_lease()
            log.info("rental_call", call=call, provider=self.rental.provider, rental=str(self.rental.id))

        token = BEFORE_CALLS.set(begin)
        try:
            yield
        finally:
            BEFORE_CALLS.reset(token)

    def limited(self) -> asyncio.Timeout:
        return asyncio.timeout(CALL_SECONDS_MAX)

    async def put_off(self, pause: timedelta, **values: Any) -> None:
        async with self.means.db.begin() as tx:
            look_at = self.means.clock.now() + pause
            await store.put_off(tx, self.rental, look_at, **values)
