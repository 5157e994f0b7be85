"""What whoever asks wants of machines, put into a search and shown with its offers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from dumont.basics.errors import Unavailable
from dumont.market.following import View
from dumont.market.rules.query import Query
from dumont.reliability.wishes import NONE, Wishes, WishesMemory

LEFT_OUT = "Your own blacklist and preferences can't be read just now, and are not applied."


@dataclass(frozen=True, slots=True)
class Mine:
    wishes: Wishes = NONE
    known: bool = True
    """False for somebody with an account whose wishes can't be read."""

    @property
    def usual(self) -> Mapping[str, Any]:
        """Fields of a query, where nothing else is asked for."""
        fields: dict[str, Any] = {}
        if self.wishes.threshold is not None:
            fields["min_score"] = self.wishes.threshold
        if self.wishes.sort_by_reliability:
            fields |= {"sort": "reliability", "descending": True}
        return fields

    def narrowed(self, query: Query) -> Query:
        """Without the machines that this account keeps away from."""
        return replace(query, kept_out=frozenset(self.wishes.kept_out)) if self.wishes.kept_out else query

    def careful(self, query: Query) -> Query:
        """The same, and without those below his threshold; for lists in which he can't choose it."""
        narrowed = self.narrowed(query)
        threshold = self.wishes.threshold
        return narrowed if threshold is None else replace(narrowed, min_score=threshold)

    def marked(self, offers: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        return [self._marked(offer) for offer in offers]

    def told(self, view: View) -> dict[str, Any]:
        """How much of what is known of machines is in the answer."""
        if self.known:
            return view.reliability
        notes = [note for note in (view.note, LEFT_OUT) if note]
        return {"available": False, "note": " ".join(notes)}

    def _marked(self, offer: dict[str, Any]) -> dict[str, Any]:
        reason = self.wishes.kept_out.get(f"{offer['provider']}:{offer['machine_id']}")
        if reason is None:
            return offer
        return offer | {"reliability_status": "blacklisted", "is_blacklisted": True, "blacklist_reason": reason}


NOBODYS = Mine()


async def of(memory: WishesMemory, user_id: UUID | None, *, has_account: bool) -> Mine:
    """`has_account` without a `user_id` is somebody whom the database could not recognise."""
    if user_id is None:
        return Mine(known=not has_account)
    try:
        return Mine(await memory.of(user_id))
    except Unavailable:
        return Mine(known=False)
