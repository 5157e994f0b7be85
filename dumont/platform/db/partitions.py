"""Tables cut by time: partitions made some days ahead, old ones dropped, nothing ever refused.

Each such table has a default partition that takes what fits nowhere, so that a job that did not run for a month costs
tidiness and not data; when the missing partition is made later, its rows move out of the default one. One step is one
short transaction under a lock of that table's own, decided afresh from what is there: it may be run by many at once,
and cut off anywhere. A table is read and written by its own name only; nothing names a partition.
"""

import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from dumont.basics.errors import Unavailable
from dumont.platform.jobs.port import Job, NoArgs, Run
from dumont.platform.settings import Settings

log = structlog.get_logger()

Period = Literal["day", "week", "month"]
Begin = Callable[[], AbstractAsyncContextManager[AsyncSession]]
AHEAD = timedelta(days=7)
PURGE_ROWS = 10_000
TENDING = text("SET LOCAL dumont.tending = 'on'")
"""Lets rows of an append-only table be moved and outlive their time: its trigger looks at this."""
NAME = re.compile(r"[a-z_][a-z0-9_]{0,40}")
BOUND = re.compile(r"FROM \((?P<since>.+?)\) TO \((?P<until>.+?)\)")
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Partitioned:
    """A table `PARTITION BY RANGE (column)`, the column being `timestamptz`, with no foreign key pointing at it."""

    table: str
    column: str
    period: Period
    keep_days: Callable[[Settings], int]

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.table) or not NAME.fullmatch(self.column):
            raise ValueError(f"{self.table}.{self.column} is no plain name")

    @property
    def default(self) -> str:
        return f"{self.table}_default"


@dataclass(frozen=True, slots=True)
class Span:
    """From `since` until just before `until`."""

    since: datetime
    until: datetime

    def meets(self, other: "Span") -> bool:
        return self.since < other.until and other.since < self.until


@dataclass(frozen=True, slots=True)
class Make:
    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Drop:
    name: str


@dataclass(slots=True)
class Tended:
    made: list[str]
    dropped: list[str]
    purged_rows: int = 0


def next_step(table: Partitioned, existing: dict[str, Span], now: datetime, keep_days: int) -> Make | Drop | None:
    """The oldest that has outlived its time goes first, then the nearest one missing is made."""
    cutoff = now - timedelta(days=keep_days)
    for name, span in sorted(existing.items(), key=lambda item: item[1].until):
        if span.until <= cutoff:
            return Drop(name)
    span = span_around(table.period, now)
    while span.since <= now + AHEAD:
        if not any(span.meets(other) for other in existing.values()):
            return Make(_name(table, span), span)
        span = span_around(table.period, span.until)
    return None


def span_around(period: Period, at: datetime) -> Span:
    day = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if period == "day":
        return Span(day, day + timedelta(days=1))
    if period == "week":
        monday = day - timedelta(days=day.weekday())
        return Span(monday, monday + timedelta(days=7))
    first = day.replace(day=1)
    return Span(first, (first + timedelta(days=32)).replace(day=1))


async def tend(begin: Begin, table: Partitioned, now: datetime, keep_days: int) -> Tended:
    """Brings one table to where it should be."""
    tended = Tended([], [])
    while True:
        async with begin() as tx:
            await _alone(tx, table)
            step = next_step(table, await partitions(tx, table), now, keep_days)
            if isinstance(step, Make):
                await _make(tx, table, step)
                tended.made.append(step.name)
            elif isinstance(step, Drop):
                await tx.execute(text(f'DROP TABLE "{step.name}"'))
                tended.dropped.append(step.name)
        if step is None:
            break
    tended.purged_rows = await _purge_default(begin, table, now - timedelta(days=keep_days))
    return tended


async def partitions(tx: AsyncSession, table: Partitioned) -> dict[str, Span]:
    """The partitions by name, without the default one."""
    found = await tx.execute(
        text(
            "SELECT c.relname, pg_get_expr(c.relpartbound, c.oid)"
            " FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = CAST(:parent AS regclass)"
        ),
        {"parent": table.table},
    )
    bounds = ((name, BOUND.search(bound)) for name, bound in found)
    return {name: Span(_moment(bound["since"]), _moment(bound["until"])) for name, bound in bounds if bound}


def tending(tables: Sequence[Partitioned]) -> Job:
    """The daily job over all tables; one that is too busy to be changed just now doesn't hold up the others."""

    async def run(run: Run, _args: NoArgs) -> dict[str, object]:
        @asynccontextmanager
        async def begin() -> AsyncIterator[AsyncSession]:
            async with run.work() as work:
                yield work.tx

        async with run.work() as work:
            now, settings = work.now, work.settings
        result: dict[str, object] = {}
        busy = []
        for table in tables:
            try:
                tended = await tend(begin, table, now, table.keep_days(settings))
            except DBAPIError as error:
                log.warning("partitions_not_tended", table=table.table, error=str(error.orig))
                busy.append(table.table)
            else:
                result[table.table] = {"made": tended.made, "dropped": tended.dropped, "purged": tended.purged_rows}
        if busy:
            raise Unavailable(f"Could not tend the partitions of {', '.join(busy)}.", hint="It is tried again.")
        return result

    return Job("platform.tend_partitions", run, cron="17 2 * * *", key=lambda _args: "partitions", sample=NoArgs())


async def _alone(tx: AsyncSession, table: Partitioned) -> None:
    """One at a time for each table; and rather fail and come again than make readers queue up behind us."""
    await tx.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"tend:{table.table}"})
    await tx.execute(text("SET LOCAL lock_timeout = '2s'"))
    await tx.execute(text("SET LOCAL statement_timeout = '120s'"))
    await tx.execute(text("SET LOCAL timezone = 'UTC'"))
    await tx.execute(TENDING)
    await tx.execute(text(f'CREATE TABLE IF NOT EXISTS "{table.default}" PARTITION OF "{table.table}" DEFAULT'))


async def _make(tx: AsyncSession, table: Partitioned, step: Make) -> None:
    """Writers wait at the table's own door meanwhile, for milliseconds.

    One that had already been sent to the default partition would wait there, and then be refused: it no longer fits.
    """
    parent, new, column = table.table, step.name, table.column
    span = {"since": step.span.since, "until": step.span.until}
    await tx.execute(text(f'LOCK TABLE ONLY "{parent}" IN SHARE MODE'))
    await tx.execute(text(f'CREATE TABLE "{new}" (LIKE "{parent}" INCLUDING ALL EXCLUDING IDENTITY)'))
    await tx.execute(text(f'LOCK TABLE "{table.default}" IN ACCESS EXCLUSIVE MODE'))
    names = await _written_columns(tx, parent)
    late = f'DELETE FROM "{table.default}" WHERE "{column}" >= :since AND "{column}" < :until RETURNING {names}'  # noqa: S608 - plain names
    move = f'WITH late AS ({late}) INSERT INTO "{new}" ({names}) SELECT {names} FROM late'  # noqa: S608
    await tx.execute(text(move), span)
    bounds = f"FROM ('{step.span.since.isoformat()}') TO ('{step.span.until.isoformat()}')"
    await tx.execute(text(f'ALTER TABLE "{parent}" ATTACH PARTITION "{new}" FOR VALUES {bounds}'.replace(":", "\\:")))


async def _written_columns(tx: AsyncSession, table: str) -> str:
    """All but generated ones, which the new partition computes for itself."""
    found = await tx.execute(
        text(
            "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
            " WHERE attrelid = CAST(:table AS regclass) AND attnum > 0 AND NOT attisdropped AND attgenerated = ''"
        ),
        {"table": table},
    )
    return str(found.scalar_one())


async def _purge_default(begin: Begin, table: Partitioned, cutoff: datetime) -> int:
    old = f'SELECT ctid FROM "{table.default}" WHERE "{table.column}" < :cutoff LIMIT {PURGE_ROWS}'  # noqa: S608 - plain names
    sweep = text(f'DELETE FROM "{table.default}" WHERE ctid = ANY(ARRAY({old})) RETURNING 1')  # noqa: S608
    purged = 0
    while True:
        async with begin() as tx:
            await tx.execute(TENDING)
            swept = len((await tx.execute(sweep, {"cutoff": cutoff})).all())
        purged += swept
        if swept < PURGE_ROWS:
            return purged


def _name(table: Partitioned, span: Span) -> str:
    return f"{table.table}_{span.since:%Y%m}" if table.period == "month" else f"{table.table}_{span.since:%Y%m%d}"


def _moment(bound: str) -> datetime:
    if bound in {"MINVALUE", "MAXVALUE"}:
        return FIRST if bound == "MINVALUE" else LAST
    at = datetime.fromisoformat(bound.strip("'"))
    return at if at.tzinfo else at.replace(tzinfo=UTC)
