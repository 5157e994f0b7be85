"""SQL of the blacklist: an entry is written by the database's own function, read with its time taken into account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, and_, case, delete, or_, select, text, update

from dumont.basics.machine_key import MachineKey
from dumont.basics.page import Key
from dumont.platform.db import Tx
from dumont.platform.db.keyset import newest_first
from dumont.reliability.rules.blacklist import KINDS, Kind
from dumont.reliability.store.attempts import EntryWritten
from dumont.reliability.tables import ReliabilityBlacklist as Entry

BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    machine: MachineKey
    user_id: UUID | None
    kind: Kind
    reason: str
    at: datetime
    by: UUID | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Filter:
    """`me` is who asks: entries of other accounts are shown to nobody."""

    me: UUID | None = None
    provider: str | None = None
    kind: Kind | None = None
    active: bool | None = None
    machine: MachineKey | None = None


async def put(tx: Tx, entry_id: UUID, wish: Wish) -> EntryWritten:
    given = {
        "id": entry_id,
        "provider": wish.machine.provider,
        "machine": wish.machine.machine_id,
        "user": wish.user_id,
        "kind": wish.kind,
        "reason": wish.reason,
        "at": wish.at,
        "by": wish.by,
        "until": wish.until,
    }
    row = (await tx.execute(_PUT, given)).one()
    return EntryWritten(row.outcome, row.id, cast(Kind, row.kind), row.reason, row.expires_at)


async def by_id(tx: Tx, entry_id: UUID) -> Entry:
    query = select(Entry).where(Entry.id == entry_id).execution_options(populate_existing=True)
    return (await tx.execute(query)).scalar_one()


async def standing(tx: Tx, machine: MachineKey, me: UUID | None, now: datetime) -> Sequence[Entry]:
    """Those that count for this account at this moment, the strongest first: one of its own, one for everyone."""
    query = select(Entry).where(*_of(machine), counts(now), counts_for(me))
    query = query.order_by(strength().desc(), Entry.user_id.nulls_last())
    return (await tx.execute(query.execution_options(populate_existing=True))).scalars().all()


async def end(tx: Tx, entry: Entry, *, at: datetime, by: UUID | None, why: str) -> bool:
    """For one caller only. An entry for everyone is a fact of its machine, so the machine's row is written first."""
    if entry.user_id is None:
        await tx.execute(_TOUCH, {"provider": entry.provider, "machine": entry.machine_id, "at": at})
    ended = await tx.execute(
        update(Entry)
        .where(Entry.id == entry.id, Entry.ended_at.is_(None))
        .values(ended_at=at, ended_by=by, ended_why=why)
        .returning(Entry.id)
    )
    return ended.scalar_one_or_none() is not None


async def page(tx: Tx, wanted: Filter, now: datetime, after: Key | None, limit: int) -> Sequence[Entry]:
    query = select(Entry).where(counts_for(wanted.me))
    if wanted.machine is not None:
        query = query.where(*_of(wanted.machine))
    if wanted.provider is not None:
        query = query.where(Entry.provider == wanted.provider)
    if wanted.kind is not None:
        query = query.where(Entry.kind == wanted.kind)
    if wanted.active is not None:
        query = query.where(counts(now) if wanted.active else ~counts(now))
    query = newest_first(query, Entry.created_at, Entry.id, after, limit)
    return (await tx.execute(query)).scalars().all()


async def expire(tx: Tx, now: datetime) -> Sequence[Entry]:
    """Ends some whose time is up; one that is being renewed just now is left alone."""
    due = (
        select(Entry.id)
        .where(Entry.ended_at.is_(None), Entry.expires_at <= now)
        .order_by(Entry.expires_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    ended = update(Entry).where(Entry.id.in_(due)).values(ended_at=Entry.expires_at, ended_why="expired")
    return (await tx.execute(ended.returning(Entry))).scalars().all()


async def forget(tx: Tx, before: datetime) -> int:
    """Entries that have been over for longer."""
    gone = cast("CursorResult[Any]", await tx.execute(delete(Entry).where(Entry.ended_at < before)))
    return gone.rowcount


def counts(now: datetime) -> ColumnElement[bool]:
    """In the very moment in which its time is up, an entry no longer does."""
    return and_(Entry.ended_at.is_(None), or_(Entry.expires_at.is_(None), Entry.expires_at > now))


def counts_for(me: UUID | None) -> ColumnElement[bool]:
    """For everyone, or for this account alone."""
    return Entry.user_id.is_(None) if me is None else or_(Entry.user_id.is_(None), Entry.user_id == me)


def strength() -> ColumnElement[int]:
    return case({kind: rank for rank, kind in enumerate(KINDS)}, value=Entry.kind)


def _of(machine: MachineKey) -> tuple[ColumnElement[bool], ...]:
    return Entry.provider == machine.provider, Entry.machine_id == machine.machine_id


_PUT = text(
    """
    SELECT * FROM reliability_block(
        CAST(:id AS uuid), CAST(:provider AS text), CAST(:machine AS text), CAST(:user AS uuid), CAST(:kind AS text),
        CAST(:reason AS text), CAST(:at AS timestamptz), CAST(:by AS uuid), CAST(:until AS timestamptz)
    )
    """
)

_TOUCH = text(
    """
    UPDATE reliability_machines SET noted_at = greatest(noted_at, CAST(:at AS timestamptz))
    WHERE provider = :provider AND machine_id = :machine
    """
)
