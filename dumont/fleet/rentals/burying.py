"""Ends a rental whose machine is proved to be gone, and tells its instance."""

import asyncio
from datetime import datetime

import structlog

from dumont.fleet.rentals import experience
from dumont.fleet.rentals.altering import altered, end
from dumont.fleet.rentals.listings import Listing
from dumont.fleet.rules import proof
from dumont.fleet.rules.sighting import Known
from dumont.fleet.tables import FleetRental
from dumont.providers.errors import MachineGone, ProviderError

log = structlog.get_logger()

AT_ONCE = 20
"""The others come with the next list."""
ASK_SECONDS_MAX = 60.0


async def bury(listing: Listing, known: Known) -> None:
    """Twice it was missing. Where that could be a lie, the cloud is asked for this one machine."""
    lives = False
    if proof.needs_witness(known, listed=len(listing.held.machines)):
        answer = await _lives(listing, known)
        if answer is None:
            return
        lives = answer
    async with altered(listing.means, known, listing.guard) as change:
        if change is None or change.rental.absences < proof.ABSENCES:
            return
        rental = change.rental
        if lives:
            rental.absences, rental.absent_since, rental.seen_at = 0, None, change.work.now
            return
        change.at = _ended_at(rental, change.work.now)
        if rental.attempt_type is not None and rental.wanted == "held" and rental.accepted_at is not None:
            await experience.failed(change.work, rental, "unknown", "The machine was gone before it was of use.")
        end(change, "interrupted" if rental.accepted_at else "never_made")


async def _lives(listing: Listing, known: Known) -> bool | None:
    """None if nobody can say."""
    try:
        async with asyncio.timeout(ASK_SECONDS_MAX):
            await listing.adapter.machine(known.provider_machine_id or "")
    except MachineGone:
        return False
    except (ProviderError, TimeoutError) as error:
        log.info("no_witness", rental=str(known.id), error=type(error).__name__)
        return None
    log.warning("list_lacked_a_living_machine", rental=str(known.id))
    return True


def _ended_at(rental: FleetRental, now: datetime) -> datetime:
    """Since when it costs nothing: the answered end, if it was never seen again; else the first list without it."""
    asked = rental.end_asked_at
    if asked is not None and (rental.seen_at is None or rental.seen_at <= asked):
        return asked
    return rental.absent_since or now
