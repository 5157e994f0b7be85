"""Destroys machines that carry our label and belong to no rental: left by calls whose end nobody saw, or made twice.

Strangers' machines in the same account, and those of other installations, have other labels and are never touched.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from zlib import crc32

import structlog

from dumont.fleet.rentals import costs, metrics
from dumont.fleet.rentals.listings import Listing
from dumont.fleet.rules import costs as rules
from dumont.fleet.rules.costs import Span
from dumont.fleet.rules.matching import Orphan
from dumont.fleet.store import rentals as store
from dumont.fleet.tables import FleetRental
from dumont.platform.db import Tx
from dumont.providers.errors import MachineGone, ProviderError

log = structlog.get_logger()

AT_ONCE = 20
DESTROY_SECONDS_MAX = 60.0
APART_MICROSECONDS = 10_000


async def destroy(listing: Listing, orphans: Sequence[Orphan]) -> None:
    """Asked anew at each list that still holds one. It is paid for before: whether an end that nobody answered was one
    is not known, and a list that no longer holds it tells nothing of what it has cost."""
    for orphan in orphans[:AT_ONCE]:
        if not listing.lease.sure():
            return
        paid = await _paid(listing, orphan)
        await _destroyed(listing, orphan)
        if not paid:
            await _charge(listing, orphan)


async def _paid(listing: Listing, orphan: Orphan) -> bool:
    """It is to end all the same: then this is tried again."""
    try:
        await _charge(listing, orphan)
    except Exception as error:
        log.warning("orphan_not_charged", machine=orphan.machine.id, error=type(error).__name__)
        return False
    return True


async def _destroyed(listing: Listing, orphan: Orphan) -> None:
    machine = orphan.machine
    log.warning("orphan_found", provider=listing.account.provider, machine=machine.id, label=machine.label)
    try:
        async with asyncio.timeout(DESTROY_SECONDS_MAX):
            await listing.adapter.destroy(machine.id)
    except MachineGone:
        pass
    except (ProviderError, TimeoutError) as error:
        log.warning("orphan_not_destroyed", machine=machine.id, error=type(error).__name__)
        return
    metrics.ORPHANS.labels(listing.account.provider).inc()


async def _charge(listing: Listing, orphan: Orphan) -> None:
    """Its cost is its rental's, as far as it is known: what it was from when on, and what it was when it was found."""
    if orphan.rental is None:
        return
    async with listing.means.db.begin() as tx:
        rental = await store.one(tx, orphan.rental.id)
        if rental is not None:
            since = await _since(tx, rental, orphan)
            await costs.charge(tx, rental, _spans(rental, orphan, since, until=listing.means.clock.now()))


async def _since(tx: Tx, rental: FleetRental, orphan: Orphan) -> datetime:
    """The same at each list. The rental's own machine, which was thought to be gone, is paid for until then; another
    one's rows are told apart from the first one's by some microseconds."""
    machine = orphan.machine
    if rental.ended_at is not None and machine.id == rental.provider_machine_id:
        paid = [row.until for row in (await costs.of(tx, [rental.id]))[rental.id] if row.since < rental.ended_at]
        return max([rental.ended_at, *(until for until in paid if until is not None)])
    born = machine.created_at or rental.attempted_at or rental.created_at
    return born + timedelta(microseconds=1 + crc32(machine.id.encode()) % APART_MICROSECONDS)


def _spans(rental: FleetRental, orphan: Orphan, since: datetime, *, until: datetime) -> list[Span]:
    due = rules.due(rental.provider, orphan.machine.state, price_hour=rental.price_hour, disk_hour=rental.disk_hour)
    return [Span(kind, price, since, max(since, until)) for kind, price in due.items()]
