"""Where contexts meet: each is handed the other in its own words, and knows nothing of it."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from dumont.basics.clock import Clock
from dumont.basics.machine_key import MachineKey
from dumont.fleet import living
from dumont.market.following import Market
from dumont.market.trust import Trust, TrustChanges
from dumont.platform.events import Event
from dumont.platform.work import Publisher
from dumont.reliability.offers import Offered
from dumont.reliability.trust import MachineFeed
from dumont.reliability.wishes import WishesMemory
from dumont.snapshots.standing import Stand


class LearnedTrust:
    """The market's `MachineTrust`, out of what reliability knows."""

    def __init__(self, feed: MachineFeed) -> None:
        self._feed = feed

    async def changes(self, since: str | None) -> TrustChanges:
        found = await self._feed.changes(since)
        machines = {key: Trust(**asdict(known)) for key, known in found.machines.items()}
        return TrustChanges(machines, found.cursor, found.newest)


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


class InstancesOfTeams:
    """The `Belongings` of accounts, out of the fleet."""

    async def of_team(self, tx: AsyncSession, team_id: UUID) -> Sequence[str]:
        return [instance.name for instance in await living.of(tx, team_id)]


class InstancesOnSnapshots:
    """The `Standing` of snapshots, out of the fleet."""

    async def of(self, tx: AsyncSession, owner_id: UUID) -> Sequence[Stand]:
        return [
            Stand(each.id, each.name, each.snapshot_id, each.sleeps, each.elsewhere)
            for each in await living.of(tx, owner_id)
        ]


class HeardAtOnce:
    """Publishes, and lets what this process remembers of an account go, before anybody else can hear of the change."""

    def __init__(self, publisher: Publisher, wishes: WishesMemory) -> None:
        self._publisher = publisher
        self._wishes = wishes

    async def publish(self, tx: AsyncSession, event: Event, now: datetime) -> None:
        self._wishes.published(event)
        await self._publisher.publish(tx, event, now)


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
