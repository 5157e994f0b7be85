"""Lists the machines of each account, often where something starts or ends: the duty `fleet.watch`.

The one listing tells all rentals of an account how they are, finds machines of ours that belong to none, and notices
those that have gone. What a list does not say for sure changes nothing: half a list proves only what is in it.
"""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from dumont.basics import ids
from dumont.basics.errors import Failure
from dumont.fleet.means import Means
from dumont.fleet.rentals import accounts, metrics, refusing, sweeping
from dumont.fleet.rentals.leasing import Lease, claimed_until, kept
from dumont.fleet.rentals.listings import Listing
from dumont.fleet.rules import acts
from dumont.fleet.store import accounts as store
from dumont.fleet.store import sightings
from dumont.fleet.store.accounts import Outcome
from dumont.fleet.tables import FleetAccount
from dumont.providers.errors import ProviderError, RateLimited

log = structlog.get_logger()

ACCOUNTS = 4
"""At once."""
LIST_SECONDS_MAX = 600.0
LOOK_SECONDS, BUSY_SECONDS = 10.0, 0.05
REFUSED_SECONDS_MAX = 900.0
"""A key that is refused is tried again so often at least: its owner may mend it at the cloud."""
FORGOTTEN_AFTER_SECONDS = 3600.0


async def turn(means: Means) -> float:
    """Some accounts that are due; seconds until there may be others."""
    pause = await _wait(means)
    if pause > 0:
        return pause
    now = means.clock.now()
    claim, lease = ids.new(now, means.random), Lease(means.settings.worker_lease_seconds)
    async with kept(means, lease, claim, store):
        async with means.db.begin() as tx:
            often = means.settings.fleet_watch_seconds
            due = await store.take(tx, claim, now, claimed_until(means), often=often, limit=ACCOUNTS)
        async with asyncio.TaskGroup() as group:
            for account in due:
                group.create_task(_watch(means, account, claim, lease))
    return 0.0 if due else BUSY_SECONDS


async def _watch(means: Means, account: FleetAccount, claim: UUID, lease: Lease) -> None:
    """Whatever goes wrong with one account is no trouble for the others."""
    began = means.clock.now()
    try:
        adapter = accounts.open(means, account)
        async with asyncio.timeout(LIST_SECONDS_MAX):
            held = await adapter.machines()
        outcome = await sweeping.sweep(Listing(means, account, adapter, claim, lease, began, held))
    except Exception as error:
        outcome = _trouble(means, account, began, error)
    metrics.listed(account.provider, outcome)
    try:
        await _finish(means, account, claim, outcome)
    except Exception as error:  # the claim runs out
        log.warning("listing_not_written", provider=account.provider, error=type(error).__name__)


def _trouble(means: Means, account: FleetAccount, began: datetime, error: Exception) -> Outcome:
    code, message = "our_mistake", f"The list could not be taken in ({type(error).__name__})."
    if isinstance(error, ProviderError | Failure):
        code, message = error.code, error.message
    elif isinstance(error, TimeoutError):
        code, message = "timeout", "The list did not come in time."
    else:
        log.error("listing_failed", provider=account.provider, exc_info=error)
    pause = acts.pause_of(account.failures + 1, error.retry_seconds if isinstance(error, RateLimited) else 0.0)
    if code == "bad_credentials":
        pause = timedelta(seconds=min(REFUSED_SECONDS_MAX, 10 * pause.total_seconds()))
    log.info("listing_failed", provider=account.provider, code=code, again_in=pause.total_seconds())
    return Outcome(began=began, list_at=means.clock.now() + pause, error_code=code, error=message)


async def _finish(means: Means, account: FleetAccount, claim: UUID, outcome: Outcome) -> None:
    async with means.db.begin() as tx:
        work = means.work(tx)
        if outcome.error_code is None or outcome.error_code == "bad_credentials":
            since = await sightings.quiet_since(tx, account.id)
            long = since is not None and work.now - since > timedelta(seconds=FORGOTTEN_AFTER_SECONDS)
            if long and not await accounts.still_given(work, means.vault, account):
                await store.forget(tx, account.id, claim)
            elif since is None and outcome.error_code is not None:
                await accounts.follow(work, means.vault, account)
        await refusing.tell(work, account, outcome)
        await store.finish(tx, account, claim, outcome)


async def _wait(means: Means) -> float:
    async with means.db.looking() as tx:
        at = await store.next_look(tx, means.settings.fleet_watch_seconds)
    return LOOK_SECONDS if at is None else min(LOOK_SECONDS, max(0.0, (at - means.clock.now()).total_seconds()))
