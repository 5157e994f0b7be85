"""SQL of repositories: whose they are, and what is known of them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, and_, column, delete, exists, func, or_, select, table, update
from sqlalchemy.dialects.postgresql import insert

from dumont.platform.db import Tx
from dumont.snapshots.tables import Snapshot, SnapshotRepository
from dumont.snapshots.tables import SnapshotRepository as Repository

TEAMS, USERS = table("teams", column("id", Uuid)), table("users", column("id", Uuid))


async def ensure(tx: Tx, owner: UUID, *, team: bool, now: datetime) -> None:
    """Nobody's where there is no such user or team any more: what is still to be saved is saved all the same."""
    known = select(TEAMS.c.id).where(TEAMS.c.id == owner) if team else select(USERS.c.id).where(USERS.c.id == owner)
    whose = "team_id" if team else "user_id"
    row = {"id": owner, whose: known.scalar_subquery(), "created_at": now}
    await tx.execute(insert(SnapshotRepository).values(row).on_conflict_do_nothing())


async def one(tx: Tx, repository_id: UUID) -> Repository | None:
    query = select(Repository).where(Repository.id == repository_id).execution_options(populate_existing=True)
    return (await tx.execute(query)).scalar_one_or_none()


async def several(tx: Tx, ids: Sequence[UUID]) -> Sequence[Repository]:
    query = select(Repository).where(Repository.id.in_(ids)).order_by(Repository.created_at, Repository.id)
    return (await tx.execute(query)).scalars().all()


async def counted(tx: Tx, repository_id: UUID) -> int:
    """Its complete snapshots."""
    ours = (Snapshot.state == "complete") & Snapshot.restic_id.is_(None)
    query = select(func.count()).where(Snapshot.repository_id == repository_id, ours)
    return int((await tx.execute(query)).scalar_one())


async def all_ids(tx: Tx, after: UUID | None, limit: int) -> Sequence[UUID]:
    query = select(Repository.id).order_by(Repository.id).limit(limit)
    return (await tx.execute(query.where(Repository.id > after) if after else query)).scalars().all()


async def learn(tx: Tx, repository_id: UUID, values: dict[str, Any]) -> None:
    await tx.execute(update(Repository).where(Repository.id == repository_id).values(values))


async def learn_if_unknown(tx: Tx, repository_id: UUID, *, encrypted: bool) -> None:
    unknown = (Repository.id == repository_id) & Repository.encrypted.is_(None)
    await tx.execute(update(Repository).where(unknown).values(encrypted=encrypted))


async def encrypted(tx: Tx, ids: Collection[UUID]) -> set[UUID]:
    query = select(Repository.id).where(Repository.id.in_(ids), Repository.encrypted.is_(True))
    return set((await tx.execute(query)).scalars())


async def take_up(tx: Tx, repository_id: UUID, task: str, job_id: UUID, now: datetime) -> bool:
    """False where another task is under way that is not this one."""
    free = or_(Repository.task.is_(None), Repository.task_job_id == job_id)
    values = {"task": task, "task_job_id": job_id, "task_at": now, "task_progress": {}}
    taken = update(Repository).where(Repository.id == repository_id, free).values(values).returning(Repository.id)
    return (await tx.execute(taken)).scalar_one_or_none() is not None


async def lay_down(tx: Tx, repository_id: UUID, job_id: UUID) -> None:
    mine = (Repository.id == repository_id) & (Repository.task_job_id == job_id)
    gone: dict[str, Any] = {"task": None, "task_job_id": None, "task_at": None, "task_progress": {}}
    await tx.execute(update(Repository).where(mine).values(gone))


async def is_nobodys(tx: Tx, repository_id: UUID) -> bool:
    """Its team was deleted, say."""
    found = await one(tx, repository_id)
    return found is not None and found.user_id is None and found.team_id is None


async def forget(tx: Tx, repository_id: UUID) -> None:
    """Only where nobody owns it any longer."""
    nobodys = Repository.user_id.is_(None) & Repository.team_id.is_(None)
    await tx.execute(delete(Repository).where(Repository.id == repository_id, nobodys))


async def long_at_it(tx: Tx, since: datetime) -> Sequence[tuple[UUID, UUID]]:
    """Repositories with the jobs that took them up before that moment."""
    query = select(Repository.id, Repository.task_job_id).where(Repository.task_at < since)
    return [(row[0], row[1]) for row in await tx.execute(query) if row[1] is not None]


async def measured_before_deletions(tx: Tx, limit: int) -> Sequence[UUID]:
    """Those in which something was deleted since what each snapshot needs alone was counted; those never counted are
    counted when their first snapshot is complete."""
    gone = (Snapshot.repository_id == Repository.id) & Snapshot.purge_at.is_not(None) & Snapshot.purged_at.is_(None)
    since = exists().where(gone, Snapshot.deleted_at > Repository.measured_at)
    return (await tx.execute(select(Repository.id).where(since).limit(limit))).scalars().all()


def _to_check(now: datetime, old: datetime) -> ColumnElement[bool]:
    """Somebody's, nothing is being done with it, and there is something in it."""
    due = or_(Repository.check_due_at <= now, Repository.check_due_at.is_(None) & (Repository.created_at <= old))
    ours = (Snapshot.repository_id == Repository.id) & (Snapshot.state == "complete") & Snapshot.restic_id.is_(None)
    owned = Repository.user_id.is_not(None) | Repository.team_id.is_not(None)
    return and_(due, owned, Repository.task.is_(None), exists().where(ours))


async def count_to_check(tx: Tx, now: datetime, old: datetime) -> int:
    """`old` is when one must have been made to be looked at for the first time."""
    query = select(func.count()).select_from(Repository).where(_to_check(now, old))
    return int((await tx.execute(query)).scalar_one())


async def to_check(tx: Tx, now: datetime, old: datetime, limit: int) -> Sequence[Repository]:
    """Those that have waited longest."""
    waited = func.coalesce(Repository.check_due_at, Repository.created_at)
    query = select(Repository).where(_to_check(now, old)).order_by(waited, Repository.id).limit(limit)
    return (await tx.execute(query.execution_options(populate_existing=True))).scalars().all()
