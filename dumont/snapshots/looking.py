"""Where the manifest of a snapshot lies, for those who may look into it."""

from uuid import UUID

from dumont.platform.work import Work
from dumont.snapshots import access
from dumont.snapshots.restic import InRestic
from dumont.snapshots.starting import NotComplete
from dumont.snapshots.stores import Encrypted
from dumont.snapshots.tables import Snapshot

Place = tuple[UUID, str]


async def places(work: Work, *snapshot_ids: UUID) -> list[Place]:
    """Of all of them, or none: a stranger to one is told nothing of the others."""
    found = [await access.snapshot(work, snapshot_id) for snapshot_id in snapshot_ids]
    return [place_of(snapshot) for snapshot in found]


def place_of(snapshot: Snapshot) -> Place:
    readable = snapshot.state in ("complete", "deleted") and snapshot.completed_at and not snapshot.purged_at
    if not readable or snapshot.manifest is None:
        raise NotComplete(f"This snapshot is {snapshot.state}.")
    if snapshot.restic_id is not None:
        raise InRestic("This snapshot lies in a restic repository: only restic looks into it.")
    if snapshot.encrypted:
        raise Encrypted("This snapshot is encrypted, and only its owner can look into it.")
    return snapshot.repository_id, snapshot.manifest
