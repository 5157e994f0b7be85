"""SQL of the audit log: written once, read by page."""

import operator
from collections.abc import Callable, Sequence
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
    tests: list[tuple[Any, Callable[[Any, Any], ColumnElement[bool]], Any]] = [
        (AuditEntry.actor_id, operator.eq, wanted.actor),
        (AuditEntry.action, operator.eq, wanted.action),
        (AuditEntry.object_type, operator.eq, wanted.object_type),
        (AuditEntry.object_id, operator.eq, wanted.object_id),
        (AuditEntry.at, operator.ge, wanted.since),
        (AuditEntry.at, operator.lt, wanted.until),
    ]
    return [compare(column, value) for column, compare, value in tests if value is not None]


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(actor_email=row.pop("email"), **row)
