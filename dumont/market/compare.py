"""Puts a few offers side by side, and tells who wins each row."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from dumont.basics.errors import Invalid, NotFound
from dumont.market.following import Market
from dumont.market.mine import NOBODYS, Mine
from dumont.market.rules import winners
from dumont.market.rules.query import Query


@dataclass(frozen=True, slots=True)
class Wanted:
    disk_gb: float | None = None
    hours: float | None = None
    snapshot_gb: float | None = None


async def compare(
    market: Market, ids: Sequence[UUID], wanted: Wanted, now: datetime, mine: Mine = NOBODYS
) -> dict[str, Any]:
    if len(set(ids)) < len(ids):
        raise Invalid.field("ids", "has the same offer twice")
    view = await market.view()
    places = [view.shelf.row_of(offer_id) for offer_id in ids]
    rows = [place for place in places if place is not None]
    if missing := [str(offer_id) for offer_id, place in zip(ids, places, strict=True) if place is None]:
        raise NotFound(f"There is no offer {', '.join(missing)}.", hint="It may have gone: search again.")
    query = Query(**{name: value for name, value in asdict(wanted).items() if value is not None})
    offers = mine.marked(view.shelf.offers(rows, now, query, stale_seconds=view.stale_seconds))
    return {"offers": offers, "rows": winners.rows(offers), "winner": winners.winner(offers)}
