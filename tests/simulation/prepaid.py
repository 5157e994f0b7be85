"""A cloud that ends each machine when what was paid for it is used up, and what its book says of who bought hours."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dumont.providers.port import Machine
from dumont.simulators.rentals import Rental
from tests.simulation.clouds import Cloud, Odds, make_world
from tests.simulation.rows import names

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation

FIRST = timedelta(minutes=50)
"""Is paid with the order."""
LATE = timedelta(minutes=2)
"""A call was on its way."""
PREPAID = frozenset({"akash"})
UNPAID = "unpaid"


class Prepaid(Cloud):
    async def extend(self, machine_id: str, hours: int) -> None:
        self._refuse()
        rental = self._rental(machine_id)
        end = paid_until(rental)
        rental.extra.setdefault("bought", []).append((self.world.now(), end))
        rental.extra["paid_until"] = end + timedelta(hours=hours)
        self._answer()

    def ends(self) -> None:
        """At the moment itself, whenever it is looked at."""
        for rental in self.world.live():
            end = paid_until(rental)
            if end <= self.world.now():
                rental.become("gone", end, UNPAID)

    def _machine(self, rental: Rental) -> Machine:
        found = super()._machine(rental)
        return Machine(**{name: getattr(found, name) for name in found.__slots__} | {"ends_at": paid_until(rental)})


def make_cloud(name: str, seed: int, machines: int, odds: Odds) -> Cloud:
    world, random = make_world(name, seed, machines, odds)
    return (Prepaid if name in PREPAID else Cloud)(name, world, random, odds)


def paid_until(rental: Rental) -> datetime:
    end: datetime = rental.extra.get("paid_until", rental.created_at + FIRST)
    return end


async def faults(sim: Simulation) -> list[str]:
    """No hour is bought before it is time to, so none is bought twice; what is needed on does not end for want of it
    without a word."""
    lead = timedelta(seconds=sim.means.settings.fleet_extend_seconds) + LATE
    missed = set(await names(sim.means, _LEFT_TO_END))
    found = [
        f"instance {name} left a machine that it needed, as nobody paid on, and was not told"
        for name in await names(sim.means, _LEFT)
    ]
    for rental in (each for cloud in sim.clouds.values() for each in cloud.world.rentals.values()):
        for at, end in rental.extra.get("bought", ()):
            if end - at > lead:
                found.append(f"{rental.label} was bought hours for at {at:%H:%M:%S}, and was paid until {end:%H:%M:%S}")
        if rental.why == UNPAID and rental.label in missed:
            found.append(f"{rental.label} was needed, and ended at {rental.since:%H:%M:%S} as nobody paid on")
    return found


_LEFT_TO_END = """
    SELECT r.label AS name FROM fleet_rentals r JOIN fleet_extensions e ON e.rental_id = r.id
    WHERE r.why_ended = 'interrupted' AND r.role = 'primary' AND e.told_end IS NULL AND r.paid_until IS NOT NULL
"""
_LEFT = """
    SELECT m.instance_id AS name FROM fleet_events m WHERE m.kind = 'moved' AND m.why LIKE 'What is paid for it ends%'
        AND NOT EXISTS (
            SELECT FROM fleet_events w WHERE w.instance_id = m.instance_id AND w.kind = 'warning' AND w.at <= m.at
                AND w.who = 'provider' AND CAST(w.details->>'ends_at' AS timestamptz) > m.at
        )
"""
