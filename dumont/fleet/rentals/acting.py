"""Acts on rentals that are due, at their clouds: the duty `fleet.act`.

Load, act, apply: a batch is claimed in one transaction; each rental's call is made with none open; what came of it is
written if the claim still holds. Nothing here decides what a rental is for: that is its instance's.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Literal

import structlog

from dumont.basics import ids
from dumont.basics.errors import Failure
from dumont.fleet.means import Means
from dumont.fleet.rentals import creating, ending, knocking
from dumont.fleet.rentals.leasing import Lease, claimed_until, kept
from dumont.fleet.rentals.turns import Overslept, Turn
from dumont.fleet.rules import acts
from dumont.fleet.store import rentals as store
from dumont.fleet.tables import FleetRental
from dumont.providers.errors import ProviderError, RateLimited

log = structlog.get_logger()

Lane = Literal["create", "end", "tend", "all"]
BATCH = 16
LOOK_SECONDS, BUSY_SECONDS = 10.0, 0.05
"""The longest pause between two looks, as for what becomes due before one is called; and the pause where another worker
is just taking it."""


async def turn(means: Means, *, lane: Lane = "all", knock: knocking.Knock = knocking.banner) -> float:
    """One batch; seconds until there may be another one."""
    pause = await _wait(means, lane)
    if pause > 0:
        return pause
    now = means.clock.now()
    claim, lease = ids.new(now, means.random), Lease(means.settings.worker_lease_seconds)
    async with kept(means, lease, claim, store):
        async with means.db.begin() as tx:
            rows = await store.take(tx, claim, now, claimed_until(means), lane=lane, limit=BATCH)
        async with asyncio.TaskGroup() as group:
            for row in rows:
                group.create_task(_one(Turn(means, lease, *row), knock))
    return 0.0 if rows else BUSY_SECONDS


async def _one(turn: Turn, knock: knocking.Knock) -> None:
    """Whatever goes wrong with one rental is no trouble for the others."""
    try:
        await _acts(turn, knock)
    except Overslept:
        log.warning("lease_overslept", rental=str(turn.rental.id))
    except Exception as error:
        try:
            await _later(turn, error)
        except Exception as worse:  # the claim runs out, and it is tried again
            log.warning("rental_not_put_off", rental=str(turn.rental.id), error=type(worse).__name__)


async def _acts(turn: Turn, knock: knocking.Knock) -> None:
    calls: dict[acts.Act, Callable[[Turn], Awaitable[None]]] = {
        "create": creating.create,
        "drop": creating.drop,
        "destroy": ending.destroy,
        "stop": ending.stop,
        "start": ending.start,
        "knock": lambda turn: knocking.try_doors(turn, knock),
        "greet": knocking.greet,
        "wait": _wait_long,
    }
    await calls[act_of(turn.rental)](turn)


def act_of(rental: FleetRental) -> acts.Act:
    return acts.act(
        acts.Standing(
            stage=rental.stage,
            wanted=rental.wanted,
            attempted=rental.attempted_at is not None,
            made=rental.provider_machine_id is not None,
            heard=rental.ssh_at is not None or rental.agent_at is not None,
            called=rental.agent_at is not None,
            reachable=bool(rental.addresses),
            interrupted=rental.error_code == acts.INTERRUPTED,
        )
    )


async def _wait_long(turn: Turn) -> None:
    await turn.put_off(timedelta(seconds=acts.NEVER_SECONDS))


async def _later(turn: Turn, error: Exception) -> None:
    code, message = _said(error)
    if code == "our_mistake":
        log.error("rental_failed", rental=str(turn.rental.id), exc_info=error)
    asked = error.retry_seconds if isinstance(error, RateLimited) else 0.0
    tries = turn.rental.tries + 1
    pause = acts.pause_of(tries, asked)
    log.info("rental_call_failed", rental=str(turn.rental.id), code=code, again_in=pause.total_seconds())
    await turn.put_off(pause, tries=tries, error_code=code, error_message=message)


def _said(error: Exception) -> tuple[str, str]:
    if isinstance(error, ProviderError | Failure):
        return error.code, error.message
    if isinstance(error, TimeoutError):
        return "timeout", "The cloud did not answer in time."
    return "our_mistake", f"Something broke here ({type(error).__name__})."


async def _wait(means: Means, lane: Lane) -> float:
    now = means.clock.now()
    async with means.db.looking() as tx:
        at = await store.next_look(tx, lane, now + timedelta(seconds=LOOK_SECONDS))
    return LOOK_SECONDS if at is None else min(LOOK_SECONDS, max(0.0, (at - now).total_seconds()))
