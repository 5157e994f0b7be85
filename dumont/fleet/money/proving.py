"""The zero-dollar proof: which machines of an instance may still cost money, and which are confirmed to be gone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from dumont.fleet.instances import access
from dumont.fleet.store import showing as store
from dumont.fleet.store.showing import Money
from dumont.fleet.tables import FleetInstance, FleetOperation, FleetRental
from dumont.platform.work import Work
from dumont.snapshots import sizes
from dumont.snapshots.sizes import Kept

RENTALS_MAX = 200


@dataclass(frozen=True, slots=True)
class ProofShown:
    instance: FleetInstance
    operation: FleetOperation | None
    machines: Sequence[FleetRental]
    costs: Mapping[UUID, Money]
    money: Money
    kept: Kept | None
    storage_price_gb_month: Decimal

    @property
    def live(self) -> list[FleetRental]:
        """Of an intended one there may be a machine as soon as somebody tries: it counts until it is ended."""
        return [machine for machine in self.machines if machine.stage != "ended"]

    @property
    def gone(self) -> list[FleetRental]:
        return [machine for machine in self.machines if machine.stage == "ended"]


async def proof(work: Work, instance_id: UUID) -> ProofShown:
    instance = await access.instance(work, instance_id)
    machines = await store.rentals(work.tx, instance.id, RENTALS_MAX)
    return ProofShown(
        instance,
        (await store.open_operations(work.tx, [instance.id])).get(instance.id),
        machines,
        await store.money_of_rentals(work.tx, [machine.id for machine in machines], work.now),
        (await store.money_of_instances(work.tx, [instance.id], work.now)).get(instance.id, Money()),
        await sizes.kept_of(work.tx, instance.owner_id, instance.id),
        work.settings.snapshots_price_gb_month,
    )
