"""The log of everything that changes something: written in the transaction of the change, never altered."""

from typing import Any
from uuid import UUID

from dumont.accounts.store import audit as store
from dumont.accounts.store.audit import Entry, Filter
from dumont.basics import ids
from dumont.basics.page import Page, cut, read_cursor
from dumont.platform.work import Work

__all__ = ["Entry", "Filter", "read", "record"]


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
    row = {
        "id": ids.new(work.now, work.random),
        "at": work.now,
        "actor_id": actor_id or work.caller.user_id,
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


async def read(work: Work, wanted: Filter, cursor: str | None, limit: int) -> Page[Entry]:
    found = await store.page(work.tx, wanted, read_cursor(cursor), limit)
    return cut(found, limit, lambda entry: (entry.at, entry.id))
