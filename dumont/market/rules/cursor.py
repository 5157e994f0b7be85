"""Where a page of the market ends: a place in a sort order that holds while offers come and go."""

import base64
import json
from dataclasses import dataclass
from uuid import UUID

from dumont.basics.errors import Invalid
from dumont.market.rules.query import Query

NUMBER_MAX = 1 << 40
LENGTH_MAX = 200


@dataclass(frozen=True, slots=True)
class Place:
    """Behind the offer with this sort number (-1 for none) and id; it need not be there any more."""

    number: int
    offer_id: UUID


def write(place: Place, query: Query) -> str:
    text = json.dumps([_order(query), place.number, place.offer_id.hex], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(query: Query) -> Place | None:
    """Raises `Invalid` naming `cursor` for one that this order of the market did not give."""
    if query.cursor is None:
        return None
    place = _place(query.cursor, _order(query)) if len(query.cursor) <= LENGTH_MAX else None
    if place is None:
        hint = "Leave it out to start from the beginning."
        raise Invalid.field("cursor", "is not one that this search gave", hint=hint)
    return place


def _place(text: str, wanted: str) -> Place | None:
    try:
        order, number, offer_id = json.loads(base64.b64decode(_padded(text), b"-_", validate=True))
        fits = order == wanted and type(number) is int and -1 <= number < NUMBER_MAX
        return Place(number, UUID(hex=offer_id)) if fits else None
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None


def _order(query: Query) -> str:
    """All that the order of offers depends on."""
    text = f"{'-' if query.descending else ''}{query.sort}{'@spot' if query.spot else ''}"
    if query.sort == "effective_price":
        text += f"@{query.disk_gb:g},{query.snapshot_gb:g},{query.hours:g}"
    return text


def _padded(cursor: str) -> str:
    return cursor + "=" * (-len(cursor) % 4)
