"""Where the market and reliability meet: each is handed the other in its own words, and knows nothing of it."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from dumont.basics.clock import Clock
from dumont.basics.machine_key import MachineKey
from dumont.market.following import Market
from dumont.market.trust import Trust, TrustChanges
from dumont.reliability.offers import Offered
from dumont.reliability.trust import MachineFeed


class LearnedTrust:
    """The market's `MachineTrust`, out of what reliability knows."""

    def __init__(self, feed: MachineFeed) -> None:
        self._feed = feed

    async def changes(self, since: str | None) -> TrustChanges:
        found = await self._feed.changes(since)
        machines = {key: Trust(**asdict(known)) for key, known in found.machines.items()}
        return TrustChanges(machines, found.cursor)


class OffersOfMarket:
    """Reliability's `Offers`, out of the market's copy in memory."""

    def __init__(self, market: Market, clock: Clock) -> None:
        self._market = market
        self._clock = clock

    async def of(self, machine: MachineKey) -> Sequence[Offered]:
        view = await self._market.view()
        rows = view.shelf.rows_of_machine(machine.provider, machine.machine_id)
        offers = view.shelf.offers(rows, self._clock.now(), stale_seconds=view.stale_seconds)
        return [_offered(offer) for offer in offers]


def _offered(offer: dict[str, Any]) -> Offered:
    return Offered(
        id=UUID(offer["id"]),
        gpu_name=offer["gpu_name"],
        gpu_count=offer["gpu_count"],
        region=offer["region"],
        price_hour=offer["price_hour"],
        spot_price_hour=offer["spot_price_hour"],
        available=offer["available"],
    )
