"""SQL of the rules of keeping."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.dialects.postgresql import insert

from dumont.platform.db import Tx
from dumont.snapshots.rules.keeping import Rules, Target
from dumont.snapshots.tables import SnapshotRetention as Retention


async def of(tx: Tx, repository_id: UUID) -> Sequence[Retention]:
    query = select(Retention).where(Retention.repository_id == repository_id)
    query = query.order_by(Retention.label.asc().nulls_first()).execution_options(populate_existing=True)
    return (await tx.execute(query)).scalars().all()


async def put(
    tx: Tx, new_id: UUID, of_what: tuple[UUID, Target], rules: Rules, *, at: datetime, by: UUID | None
) -> None:
    """In the place of those that it replaces."""
    repository_id, target = of_what
    await remove(tx, repository_id, target)
    values = {**rules._asdict(), "changed_at": at, "changed_by": by}
    row = {"id": new_id, "repository_id": repository_id, **target._asdict(), **values}
    putting = insert(Retention).values(row)
    same = ["repository_id", "label", "instance_id"]
    await tx.execute(putting.on_conflict_do_update(index_elements=same, set_=values))


async def remove(tx: Tx, repository_id: UUID, target: Target) -> None:
    """As `Target.replaces` has it."""
    named = Retention.label.is_(None) if target.label is None else Retention.label == target.label
    gone = and_(named, Retention.instance_id.is_(None))
    if target.instance_id is not None:
        gone = or_(gone, Retention.instance_id == target.instance_id)
    await tx.execute(delete(Retention).where(Retention.repository_id == repository_id, gone))
