"""Changes a rental in one transaction with everything that follows from it: the instance that stands on it, what it
costs, and who is told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from dumont.fleet.means import Means
from dumont.fleet.rentals import costs, metrics, renting
from dumont.fleet.store import instances, races
from dumont.fleet.store import rentals as store
from dumont.fleet.tables import FleetRental
from dumont.platform.work import Work


class Standing(Protocol):
    """A rental as it was read before; nothing but its ids is believed of it."""

    @property
    def id(self) -> UUID: ...
    @property
    def instance_id(self) -> UUID: ...


@dataclass(frozen=True, slots=True)
class Guard:
    """Whose word counts: whoever holds the rental's claim (`epoch`), or the claim to list its account.

    `look_at` is when the claimed rental was due: where it is another by now, somebody wants an earlier look.
    """

    epoch: int | None = None
    listing: UUID | None = None
    look_at: datetime | None = None


@dataclass(slots=True)
class Change:
    """`rental` is locked; what is set on it is written. `at` is when it happened, as far as it is known."""

    work: Work
    rental: FleetRental
    at: datetime
    pulled: bool
    """Somebody has asked for a look since it was claimed."""


@asynccontextmanager
async def altered(
    means: Means, rental: Standing, guard: Guard, *, at: datetime | None = None
) -> AsyncIterator[Change | None]:
    """None if it has ended, or is another's by now: then nothing is to be written."""
    async with means.db.begin() as tx:
        work = means.work(tx)
        await instances.poke(tx, [rental.instance_id], work.now)
        held = await store.hold(tx, rental.id, epoch=guard.epoch, listing=guard.listing)
        if held is None:
            yield None
            return
        pulled = guard.look_at is not None and held.look_at != guard.look_at
        before, change = held.stage, Change(work, held, at or work.now, pulled)
        yield change
        await tx.flush()
        await costs.follow(tx, held, change.at)
        if held.stage != "ended":
            await store.wake(tx)
        else:
            await _count_loser(work, held)
        if held.stage != before:
            await work.publish(renting.told(work, held))


async def _count_loser(work: Work, rental: FleetRental) -> None:
    """As the fleet's figures have it: whoever raced, and is not who won in the end."""
    race = await races.one(work.tx, rental.race_id)
    if race is not None and race.winner_id != rental.id and rental.accepted_at is not None:
        rows = (await costs.of(work.tx, [rental.id]))[rental.id]
        metrics.lost_a_race(work.tx, rental.provider, costs.amount(rows, work.now))


def let_go(change: Change, look_at: datetime) -> None:
    """Gives the claim back with the change; a look that somebody has asked for meanwhile is not put off."""
    rental = change.rental
    rental.claim = rental.claimed_until = None
    rental.look_at = min(rental.look_at, look_at) if change.pulled else look_at


def end(change: Change, why: str) -> None:
    """Its last change: the cloud has confirmed it, or there never was a machine."""
    rental = change.rental
    rental.stage, rental.ended_at, rental.absences = "ended", change.work.now, 0
    rental.why_ended = rental.why_ended or why
    rental.agent_token_sealed = rental.claim = rental.claimed_until = None


def accept(change: Change, machine_id: str) -> None:
    """The cloud has a machine for it; the first id that is known stays."""
    rental = change.rental
    rental.provider_machine_id = rental.provider_machine_id or machine_id
    rental.accepted_at = rental.accepted_at or change.at
    rental.attempted_at = rental.attempted_at or change.at
    rental.agent_token_sealed = None
    if rental.stage in ("intended", "creating"):
        rental.stage = "booting"
    rental.look_at = change.work.now
