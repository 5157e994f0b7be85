"""SQL of the rules of keeping."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from dumont.platform.db import Tx
from dumont.snapshots.rules.keeping import Rules
from dumont.snapshots.tables import SnapshotRetention as Retention


async def of(tx: Tx, repository_id: UUID) -> Sequence[Retention]:
    query = select(Retention).where(Retention.repository_id == repository_id)
    query = query.order_by(Retention.label.asc().nulls_first()).execution_options(populate_existing=True)
    return (await tx.execute(query)).scalars().all()


async def put(
    tx: Tx, new_id: UUID, of_what: tuple[UUID, str | None], rules: Rules, *, at: datetime, by: UUID | None
) -> None:
    repository_id, label = of_what
    values = {**rules._asdict(), "changed_at": at, "changed_by": by}
    row = {"id": new_id, "repository_id": repository_id, "label": label, **values}
    putting = insert(Retention).values(row)
    await tx.execute(putting.on_conflict_do_update(index_elements=["repository_id", "label"], set_=values))


async def remove(tx: Tx, repository_id: UUID, label: str | None) -> None:
    same = Retention.label.is_(None) if label is None else Retention.label == label
    await tx.execute(delete(Retention).where(Retention.repository_id == repository_id, same))
