"""SQL of snapshots: each change of state says from which state, so that of two only one happens."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import cast, func, select, update
from sqlalchemy.dialects.postgresql import JSONB, array
from sqlalchemy.orm import aliased

from dumont.basics.page import Key
from dumont.platform.db import Tx
from dumont.platform.db.keyset import newest_first
from dumont.snapshots.rules.states import OPEN, State
from dumont.snapshots.tables import Snapshot

BATCH = 200
OURS = Snapshot.restic_id.is_(None)
"""Not in a restic repository of its owner's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    repositories: Sequence[UUID]
    instance_id: UUID | None = None
    label: str | None = None
    state: State | None = None
    since: datetime | None = None
    before: datetime | None = None
    left: bool = False
    """Of destroyed instances alone."""


async def add(tx: Tx, snapshot: Snapshot) -> Snapshot:
    tx.add(snapshot)
    await tx.flush()
    await tx.refresh(snapshot)
    return snapshot


async def page(tx: Tx, wanted: Filter, after: Key | None, limit: int) -> Sequence[Snapshot]:
    """Deleted ones only where they are asked for."""
    query = select(Snapshot).where(Snapshot.repository_id.in_(wanted.repositories))
    query = query.where(Snapshot.state == wanted.state if wanted.state else Snapshot.state != "deleted")
    if wanted.instance_id is not None:
        query = query.where(Snapshot.instance_id == wanted.instance_id)
    if wanted.label is not None:
        query = query.where(Snapshot.label == wanted.label)
    if wanted.since is not None:
        query = query.where(Snapshot.created_at >= wanted.since)
    if wanted.before is not None:
        query = query.where(Snapshot.created_at < wanted.before)
    if wanted.left:
        query = query.where(Snapshot.left_at.is_not(None))
    return (await tx.execute(newest_first(query, Snapshot.created_at, Snapshot.id, after, limit))).scalars().all()


async def one(tx: Tx, snapshot_id: UUID, repositories: Sequence[UUID] | None = None) -> Snapshot | None:
    query = select(Snapshot).where(Snapshot.id == snapshot_id).execution_options(populate_existing=True)
    if repositories is not None:
        query = query.where(Snapshot.repository_id.in_(repositories))
    return (await tx.execute(query)).scalar_one_or_none()


async def by_ids(tx: Tx, snapshot_ids: Sequence[UUID]) -> Sequence[Snapshot]:
    return (await tx.execute(select(Snapshot).where(Snapshot.id.in_(snapshot_ids)))).scalars().all()


async def ids_of_instance(tx: Tx, repository_id: UUID, instance_id: UUID) -> Sequence[UUID]:
    mine = (Snapshot.repository_id == repository_id) & (Snapshot.instance_id == instance_id)
    return (await tx.execute(select(Snapshot.id).where(mine, Snapshot.state != "deleted"))).scalars().all()


async def newest_of_instance(
    tx: Tx, repository_id: UUID, instance_id: UUID, *, folders: Iterable[str], tags: Iterable[str]
) -> Snapshot | None:
    """Of one of these folders, or with one of these tags."""
    mine = (Snapshot.repository_id == repository_id) & (Snapshot.instance_id == instance_id)
    fits = Snapshot.root.in_(list(folders)) | cast(Snapshot.tags, JSONB).has_any(array(list(tags)))
    query = select(Snapshot).where(mine, fits, Snapshot.state == "complete").order_by(Snapshot.created_at.desc())
    return (await tx.execute(query.limit(1))).scalar_one_or_none()


async def kept_of_instance(tx: Tx, repository_id: UUID, instance_id: UUID) -> tuple[int, int]:
    """How many complete ones there are, and the bytes that only they need."""
    sums = select(func.count(), func.coalesce(func.sum(Snapshot.unique_bytes), 0))
    mine = (Snapshot.repository_id == repository_id) & (Snapshot.instance_id == instance_id)
    row = (await tx.execute(sums.where(mine, Snapshot.state == "complete"))).one()
    return int(row[0] or 0), int(row[1] or 0)


async def parents(tx: Tx, found: Iterable[Snapshot]) -> dict[UUID, UUID]:
    """Whose files were taken over, by the snapshot that took them."""
    ids = [snapshot.id for snapshot in found if snapshot.parent]
    if not ids:
        return {}
    parent = aliased(Snapshot)
    same = (parent.repository_id == Snapshot.repository_id) & (parent.manifest == Snapshot.parent)
    query = select(Snapshot.id, parent.id).join(parent, same).where(Snapshot.id.in_(ids))
    return {row[0]: row[1] for row in await tx.execute(query)}


async def move(tx: Tx, snapshot_id: UUID, sources: Sequence[State], values: dict[str, Any]) -> Snapshot | None:
    """The row as it is then; None where it was in none of these states."""
    moved = update(Snapshot).where(Snapshot.id == snapshot_id, Snapshot.state.in_(sources)).values(values)
    result = await tx.execute(moved.returning(Snapshot).execution_options(populate_existing=True))
    return result.scalar_one_or_none()


async def by_manifest(tx: Tx, repository_id: UUID, manifest: str) -> Snapshot | None:
    mine = (Snapshot.repository_id == repository_id) & (Snapshot.manifest == manifest) & OURS
    return (await tx.execute(select(Snapshot).where(mine))).scalar_one_or_none()


async def complete_ones(tx: Tx, repositories: Sequence[UUID]) -> Sequence[Snapshot]:
    """In our own repositories."""
    query = select(Snapshot).where(Snapshot.repository_id.in_(repositories), Snapshot.state == "complete", OURS)
    query = query.order_by(Snapshot.created_at.desc(), Snapshot.id.desc())
    return (await tx.execute(query.execution_options(populate_existing=True))).scalars().all()


async def dearest(tx: Tx, repositories: Sequence[UUID], limit: int) -> Sequence[Snapshot]:
    query = select(Snapshot).where(Snapshot.repository_id.in_(repositories), Snapshot.state == "complete", OURS)
    query = query.order_by(Snapshot.unique_bytes.desc().nulls_last(), Snapshot.id.desc())
    return (await tx.execute(query.limit(limit))).scalars().all()


async def unique_sums(tx: Tx, repositories: Sequence[UUID]) -> dict[UUID, int]:
    query = (
        select(Snapshot.repository_id, func.sum(Snapshot.unique_bytes))
        .where(Snapshot.repository_id.in_(repositories), Snapshot.state == "complete")
        .group_by(Snapshot.repository_id)
    )
    return {row[0]: int(row[1] or 0) for row in await tx.execute(query)}


async def in_store(tx: Tx, repository_id: UUID) -> Sequence[Snapshot]:
    """Whose manifests are there: complete ones, and deleted ones that were not purged."""
    query = select(Snapshot).where(
        Snapshot.repository_id == repository_id,
        Snapshot.state.in_(("complete", "deleted")),
        Snapshot.purged_at.is_(None),
        OURS,
    )
    return (await tx.execute(query.order_by(Snapshot.created_at))).scalars().all()


class Made(NamedTuple):
    manifest: str | None
    state: State
    created_at: datetime
    heard_at: datetime


async def all_made(tx: Tx, repository_id: UUID) -> list[Made]:
    """In whatever state they are."""
    columns = select(*(getattr(Snapshot, name) for name in Made._fields))
    found = await tx.execute(columns.where(Snapshot.repository_id == repository_id, OURS))
    return [Made(*row) for row in found]


async def with_packs(tx: Tx, repository_id: UUID) -> Sequence[Snapshot]:
    """Of which whoever made them told the packs, in whatever state they are."""
    told = Snapshot.packs.is_not(None) & Snapshot.manifest.is_not(None) & OURS
    return (await tx.execute(select(Snapshot).where(Snapshot.repository_id == repository_id, told))).scalars().all()


async def to_purge(tx: Tx, repository_id: UUID, now: datetime) -> Sequence[Snapshot]:
    due = (Snapshot.purge_at <= now) & Snapshot.purged_at.is_(None) & (Snapshot.state == "deleted")
    query = select(Snapshot).where(Snapshot.repository_id == repository_id, due).order_by(Snapshot.purge_at)
    return (await tx.execute(query.limit(BATCH))).scalars().all()


async def purged(tx: Tx, ids: Sequence[UUID], now: datetime) -> None:
    await tx.execute(update(Snapshot).where(Snapshot.id.in_(ids)).values(purged_at=now))


async def silent(tx: Tx, before: datetime) -> Sequence[Snapshot]:
    """Open ones of which nothing was heard since."""
    query = select(Snapshot).where(Snapshot.state.in_(OPEN), Snapshot.heard_at < before)
    query = query.order_by(Snapshot.heard_at).limit(BATCH).with_for_update(skip_locked=True)
    return (await tx.execute(query)).scalars().all()


async def unverified(tx: Tx, before: datetime) -> Sequence[UUID]:
    """Whose verifying has not ended for long: its job may be dead."""
    query = select(Snapshot.id).where(Snapshot.state == "verifying", Snapshot.heard_at < before)
    return (await tx.execute(query.order_by(Snapshot.heard_at).limit(BATCH))).scalars().all()


async def note_unique(tx: Tx, unique: dict[UUID, int]) -> None:
    for snapshot_id, size in unique.items():
        await tx.execute(update(Snapshot).where(Snapshot.id == snapshot_id).values(unique_bytes=size))
