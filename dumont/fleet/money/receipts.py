"""Races as they run and after: each machine's lane, what the losers have cost, and whether each is gone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from dumont.basics.errors import NotFound
from dumont.fleet.instances import access
from dumont.fleet.store import showing as store
from dumont.fleet.store.showing import Money
from dumont.fleet.tables import FleetInstance, FleetRace, FleetRental
from dumont.platform.work import Work


@dataclass(frozen=True, slots=True)
class RaceShown:
    race: FleetRace
    entrants: Sequence[FleetRental]
    costs: Mapping[UUID, Money]

    @property
    def losers(self) -> list[FleetRental]:
        """Those that did not win, as long as it is on, too."""
        return [entrant for entrant in self.entrants if entrant.id != self.race.winner_id]

    @property
    def losers_cost(self) -> Decimal:
        return sum((self.cost(loser) for loser in self.losers), Decimal(0))

    @property
    def settled(self) -> bool:
        return self.race.state != "running" and all(loser.stage == "ended" for loser in self.losers)

    def cost(self, entrant: FleetRental) -> Decimal:
        return self.costs.get(entrant.id, Money()).total


async def race(work: Work, instance_id: UUID, race_id: UUID | None) -> RaceShown:
    """This one of the instance, or its newest."""
    instance = await access.instance(work, instance_id)
    found = await _shown(work, instance, race_id)
    if found is None:
        raise NotFound("There is no such race." if race_id else f"{instance.name} has not raced yet.")
    return found


async def newest(work: Work, instance: FleetInstance) -> RaceShown | None:
    return await _shown(work, instance, None)


async def _shown(work: Work, instance: FleetInstance, race_id: UUID | None) -> RaceShown | None:
    found = await store.race(work.tx, instance.id, race_id)
    if found is None:
        return None
    entrants = await store.entrants(work.tx, found.id)
    costs = await store.money_of_rentals(work.tx, [entrant.id for entrant in entrants], work.now)
    return RaceShown(found, entrants, costs)
