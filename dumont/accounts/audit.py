"""The log of everything that changes something: written in the transaction of the change, never altered."""

from typing import Any
from uuid import UUID

from dumont.accounts.events import ChangeRecorded
from dumont.accounts.store import audit as store
from dumont.accounts.store.audit import Entry, Filter
from dumont.basics import ids
from dumont.basics.page import Page, cut, read_cursor
from dumont.platform.db.partitions import Partitioned
from dumont.platform.work import Work

AUDIT = Partitioned("audit_entries", "at", "month", keep_days=lambda settings: settings.audit_days)
__all__ = ["AUDIT", "Entry", "Filter", "read", "record"]


async def record(
    work: Work,
    action: str,
    of: tuple[str, UUID | str],
    summary: str,
    *,
    details: dict[str, Any] | None = None,
    actor_id: UUID | None = None,
) -> None:
    """`of` is the kind and id of the object; `actor_id` is for acts of someone not signed in. Never a secret in it."""
    kind, identity = of
    actor = actor_id or work.caller.user_id
    row: dict[str, Any] = {
        "id": ids.new(work.now, work.random),
        "at": work.now,
        "actor_id": actor,
        "api_key_id": work.caller.api_key_id,
        "action": action,
        "object_type": kind,
        "object_id": str(identity),
        "summary": summary,
        "ip": work.caller.ip,
        "request_id": work.caller.request_id,
        "details": details or {},
    }
    await store.add(work.tx, row)
    await work.publish(ChangeRecorded(id=row["id"], action=action, actor_id=actor))


async def read(work: Work, wanted: Filter, cursor: str | None, limit: int) -> Page[Entry]:
    found = await store.page(work.tx, wanted, read_cursor(cursor), limit)
    return cut(found, limit, lambda entry: (entry.at, entry.id))
