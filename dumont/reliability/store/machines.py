"""Reads machines: one by its key, many by page, each with the entry of the blacklist that counts for who asks."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, cast
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from dumont.basics.errors import Invalid
from dumont.basics.machine_key import MachineKey
from dumont.platform.db import Tx
from dumont.reliability.rules.limits import Limits
from dumont.reliability.rules.status import Status
from dumont.reliability.store.blacklist import counts, strength
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
    query, _entry = _with_entries(me, now)
    query = query.where(M.provider == machine.provider, M.machine_id == machine.machine_id)
    row = (await tx.execute(query)).one_or_none()
    return cast(Row, tuple(row)) if row else None


async def page(tx: Tx, wanted: Wanted, limits: Limits, now: datetime) -> list[Row]:
    """One more than the limit, which tells that there is more."""
    query, entry = _with_entries(wanted.me, now)
    if wanted.provider is not None:
        query = query.where(M.provider == wanted.provider)
    if wanted.text:
        query = query.where(M.machine_id.contains(wanted.text, autoescape=True))
    if wanted.status is not None:
        query = query.where(status_expression(entry.id.is_not(None), limits) == wanted.status)
    key = _sort_key(wanted.sort)
    place = tuple_(key, M.provider, M.machine_id)
    if wanted.cursor:
        after = tuple_(*[literal(part) for part in read_place(wanted.cursor, wanted.sort)])
        query = query.where(place < after if wanted.descending else place > after)
    columns: tuple[ColumnElement[Any], ...] = (key, *_columns())
    query = query.order_by(*[column.desc() if wanted.descending else column.asc() for column in columns])
    return [cast(Row, tuple(row)) for row in await tx.execute(query.limit(wanted.limit + 1))]


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


def _with_entries(me: UUID | None, now: datetime) -> tuple[Select[Any], Any]:
    """At most two entries count for somebody: his own, and the one for everyone. The stronger is shown."""
    entry = ReliabilityBlacklist
    whose = entry.user_id.is_(None) if me is None else or_(entry.user_id.is_(None), entry.user_id == me)
    strongest = (
        select(entry)
        .ext(distinct_on(entry.provider, entry.machine_id))
        .where(counts(now), whose)
        .order_by(entry.provider, entry.machine_id, strength().desc(), entry.user_id.nulls_last())
        .subquery()
    )
    found = aliased(entry, strongest)
    joined = and_(found.provider == M.provider, found.machine_id == M.machine_id)
    query = select(M, found).outerjoin(found, joined).execution_options(populate_existing=True)
    return cast("Select[Any]", query), found
