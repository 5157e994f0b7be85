"""Reads a cloud's offers and writes down what has changed: load, act, apply.

A short transaction claims the cloud and learns with which account it is asked. The network is used with none open. A
short transaction writes, if the claim is still ours. A worker that dies in between leaves a claim that runs out, and
not a row that is half written.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from dumont.basics import ids
from dumont.market import metrics
from dumont.market.apply import Answer, ClaimLost, Trouble, apply, note_trouble
from dumont.market.clouds import Account, account_at
from dumont.market.diff import Difference, compare
from dumont.market.means import Means
from dumont.market.report import Report
from dumont.market.rules import answers
from dumont.market.rules.answers import Witness
from dumont.market.store import claims, writing
from dumont.market.store.claims import Claim
from dumont.providers.errors import ProviderError, RateLimited
from dumont.providers.port import Catalogue, Kind
from dumont.providers.port import Witness as CanWitness

log = structlog.get_logger()

MISSING_ASKED_FOR, NAMED_ASKED_FOR = 40, 10


@dataclass(frozen=True, slots=True)
class Turn:
    """Ours to sync a cloud, until it is done or the lease is over."""

    account: Account
    claim: Claim
    known: dict[str, int | None] = field(repr=False)
    began: float


async def sync(means: Means, kind: Kind, *, early: bool = False) -> Report | None:
    """What became of it; None if it is not due, or another worker is at it. `early` does not wait until it is due."""
    claim = Claim(kind.name, ids.new(means.clock.now(), means.random))
    try:
        turn = await _load(means, kind, claim, early=early)
        if isinstance(turn, Report) or turn is None:
            return turn
        async with _kept(means, claim):
            report = await _settle(means, turn, await _act(means, turn))
    except BaseException:  # also in the middle of taking it
        await _give_back(means, claim)
        raise
    metrics.tell(report, means.clock.now())
    return report


async def wanted_in(means: Means, kind: Kind) -> float:
    """Seconds until there may be something to do."""
    async with means.db.looking() as tx:
        at = await claims.next_look(tx, kind.name)
    return (at - means.clock.now()).total_seconds()


async def _load(means: Means, kind: Kind, claim: Claim, *, early: bool) -> Turn | Report | None:
    began, now = time.monotonic(), means.clock.now()
    async with means.db.begin() as tx:
        await claims.enrol(tx, [kind.name], now)
        account = await account_at(kind, tx, means.vault, means.settings)
        if account.why_not is not None:
            await claims.put_off(tx, kind.name, now + timedelta(seconds=means.interval(kind)))
            return Report(provider=kind.name, error_code="not_configured", error=account.why_not)
        if not await claims.take(tx, claim, now, _until(means), early=early):
            return None
        known = await writing.known(tx, kind.name)
    return Turn(account, claim, known, began)


async def _act(means: Means, turn: Turn) -> Answer | Trouble:
    try:
        async with asyncio.timeout(means.settings.market_sync_seconds_max):
            catalogue = await _asked(means, turn.account)
            difference = await asyncio.to_thread(compare, turn.account.kind.name, catalogue, turn.known)
            doubtful = answers.doubtful(known=len(turn.known), missing=len(difference.missing))
            asked = catalogue.complete and difference.fetched and doubtful
            witness = await _witness(means, turn, catalogue, difference) if asked else "silent"
    except ProviderError as error:
        retry = error.retry_seconds if isinstance(error, RateLimited) else 0
        return Trouble(error.code, error.message, retry)
    except TimeoutError:
        return Trouble("timeout", f"No answer within {means.settings.market_sync_seconds_max:g} seconds.")
    except Exception as error:
        log.exception("sync_failed", provider=turn.account.kind.name)
        return Trouble("our_mistake", f"The answer could not be taken in ({type(error).__name__}).")
    return Answer(catalogue, difference, witness)


async def _asked(means: Means, account: Account) -> Catalogue:
    return await means.clouds.open(account.kind.name, account.credentials).adapter.search()


async def _witness(means: Means, turn: Turn, catalogue: Catalogue, found: Difference) -> Witness:
    """Asks for some of what is missing, and of what is there, by their ids."""
    named = [listed.provider_offer_id for listed in catalogue.offers]
    missing = frozenset(means.random.sample(found.missing, min(len(found.missing), MISSING_ASKED_FOR)))
    proof = frozenset(means.random.sample(named, min(len(named), NAMED_ASKED_FOR)))
    account = turn.account
    try:
        adapter = means.clouds.open(account.kind.name, account.credentials).adapter
        answered = await adapter.offered(missing | proof) if isinstance(adapter, CanWitness) else None
    except ProviderError as error:
        log.info("no_witness", provider=account.kind.name, code=error.code)
        return "silent"
    return "silent" if answered is None else answers.witnessed(missing=missing, named=proof, answered=answered)


async def _settle(means: Means, turn: Turn, outcome: Answer | Trouble) -> Report:
    kind = turn.account.kind
    if isinstance(outcome, Answer):
        try:
            return await apply(means, kind, turn.claim, outcome, known=len(turn.known), began=turn.began)
        except ClaimLost:
            raise
        except Exception as error:
            log.exception("answer_not_written", provider=kind.name)
            outcome = Trouble("our_mistake", f"The answer could not be written ({type(error).__name__}).")
    return await note_trouble(means, kind, turn.claim, outcome, began=turn.began)


@asynccontextmanager
async def _kept(means: Means, claim: Claim) -> AsyncIterator[None]:
    """Renews the claim while something is done under it."""
    renewing = asyncio.create_task(_renew(means, claim))
    try:
        yield
    finally:
        renewing.cancel()
        await asyncio.wait({renewing})


async def _renew(means: Means, claim: Claim) -> None:
    """A claim that can't be renewed may be lost, which the writing finds out."""
    while True:
        await asyncio.sleep(means.settings.worker_lease_seconds / 3)
        try:
            async with means.db.begin() as tx:
                await claims.renew(tx, claim, _until(means))
        except Exception as error:
            log.warning("claim_not_renewed", provider=claim.provider, error=type(error).__name__)


async def _give_back(means: Means, claim: Claim) -> None:
    """So that another worker need not wait for the claim to run out."""
    with suppress(Exception):
        async with means.db.begin() as tx:
            await claims.release(tx, claim)


def _until(means: Means) -> datetime:
    return means.clock.now() + timedelta(seconds=means.settings.worker_lease_seconds)
