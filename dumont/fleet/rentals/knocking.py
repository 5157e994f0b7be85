"""Knocks at the SSH doors of machines that boot: the first who answers has won a race."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from dumont.fleet.rentals import costs, renting
from dumont.fleet.rentals.altering import Change, altered, let_go
from dumont.fleet.rentals.turns import Turn
from dumont.fleet.rules import acts, sighting
from dumont.fleet.store import rentals as store
from dumont.fleet.tables import FleetRental
from dumont.platform.work import Work

Knock = Callable[[str, int], Awaitable[bool]]
KNOCK_SECONDS_MAX = 3.0
BANNER = b"SSH-"


async def banner(host: str, port: int) -> bool:
    """Whether an SSH server greets there."""
    try:
        async with asyncio.timeout(KNOCK_SECONDS_MAX):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                return await reader.readexactly(len(BANNER)) == BANNER
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
    except (OSError, EOFError, TimeoutError, ValueError):
        return False


async def try_doors(turn: Turn, knock: Knock) -> None:
    """A gateway greets for machines that are not up yet: it is asked only where there is no other door."""
    doors = [row for row in turn.rental.addresses if row["direct"]] or list(turn.rental.addresses)
    answers = await asyncio.gather(*[knock(*_door(row)) for row in doors[:2]])
    if not any(answers):
        await turn.put_off(timedelta(seconds=acts.KNOCK_SECONDS))
        return
    async with altered(turn.means, turn.rental, turn.guard) as change:
        if change is not None:
            change.rental.ssh_at = change.rental.ssh_at or change.work.now
            _ready(change)


async def greet(turn: Turn) -> None:
    """Its agent was quicker than the door, and perhaps than its cloud's word that it runs."""
    async with altered(turn.means, turn.rental, turn.guard) as change:
        if change is not None:
            _ready(change)


async def has_called(work: Work, rental_id: UUID) -> None:
    """The same in the transaction that takes in the agent's first call, as a race is over with it. Whoever has claimed
    the rental meanwhile writes nothing that is against it."""
    rental = await store.hold(work.tx, rental_id)
    if rental is not None and rental.wanted == "held" and _becomes_ready(rental, work.now):
        await work.tx.flush()
        await costs.follow(work.tx, rental, work.now)
        await work.publish(renting.told(work, rental))


def _ready(change: Change) -> None:
    _becomes_ready(change.rental, change.work.now)
    let_go(change, change.work.now + timedelta(seconds=acts.NEVER_SECONDS))


def _becomes_ready(rental: FleetRental, now: datetime) -> bool:
    """Whether it has become so just now."""
    if rental.stage != "running" and (rental.stage != "booting" or rental.agent_at is None):
        return False
    if rental.agent_at is not None:
        rental.seen_state = sighting.state_by_call(rental.seen_state)
    rental.stage, rental.running_at, rental.ready_at = "ready", rental.running_at or now, rental.ready_at or now
    return True


def _door(row: Mapping[str, Any]) -> tuple[str, int]:
    return str(row["host"]), int(row["port"])
