"""Makes a rental's machine: the one call that can lose money, made once, and after the intent is in the database."""

import asyncio
from datetime import timedelta

import structlog

from dumont.fleet.instances import environment
from dumont.fleet.rentals import experience, metrics, offers
from dumont.fleet.rentals.altering import accept, altered, end, let_go
from dumont.fleet.rentals.order import Terms, order_of
from dumont.fleet.rentals.renting import token_place
from dumont.fleet.rentals.turns import Turn
from dumont.fleet.rules import acts, proof
from dumont.fleet.rules.wanted import Wanted
from dumont.fleet.store import rentals as store
from dumont.platform.addresses import address_of
from dumont.providers import registry
from dumont.providers.errors import Invalid, OutcomeUnknown, ProviderError, RateLimited
from dumont.providers.port import Created, Order

log = structlog.get_logger()


async def create(turn: Turn) -> None:
    """Whatever becomes of the call, there is no second one: a lost answer is settled by lists (`watching`)."""
    try:
        adapter, order = turn.adapter(), _order(turn)
    except ProviderError as error:
        await _refused(turn, error)
        return
    turn.demand_lease()
    if not await _attempt(turn):
        await turn.put_off(timedelta(0))
        return
    turn.demand_lease()
    try:
        async with asyncio.timeout(proof.CREATE_SECONDS_MAX):
            with turn.fenced("create"):
                made = await adapter.create(order)
    except RateLimited as error:
        outcome = "too_fast"
        await _not_sent(turn, error)
    except OutcomeUnknown as error:
        outcome = "in_doubt"
        await _in_doubt(turn, error)
    except ProviderError as error:
        outcome = error.code
        await _refused(turn, error)
    except Exception as error:
        outcome = "in_doubt"
        if not isinstance(error, TimeoutError):
            log.exception("create_broke", rental=str(turn.rental.id))
        await _in_doubt(turn, OutcomeUnknown(f"The create call broke off ({type(error).__name__})."))
    else:
        outcome = "made"
        await _accepted(turn, made)
    metrics.CREATES.labels(turn.rental.provider, outcome).inc()


async def drop(turn: Turn) -> None:
    """Nobody wants it any more, and no call was made: it ends here."""
    async with altered(turn.means, turn.rental, turn.guard) as change:
        if change is not None and change.rental.attempted_at is None and change.rental.wanted != "held":
            end(change, "never_made")


def _order(turn: Turn) -> Order:
    rental, instance = turn.rental, turn.instance
    if rental.agent_token_sealed is None:
        raise Invalid("The token of this rental's agent is gone.")
    vault, listed = turn.means.vault, offers.read(rental.listed)
    terms = Terms(
        listed=listed,
        label=rental.label,
        disk_gb=rental.disk_gb,
        spot=rental.spot,
        price_hour=rental.price_hour,
    )
    return order_of(
        registry.kind(rental.provider),
        terms,
        Wanted.model_validate(instance.wanted),
        env=environment.of(vault, instance),
        server=address_of(turn.means.settings),
        token=vault.open(rental.agent_token_sealed, token_place(rental.id)),
    )


async def _attempt(turn: Turn) -> bool:
    """Committed before the call: from here on, a machine may exist."""
    async with turn.means.db.begin() as tx:
        now = turn.means.clock.now()
        settle_at = proof.settle_at(now)
        return await store.attempt(tx, turn.rental.id, turn.rental.epoch, now=now, settle_at=settle_at)


async def _accepted(turn: Turn, made: Created) -> None:
    async with altered(turn.means, turn.rental, turn.guard) as change:
        if change is None:  # another has it by now, and finds the machine by its label
            return
        accept(change, made.id)
        if made.price_hour is not None:
            change.rental.price_hour = made.price_hour
        change.rental.error_code = change.rental.error_message = None
        change.rental.tries = 0
        let_go(change, change.work.now)


async def _not_sent(turn: Turn, error: RateLimited) -> None:
    """The cloud took no notice of it, so this was not the one create call."""
    async with altered(turn.means, turn.rental, turn.guard) as change:
        if change is None or change.rental.provider_machine_id is not None or error.created_ids:
            return
        rental = change.rental
        rental.stage, rental.attempted_at, rental.settle_at = "intended", None, None
        rental.error_code, rental.error_message = error.code, error.message
        let_go(change, change.work.now + timedelta(seconds=max(1.0, error.retry_seconds)))


async def _in_doubt(turn: Turn, error: OutcomeUnknown) -> None:
    async with altered(turn.means, turn.rental, turn.guard) as change:
        if change is None:
            return
        rental, now = change.rental, change.work.now
        if error.created_ids:
            accept(change, error.created_ids[0])
        rental.agent_token_sealed = None
        rental.settle_at = proof.settle_at(now, answered=True)
        rental.error_code, rental.error_message = error.code, error.message
        let_go(change, now if error.created_ids else now + timedelta(seconds=acts.NEVER_SECONDS))


async def _refused(turn: Turn, error: ProviderError) -> None:
    """Surely not made, or made and of no use: a refusal that names a machine leaves one to destroy."""
    reason = experience.reason_of(error)
    async with altered(turn.means, turn.rental, turn.guard) as change:
        if change is None:
            return
        rental = change.rental
        rental.error_code, rental.error_message = error.code, error.message
        if reason is not None:
            await experience.failed(change.work, rental, reason, error.message)
        rental.attempt_type = None
        if error.created_ids or rental.provider_machine_id is not None:
            accept(change, next(iter(error.created_ids), rental.provider_machine_id or ""))
            rental.wanted, rental.why_ended = "gone", rental.why_ended or reason or "never_made"
            let_go(change, change.work.now)
        else:
            end(change, reason or "never_made")
