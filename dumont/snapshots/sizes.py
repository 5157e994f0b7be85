"""How large snapshots are, for the contexts above, which show them beside what they are of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from dumont.platform.db import Tx
from dumont.snapshots.store import snapshots as store
from dumont.snapshots.tables import Snapshot


@dataclass(frozen=True, slots=True)
class Size:
    id: UUID
    bytes: int | None
    stored_bytes: int | None
    unique_bytes: int | None
    """What no other snapshot needs; None before it was measured."""
    completed_at: datetime | None
    in_restic: bool = False
    """In a repository of its owner's."""


@dataclass(frozen=True, slots=True)
class Kept:
    snapshots: int
    unique_bytes: int


async def of(tx: Tx, snapshot_ids: Sequence[UUID]) -> Mapping[UUID, Size]:
    """Nobody's leave is asked: for those who know that the caller may see them."""
    if not snapshot_ids:
        return {}
    found = await store.by_ids(tx, snapshot_ids)
    return {one.id: _size(one) for one in found}


async def kept_of(tx: Tx, repository_id: UUID, instance_id: UUID) -> Kept | None:
    """Complete ones of this instance; None if there are none."""
    count, unique_bytes = await store.kept_of_instance(tx, repository_id, instance_id)
    return Kept(count, unique_bytes) if count else None


def _size(one: Snapshot) -> Size:
    known = one.bytes, one.stored_bytes, one.unique_bytes, one.completed_at
    return Size(one.id, *known, one.restic_id is not None)
