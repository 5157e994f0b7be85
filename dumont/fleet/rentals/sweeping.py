"""Takes in one list of an account's machines: who is there, who has changed, who is gone, and who is nobody's."""

from collections.abc import Awaitable, Mapping
from datetime import timedelta
from uuid import UUID

import structlog

from dumont.fleet.rentals import burying, noticing, orphans
from dumont.fleet.rentals.listings import Listing
from dumont.fleet.rules import labels, proof, sighting
from dumont.fleet.rules.matching import Matched, match, unlabelled
from dumont.fleet.rules.sighting import Facts, Known, Turned
from dumont.fleet.store import installation, sightings
from dumont.fleet.store.accounts import Outcome
from dumont.providers import registry

log = structlog.get_logger()


async def sweep(listing: Listing) -> Outcome:
    """What a list holds is believed; what it lacks only if it is complete."""
    found, rentals = await _matched(listing)
    settings = listing.means.settings
    silent = settings.fleet_missed_beats * settings.fleet_beat_seconds
    sights = [(known, sighting.seen(known, machine, listing.began, silent)) for known, machine in found.held]
    absent = _absent(listing, rentals, found) if listing.held.complete else []
    facts = [sight for _, sight in sights if isinstance(sight, Facts)]
    strays = [known.id for known, _ in found.held if known.account_id != listing.account.id]
    async with listing.means.db.begin() as tx:
        now = listing.means.clock.now()
        await sightings.rehome(tx, strays, listing.account.id, now)
        await sightings.write(tx, listing.claim, [*facts, *[each for _, each in absent]], now)
    for known, sight in sights:
        if isinstance(sight, Turned):
            await _alone(known, noticing.notice(listing, sight))
    gone = [known for known, each in absent if each.absences >= proof.ABSENCES]
    for known in gone[: burying.AT_ONCE]:
        await _alone(known, burying.bury(listing, known))
    if listing.held.complete:
        await orphans.destroy(listing, found.orphans)
    return _outcome(listing, found, rehomed=bool(strays))


async def _matched(listing: Listing) -> tuple[Matched, Mapping[UUID, Known]]:
    """Rentals are read after the list was made: whatever it holds has its row."""
    means, account, machines = listing.means, listing.account, listing.held.machines
    async with means.db.looking() as tx:
        name = await installation.known(tx)
        own = await sightings.live(tx, account.id)
        named = {rental for machine in machines if (rental := labels.rental_in(machine.label, name))}
        others = await sightings.by_id(tx, named - own.keys())
    found = match(machines, own | others, name)
    if not registry.kind(account.provider).can.labels:
        await _match_unlabelled(listing, own, found)
    return found, own


async def _match_unlabelled(listing: Listing, own: Mapping[UUID, Known], found: Matched) -> None:
    unnamed = [machine for machine in found.strangers if machine.label is None]
    async with listing.means.db.looking() as tx:
        taken = await sightings.taken(tx, listing.account.provider, [machine.id for machine in unnamed])
    free = [machine for machine in unnamed if machine.id not in taken]
    for known, machine in unlabelled(free, list(own.values()), listing.began):
        found.held.append((known, machine))
        found.strangers.remove(machine)


def _absent(listing: Listing, rentals: Mapping[UUID, Known], found: Matched) -> list[tuple[Known, Facts]]:
    there = {known.id for known, _ in found.held}
    missing = [known for known in rentals.values() if known.id not in there]
    counted = [(known, sighting.missing(known, listing.began)) for known in missing]
    return [(known, facts) for known, facts in counted if facts is not None]


async def _alone(known: Known, work: Awaitable[None]) -> None:
    """What can't be written of one rental is found again by the next list."""
    try:
        await work
    except Exception:
        log.exception("sighting_not_written", rental=str(known.id))


def _outcome(listing: Listing, found: Matched, *, rehomed: bool) -> Outcome:
    settings = listing.means.settings
    unsettled = any(sighting.unsettled(known, machine, listing.began) for known, machine in found.held)
    pause = settings.fleet_watch_seconds if unsettled else settings.fleet_list_seconds
    return Outcome(
        began=listing.began,
        list_at=listing.began + timedelta(seconds=pause),
        complete=listing.held.complete,
        machines=len(listing.held.machines),
        strangers=len(found.strangers),
        rehomed=rehomed,
    )
