"""What the fleet lent for when it can't be asked: addresses for one last snapshot, renewed while it is there."""

from __future__ import annotations

from typing import Any

from dumont.agent.doing.turn import Failed, Turn
from dumont.agent.sealing import SealedNotes

NAME, USED = "standing", "dropped"


class Standing:
    def __init__(self, notes: SealedNotes) -> None:
        self._notes = notes
        self._order = notes.read(NAME)
        used = notes.read(USED) or {}
        self.dropped: str | None = used.get("drop")
        """Into which drop a snapshot was taken that the fleet may not know of."""

    def take(self, turn: Turn) -> dict[str, Any]:
        """A command like any other: newer ones take the place of older ones."""
        order = dict(turn.args)
        if not isinstance(order.get("drop"), str):
            raise Failed("bad_request", "The command does not say its drop.")
        self._notes.write(NAME, order)
        self._order = order
        return {"drop": order["drop"]}

    @property
    def order(self) -> dict[str, Any] | None:
        """None where nothing was lent, or it is used up: what lies in a drop is not written over."""
        order = self._order
        return None if order is None or order["drop"] == self.dropped else order

    def used(self, drop: str) -> None:
        self.dropped = drop
        self._notes.keep(USED, {"drop": drop})
