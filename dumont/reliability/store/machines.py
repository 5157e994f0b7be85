"""Reads machines: one by its key, many by page, each with the entry of the blacklist that counts for who asks."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, cast
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Select, and_, case, func, literal, select, tuple_
from sqlalchemy.orm import aliased

from dumont.basics.errors import Invalid
from dumont.basics.machine_key import MachineKey
from dumont.platform.db import Tx
from dumont.reliability.rules.limits import Limits
from dumont.reliability.rules.status import Status
from dumont.reliability.store.blacklist import counts, counts_for, strength
from dumont.reliability.tables import ReliabilityBlacklist, ReliabilityMachine

Sort = Literal["recent", "success_rate", "attempts", "failures", "failures_in_row", "boot", "score"]
M = ReliabilityMachine
Row = tuple[ReliabilityMachine, ReliabilityBlacklist | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    me: UUID | None = None
    provider: str | None = None
    status: Status | None = None
    text: str | None = None
    """Somewhere in the machine's own id."""
    sort: Sort = "recent"
    descending: bool = True
    cursor: str | None = None
    limit: int = 50
    keys: Sequence[MachineKey] = field(default=())


async def one(tx: Tx, machine: MachineKey, me: UUID | None, now: datetime) -> Row | None:
    query = _with_entry(select(M), me, now).where(M.provider == machine.provider, M.machine_id == machine.machine_id)
    row = (await tx.execute(query)).one_or_none()
    return cast(Row, tuple(row)) if row else None


async def page(tx: Tx, wanted: Wanted, limits: Limits, now: datetime) -> list[Row]:
    """One more than the limit, which tells that there is more. Rows are read whole only where they are shown."""
    key = _sort_key(wanted.sort)
    places: tuple[ColumnElement[Any], ...] = (key.label("place"), *_columns())
    found = _filtered(select(*places), wanted, limits, now)
    if wanted.cursor:
        after = tuple_(*[literal(part) for part in read_place(wanted.cursor, wanted.sort)])
        place = tuple_(key, M.provider, M.machine_id)
        found = found.where(place < after if wanted.descending else place > after)
    shown = _ordered(found, (key, *_columns()), wanted).limit(wanted.limit + 1).subquery()
    same = and_(shown.c.provider == M.provider, shown.c.machine_id == M.machine_id)
    query = _with_entry(select(M).join(shown, same), wanted.me, now)
    query = _ordered(query, (shown.c.place, shown.c.provider, shown.c.machine_id), wanted)
    return [cast(Row, tuple(row)) for row in await tx.execute(query)]


def blocked(me: UUID | None, now: datetime) -> ColumnElement[bool]:
    """Whether the machine of the row has an entry that counts."""
    entry = ReliabilityBlacklist
    standing = select(entry.provider, entry.machine_id).where(counts(now), counts_for(me))
    return tuple_(*_columns()).in_(standing)


def status_expression(blocked: ColumnElement[bool], limits: Limits) -> ColumnElement[str]:
    """As `rules.status` has it; a test holds the two together."""
    return case(
        (blocked, "blacklisted"),
        (M.total < limits.attempts_min, "unknown"),
        (M.success_rate >= limits.excellent_rate, "excellent"),
        (M.success_rate >= limits.good_rate, "good"),
        (M.success_rate >= limits.fair_rate, "fair"),
        (M.success_rate >= limits.poor_rate, "poor"),
        else_="blacklisted",
    )


def place_of(machine: ReliabilityMachine, sort: Sort) -> str:
    """The cursor that leads on behind this machine."""
    value = _value(machine, sort)
    told = [value.isoformat() if isinstance(value, datetime) else value, machine.provider, machine.machine_id]
    return base64.urlsafe_b64encode(orjson.dumps([sort, *told])).decode().rstrip("=")


def read_place(cursor: str, sort: Sort) -> tuple[datetime | float, str, str]:
    try:
        of, value, *key = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        machine = MachineKey(*key)
        at = datetime.fromisoformat(value).astimezone(UTC) if sort == "recent" else float(value)
    except (ValueError, TypeError, OverflowError, Invalid):
        of, at, machine = None, 0.0, MachineKey("none", "none")
    if of != sort:
        raise Invalid.field(
            "cursor", "is not one that this list gave", hint="Leave it out to start from the beginning."
        ) from None
    return at, machine.provider, machine.machine_id


def _sort_key(sort: Sort) -> ColumnElement[Any]:
    """Never null: what is not known comes last where the best come first."""
    keys: dict[Sort, ColumnElement[Any]] = {
        "recent": cast("ColumnElement[Any]", M.noted_at),
        "success_rate": func.coalesce(M.success_rate, -1.0),
        "attempts": cast("ColumnElement[Any]", M.total * 1.0),
        "failures": cast("ColumnElement[Any]", M.failed * 1.0),
        "failures_in_row": cast("ColumnElement[Any]", M.consecutive_failures * 1.0),
        "boot": func.coalesce(M.boot_seconds_sum / func.nullif(M.boot_count, 0), -1.0),
        "score": func.coalesce(M.score_low, -1.0),
    }
    return keys[sort]


def _value(machine: ReliabilityMachine, sort: Sort) -> datetime | float:
    values: dict[Sort, datetime | float | None] = {
        "recent": machine.noted_at,
        "success_rate": machine.success_rate,
        "attempts": float(machine.total),
        "failures": float(machine.failed),
        "failures_in_row": float(machine.consecutive_failures),
        "boot": machine.boot_seconds_sum / machine.boot_count if machine.boot_count else None,
        "score": machine.score_low,
    }
    found = values[sort]
    return -1.0 if found is None else found


def _columns() -> tuple[ColumnElement[Any], ...]:
    return cast("tuple[ColumnElement[Any], ...]", (M.provider, M.machine_id))


def _filtered(query: Select[Any], wanted: Wanted, limits: Limits, now: datetime) -> Select[Any]:
    if wanted.provider is not None:
        query = query.where(M.provider == wanted.provider)
    if wanted.text:
        query = query.where(M.machine_id.contains(wanted.text, autoescape=True))
    if wanted.status is not None:
        query = query.where(status_expression(blocked(wanted.me, now), limits) == wanted.status)
    return query


def _ordered(query: Select[Any], columns: Sequence[ColumnElement[Any]], wanted: Wanted) -> Select[Any]:
    return query.order_by(*[column.desc() if wanted.descending else column.asc() for column in columns])


def _with_entry(query: Select[Any], me: UUID | None, now: datetime) -> Select[Any]:
    """At most two entries count for somebody: his own, and the one for everyone. The stronger is shown."""
    entry = ReliabilityBlacklist
    strongest = (
        select(entry)
        .where(entry.provider == M.provider, entry.machine_id == M.machine_id, counts(now), counts_for(me))
        .order_by(strength().desc(), entry.user_id.nulls_last())
        .limit(1)
        .lateral()
    )
    found = aliased(entry, strongest)
    return query.add_columns(found).outerjoin(found, literal(True)).execution_options(populate_existing=True)
