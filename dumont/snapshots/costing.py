"""What keeping snapshots costs a month: of each owner the whole, of each snapshot what only it needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dumont.platform.work import Work
from dumont.snapshots import access
from dumont.snapshots.rules import money
from dumont.snapshots.store import repositories, snapshots
from dumont.snapshots.tables import Snapshot, SnapshotRepository

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Owned:
    repository: SnapshotRepository
    shared_bytes: int | None
    cost_month: Decimal | None


@dataclass(frozen=True, slots=True)
class Bill:
    price: Decimal
    owners: Sequence[Owned]
    snapshots: Sequence[Snapshot]

    @property
    def cost_month(self) -> Decimal:
        return sum(
            (owned.cost_month for owned in self.owners if owned.cost_month is not None), money.month(0, self.price)
        )


async def bill(work: Work) -> Bill:
    own, price = await access.mine(work), work.settings.snapshots_price_gb_month
    unique = await snapshots.unique_sums(work.tx, own)
    owners = [_owned(each, unique.get(each.id, 0), price) for each in await repositories.several(work.tx, own)]
    return Bill(price, owners, await snapshots.dearest(work.tx, own, SHOWN))


def _owned(repository: SnapshotRepository, unique: int, price: Decimal) -> Owned:
    stored = repository.stored_bytes
    if stored is None:
        return Owned(repository, None, None)
    return Owned(repository, max(0, stored - unique), money.month(stored, price))
