"""Every machine that costs money now, whoever forgot it: with what it has cost so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from dumont.basics.errors import NotAllowed
from dumont.basics.page import Page, cut, read_cursor
from dumont.fleet.instances import access
from dumont.fleet.store import costing as store
from dumont.fleet.store import extensions, showing
from dumont.fleet.store.costing import Row
from dumont.fleet.store.showing import Money
from dumont.fleet.tables import FleetExtension
from dumont.platform.work import Work


@dataclass(frozen=True, slots=True)
class Costing:
    page: Page[Row]
    money: Mapping[UUID, Money]
    machines: int
    """Of all pages, as `total`."""
    total: Money
    extensions: Mapping[UUID, FleetExtension]
    """Of those that are paid ahead."""


async def now(work: Work, cursor: str | None, limit: int, *, everyone: bool = False) -> Costing:
    """Of the caller and his teams; of everyone, for those who manage the fleet."""
    if everyone and not work.caller.may("fleet:manage"):
        raise NotAllowed("Only operators see everybody's machines.", hint="Leave `all` out to see yours.")
    whose = None if everyone else await access.mine(work)
    rows: Sequence[Row] = await store.page(work.tx, whose, read_cursor(cursor), limit)
    page = cut(rows, limit, lambda row: (row[0].created_at, row[0].id))
    money = await showing.money_of_rentals(work.tx, store.ids_of(page.items), work.now)
    machines, total = await store.totals(work.tx, whose, work.now)
    ahead = await extensions.of(work.tx, store.ids_of(page.items))
    return Costing(page, money, machines, total, ahead)
