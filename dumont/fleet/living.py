"""An owner's instances that are not destroyed, for contexts on whose things they stand: teams and snapshots."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from dumont.fleet.store import owned
from dumont.platform.db import Tx

HAVE_MACHINES = ("running", "paused", "on_standby", "destroying")
"""Or need nothing any more: in all other states an instance's snapshot may be all that is left of it."""


@dataclass(frozen=True, slots=True)
class Living:
    id: UUID
    name: str
    snapshot_id: UUID | None
    sleeps: bool
    """Its snapshot may be all that is left of it."""
    elsewhere: bool = False
    """It is saved in a restic repository of its owner's."""


async def of(tx: Tx, owner_id: UUID) -> Sequence[Living]:
    return [
        Living(row.id, row.name, row.snapshot_id, row.state not in HAVE_MACHINES, row.restic_id is not None)
        for row in await owned.living(tx, owner_id)
    ]
