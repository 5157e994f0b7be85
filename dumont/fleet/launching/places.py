"""Finds out what work with a deadline may run on: places that sell spot machines, what they have been like, and prices.

A place is a region of a cloud. That it has machines is told by the market; how it was, by the market's hours and by the
machines of this house that were taken away there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from dumont.fleet.launching import choosing
from dumont.fleet.launching.choosing import Wishes
from dumont.fleet.rules.choosing import Candidate, place_of
from dumont.fleet.rules.course import Course
from dumont.fleet.rules.places import Known, PlaceKnown, nearest
from dumont.fleet.store import places as store
from dumont.fleet.tables import FleetInstance, FleetRental
from dumont.market import spots
from dumont.market.following import View
from dumont.platform.work import Work

LOOKED_BACK = timedelta(days=7)
LEARNED = timedelta(days=30)
"""So old may be what is expected of changes of machine."""


async def known(
    work: Work,
    view: View,
    wishes: Wishes,
    *,
    instance: FleetInstance | None = None,
    course: Course | None = None,
    held: Sequence[FleetRental] = (),
    had: FleetRental | None = None,
) -> Known:
    """`held` are the instance's own machines, on their way or in use: their places have what it needs. Where it `had`
    its last one, there may be another some time."""
    spot = await choosing.fitting(work, view, replace(wishes, only="spot", gone_too=True))
    dear = await choosing.fitting(work, view, replace(wishes, only="on_demand"))
    found = _places(wishes, spot, course)
    for rental in held:
        _hold(found, rental)
    if had is not None and had.spot:
        name = place_of_rental(had)
        found.setdefault(name, PlaceKnown(name, had.price_hour + had.disk_hour, False))
    keep = next((place_of_rental(rental) for rental in held if rental.spot), None)
    places = nearest(found.values(), keep)
    await _remember(work, places, [str(each.offer["gpu_name"]) for each in spot if each.offer["gpu_name"]])
    settings = work.settings
    return Known(
        places=places,
        on_demand_hour=choosing.hour_of(dear[0], wishes.wanted.disk_gb) if dear else None,
        changeover_hours=await store.changeover_hours(work.tx, instance.id if instance else None, work.now - LEARNED),
        save_hours=settings.fleet_deadline_save_seconds / 3600,
        again_hours=settings.fleet_deadline_ask_seconds / 3600,
    )


def _places(wishes: Wishes, spot: Iterable[Candidate], course: Course | None) -> dict[str, PlaceKnown]:
    """What was tried lately, and places in which nothing came up, are as good as gone."""
    found: dict[str, PlaceKnown] = {}
    refused = course.refused if course is not None else {}
    for each in spot:
        hosts = {each.machine, *([each.host] if each.host and wishes.taste.hosts_count(each.provider) else [])}
        there = each.offer["available"] and not hosts & wishes.taste.without and each.place not in refused
        price, since = choosing.hour_of(each, wishes.wanted.disk_gb), datetime.fromisoformat(each.offer["first_seen"])
        place = found.setdefault(each.place, PlaceKnown(each.place, price, False))
        if each.interruptions_hour is not None:
            place.rates.append(each.interruptions_hour)
        if there and not place.available:
            place.price_hour, place.available, place.since = price, True, since
        elif there == place.available:
            place.price_hour = min(place.price_hour, price)
            place.since = min(place.since, since) if place.since is not None else None
    return found


def _hold(found: dict[str, PlaceKnown], rental: FleetRental) -> None:
    """What it pays now is the price there."""
    if not rental.spot:
        return
    name = place_of_rental(rental)
    place = found.setdefault(name, PlaceKnown(name, rental.price_hour + rental.disk_hour, True))
    place.price_hour, place.available = rental.price_hour + rental.disk_hour, True


async def _remember(work: Work, places: Sequence[PlaceKnown], models: Sequence[str]) -> None:
    since = work.now - LOOKED_BACK
    by_name: Mapping[str, PlaceKnown] = {place.name: place for place in places}
    for past in await spots.past_of(work.tx, sorted(set(models)), since) if models else ():
        if (place := by_name.get(place_of(past.provider, past.region))) is not None:
            place.hours = past.hours
    for provider, region, at in await store.losses(work.tx, since):
        if (place := by_name.get(place_of(provider, region))) is not None:
            place.losses.append(at)


def place_of_rental(rental: FleetRental) -> str:
    return place_of(rental.provider, rental.listed.get("region"))
