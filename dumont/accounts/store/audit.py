"""SQL of the audit log: written once, read by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, insert, select

from dumont.accounts.tables import AuditEntry, User
from dumont.basics.page import Key
from dumont.platform.db import Tx
from dumont.platform.db.keyset import newest_first


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    actor: UUID | None = None
    action: str | None = None
    object_type: str | None = None
    object_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    id: UUID
    at: datetime
    actor_id: UUID | None
    api_key_id: UUID | None
    action: str
    object_type: str
    object_id: str
    summary: str
    ip: str
    request_id: str
    details: dict[str, Any]
    actor_email: str | None


async def add(tx: Tx, values: dict[str, Any]) -> None:
    await tx.execute(insert(AuditEntry).values(values))


async def page(tx: Tx, wanted: Filter, after: Key | None, limit: int) -> Sequence[Entry]:
    query = (
        select(*AuditEntry.__table__.columns, User.email)
        .outerjoin(User, User.id == AuditEntry.actor_id)
        .where(*_conditions(wanted))
    )
    query = newest_first(query, AuditEntry.at, AuditEntry.id, after, limit)
    return [_entry(dict(row)) for row in (await tx.execute(query)).mappings()]


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    pairs = [
        (wanted.actor, AuditEntry.actor_id == wanted.actor),
        (wanted.action, AuditEntry.action == wanted.action),
        (wanted.object_type, AuditEntry.object_type == wanted.object_type),
        (wanted.object_id, AuditEntry.object_id == wanted.object_id),
        (wanted.since, AuditEntry.at >= wanted.since),
        (wanted.until, AuditEntry.at < wanted.until),
    ]
    return [condition for given, condition in pairs if given is not None]


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(actor_email=row.pop("email"), **row)
