"""Keeps the account of what each rental costs: a row for each price from a moment on, closed by the next one."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from dumont.fleet.rules import costs as rules
from dumont.fleet.rules.costs import Span
from dumont.fleet.store import costs as store
from dumont.fleet.tables import FleetCost, FleetRental
from dumont.platform.db import Tx


async def follow(tx: Tx, rental: FleetRental, at: datetime) -> None:
    """Opens and closes rows, so that from this moment on they say what the machine's state costs.

    An unknown state changes nothing: the last known one is charged on.
    """
    if rental.accepted_at is None or (rental.seen_state == "unknown" and rental.stage != "ended"):
        return
    wanted = {} if rental.stage == "ended" else _due(rental)
    opened = {row.kind: row for row in await store.open_of(tx, rental.id)}
    for kind, row in opened.items():
        if row.price_hour != wanted.get(kind):
            await store.close(tx, row, await _end(tx, rental, row, at))
    if rental.stage == "ended":
        await _paid_ahead(tx, rental, rental.accepted_at)
    for kind, price in wanted.items():
        if kind not in opened or opened[kind].price_hour != price:
            since = max(at, await store.last_until(tx, rental.id, kind) or at)  # a clock may have been set back
            row = FleetCost(rental_id=rental.id, kind=kind, since=since, until=None, price_hour=price)
            await store.add(tx, row)


async def _paid_ahead(tx: Tx, rental: FleetRental, since: datetime) -> None:
    """Hours that were bought of a machine that never ran."""
    until = rules.paid_until(rental.provider, since, since)
    if until > since and not any(row.kind == "compute" for row in await store.of(tx, [rental.id])):
        await charge(tx, rental, [Span("compute", rental.price_hour, since, until)])


async def charge(tx: Tx, rental: FleetRental, spans: Iterable[Span]) -> None:
    """For a second machine that a cloud has made of one order, once it is gone."""
    for span in spans:
        row = FleetCost(
            rental_id=rental.id, kind=span.kind, since=span.since, until=span.until, price_hour=span.price_hour
        )
        await store.add(tx, row)


async def of(tx: Tx, rental_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[FleetCost]]:
    rows = await store.of(tx, rental_ids)
    return {identity: [row for row in rows if row.rental_id == identity] for identity in rental_ids}


def amount(rows: Iterable[FleetCost], now: datetime) -> Decimal:
    """What these rows come to by now; not rounded. What is paid ahead, and lost, counts as a whole."""
    return rules.amount((Span(row.kind, row.price_hour, row.since, row.until) for row in rows), now)


def _due(rental: FleetRental) -> dict[str, Decimal]:
    return rules.due(rental.provider, rental.seen_state, price_hour=rental.price_hour, disk_hour=rental.disk_hour)


async def _end(tx: Tx, rental: FleetRental, row: FleetCost, at: datetime) -> datetime:
    """Hours that were paid ahead are gone, from the first one on that it ran, unless it broke; for others nothing ends
    before it began, whatever a clock says."""
    until = max(at, row.since)
    least = rules.paid_until(rental.provider, row.since, until)
    if least == until or row.kind != "compute" or rental.seen_state == "failed":
        return until
    before = [each for each in await store.of(tx, [rental.id]) if each.kind == row.kind and each.since < row.since]
    return until if before else least
