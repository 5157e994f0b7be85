"""Writes down that a machine is new to us, or in another state or at another price than it was."""

from datetime import datetime

from dumont.fleet.rentals import costs
from dumont.fleet.rentals.altering import Change, accept, altered
from dumont.fleet.rentals.listings import Listing
from dumont.fleet.rules import sighting
from dumont.fleet.rules.acts import INTERRUPTED
from dumont.fleet.rules.sighting import Known, Machine, Turned
from dumont.fleet.tables import FleetRental

WORDS_MAX = 500


async def notice(listing: Listing, turned: Turned) -> None:
    known, machine = turned.known, turned.machine
    async with altered(listing.means, known, listing.guard, at=listing.began) as change:
        if change is None or change.rental.provider_machine_id not in (None, machine.id):
            return
        if change.rental.provider_machine_id is None:
            await _adopt(change, machine, listing.began)
        _write(change, machine, listing.began)


async def _adopt(change: Change, machine: Machine, began: datetime) -> None:
    """Since it was made its disk has cost; since when it has run, nobody has seen."""
    change.at = _born(change.rental, machine, began)
    accept(change, machine.id)
    await costs.follow(change.work.tx, change.rental, change.at)
    change.at = began


def _born(rental: FleetRental, machine: Machine, began: datetime) -> datetime:
    """Of a machine whose create call was not answered: what the cloud says, if that can be."""
    early = rental.attempted_at or began
    return machine.created_at if machine.created_at and early <= machine.created_at <= began else early


def _write(change: Change, machine: Machine, began: datetime) -> None:
    rental = change.rental
    now = known_of(rental)
    state = sighting.state_of(now, machine)
    stage = sighting.stage_of(now, state)
    rental.seen_state, rental.raw_state, rental.seen_at = state, machine.raw_state, began
    rental.price_hour = sighting.price_of(now, machine) or rental.price_hour
    rental.absences, rental.absent_since = 0, None
    rental.addresses = sighting.written(machine.addresses) or rental.addresses
    if stage in ("running", "ready") and rental.stage != stage:
        rental.running_at = rental.running_at or began
        rental.ready_at = (rental.ready_at or began) if stage == "ready" else rental.ready_at
    _complain(rental, machine, stopped=stage == "stopped" and rental.wanted == "held")
    rental.stage, rental.look_at = stage, change.work.now


def _complain(rental: FleetRental, machine: Machine, *, stopped: bool) -> None:
    """In the cloud's words, for whoever judges the machine."""
    said = (machine.reason or machine.raw_state)[:WORDS_MAX]
    if machine.state == "failed":
        rental.error_code, rental.error_message = "failed", said
    elif stopped:
        rental.error_code, rental.error_message = INTERRUPTED, said
    elif machine.state == "running":
        rental.error_code = rental.error_message = None


def known_of(rental: FleetRental) -> Known:
    return Known(*[getattr(rental, name) for name in Known._fields])
