"""What the same GPUs cost at a large cloud on demand: what a sleep is compared with, as of when it began."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from dumont.fleet.tables import FleetRental
from dumont.market.following import View
from dumont.market.search import query_of

LARGE = ("aws", "gcp")


@dataclass(frozen=True, slots=True)
class OnDemand:
    price_hour: Decimal
    of: str


def on_demand(view: View, rental: FleetRental, now: datetime) -> OnDemand | None:
    """The cheapest of the same model and count, so that nobody can say we chose the dearest; None without GPU, and
    where none of them has such a machine."""
    model, count = rental.listed.get("gpu_name"), rental.listed.get("gpu_count")
    if not model or not count:
        return None
    query = replace(query_of({"model": [model], "gpu_count": count, "sort": "price", "limit": 1}), spot=False)
    query = replace(query, providers=frozenset(LARGE))
    found = view.shelf.find(query, now, stale_seconds=view.stale_seconds)
    offers = view.shelf.offers(found.rows, now, query, stale_seconds=view.stale_seconds)
    if not offers:
        return None
    cheapest = offers[0]
    return OnDemand(Decimal(cheapest["price_hour"]), f"{cheapest['provider']} {cheapest['provider_offer_id']}")
