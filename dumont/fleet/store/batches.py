"""The one statement by which heartbeats are taken in: many at a time, each looked up by its token and judged in place.

A beat that is not newer than the last one changes nothing, so a batch may be made again when its answer was lost. Two
processes that take in the same agent at once are told apart by what each has read: the slower one takes it in again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy.exc import DBAPIError

from dumont.fleet.rules.idle import SIGNALS, USE
from dumont.fleet.rules.states import Stage
from dumont.fleet.rules.sums import FIGURES, GREATEST
from dumont.platform.db import Tx, glance, raw

UNREADABLE = asyncpg.DataError
"""One of the beats holds what the database can't."""
AWAY = (*glance.AWAY, asyncpg.QueryCanceledError)
AGAIN = (*AWAY, DBAPIError, asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
"""Where it may help to ask once more."""
Given = tuple[bytes, str, int, str, datetime, str, str, str, str]
"""Token, boot, seq, version, at, sample, values, worst values, sums: the last four as text that PostgreSQL reads."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known of the rental behind one beat."""

    place: int
    rental_id: UUID
    instance_id: UUID
    stage: Stage
    provider: str
    provider_machine_id: str | None
    gpus: int
    hibernation: str
    rule: str | None
    """None before its first beat."""
    newer: bool
    written: bool
    commands: bool
    """Some are open, and to be handed out."""
    watched: bool
    was_lost: bool
    """It was noticed to be silent."""
    before_boot: str | None
    """Of the beat before this one; None before its first."""
    before_seq: int
    before_at: datetime | None


class Whole(NamedTuple):
    """A minute of a rental, for what did not come in as it happened."""

    instance_id: UUID
    rental_id: UUID
    minute: datetime
    sums: Sequence[float]


async def take(tx: Tx, beats: Sequence[Given], now: datetime, *, silent: timedelta) -> list[Heard]:
    """Those whose token is known, by their place among `beats`; no two of `beats` have one token."""
    columns: list[Any] = [list(column) for column in zip(*beats, strict=True)]
    rows = await (await raw(tx)).fetch(_TAKE, *columns, now, silent, now.replace(second=0, microsecond=0))
    return [Heard(*row) for row in rows]


async def add(tx: Tx, minutes: Sequence[Whole]) -> None:
    if not minutes:
        return
    rows = [(each.instance_id, each.rental_id, each.minute, _text(each.sums)) for each in minutes]
    await (await raw(tx)).execute(_ADD, *[list(column) for column in zip(*rows, strict=True)])


def text_of(numbers: Sequence[float]) -> str:
    return _text(numbers)


def _text(numbers: Sequence[float]) -> str:
    return "{" + ",".join(map(repr, numbers)) + "}"


def _quiet() -> str:
    """Its earlier moment, if it has been quiet without a gap; otherwise this one."""
    each = (
        f"CASE WHEN v[{n}] <= limits[{n}] THEN CASE WHEN steady AND w[{n}] <= limits[{n}]"
        f" THEN coalesce(quiet[{n}], $10) ELSE $10 END END"
        for n in range(1, len(SIGNALS) + 1)
    )
    return f"ARRAY[{', '.join(each)}]"


def _used() -> str:
    places = (SIGNALS.index(signal) + 1 for signal in USE)
    return " OR ".join(f"(w[{n}] > limits[{n}] AND w[{n}] < 'NaN')" for n in places)


def _summed() -> str:
    each = (
        f"greatest(old_sums[{n}], sums[{n}])" if figure in GREATEST else f"old_sums[{n}] + sums[{n}]"
        for n, figure in enumerate(FIGURES, 1)
    )
    return f"ARRAY[{', '.join(each)}]"


def _figures(array: str) -> str:
    """None is told from 0 only for the one that may be missing."""
    each = (
        f"nullif({array}[{n}], '-Infinity')" if figure == "temperature_max" else f"{array}[{n}]"
        for n, figure in enumerate(FIGURES, 1)
    )
    return ", ".join(each)


def _more() -> str:
    each = (
        f"{figure} = greatest(m.{figure}, excluded.{figure})"
        if figure in GREATEST
        else f"{figure} = m.{figure} + excluded.{figure}"
        for figure in FIGURES
    )
    return ", ".join(each)


_INSERT = f"INSERT INTO fleet_minutes AS m (instance_id, rental_id, minute, {', '.join(FIGURES)})"
_ONCE_MORE = f"ON CONFLICT (instance_id, minute, rental_id) DO UPDATE SET {_more()}"
_TAKE = f"""
    WITH given AS (
        SELECT * FROM unnest(
            $1::bytea[], $2::text[], $3::bigint[], $4::text[], $5::timestamptz[], $6::text[], $7::text[], $8::text[],
            $9::text[]
        ) WITH ORDINALITY AS g(token, boot, seq, version, at, sample, v, w, sums, place)
    ), known AS (
        SELECT g.place, g.boot, g.seq, g.version, g.at, g.sample, g.v::float8[] AS v, g.w::float8[] AS w,
            g.sums::float8[] AS sums,
            r.id AS rental_id, r.instance_id, r.stage, r.provider, r.provider_machine_id,
            coalesce((r.listed->>'gpu_count')::int, 1) AS gpus, i.hibernation::text AS hibernation,
            b.rule, b.limits, b.quiet, b.boot AS old_boot, b.seq AS old_seq,
            b.received_at AS old_at, b.minute AS old_minute,
            b.sums AS old_sums, $10 - b.received_at <= $11 AS steady,
            coalesce(b.watched_until > now(), false) AS watched, b.lost_at IS NOT NULL AS was_lost,
            EXISTS (
                SELECT FROM fleet_commands AS c
                WHERE c.rental_id = r.id AND c.state IN ('queued', 'sent', 'running')
                    AND NOT (c.kind = 'run' AND c.state = 'running')
            ) AS commands,
            r.stage <> 'ended' AND (b.boot <> g.boot OR b.seq < g.seq) AS newer
        FROM given AS g
        JOIN fleet_rentals AS r ON r.agent_token = g.token
        JOIN fleet_instances AS i ON i.id = r.instance_id
        LEFT JOIN fleet_beats AS b ON b.rental_id = r.id
    ), judged AS (
        SELECT *, {_quiet()} AS now_quiet, {_used()} AS used,
            CASE WHEN old_minute = $12 THEN {_summed()} ELSE sums END AS now_sums
        FROM known WHERE newer
    ), whole AS (
        SELECT *, CASE WHEN array_position(now_quiet, NULL) IS NULL THEN
            greatest({", ".join(f"now_quiet[{n}]" for n in range(1, len(SIGNALS) + 1))}) END AS now_quiet_since
        FROM judged
    ), written AS (
        UPDATE fleet_beats AS b SET
            received_at = $10, at = k.at, boot = k.boot, seq = k.seq, version = k.version, sample = k.sample::jsonb,
            quiet = k.now_quiet, quiet_since = k.now_quiet_since,
            idle_at = k.now_quiet_since + b.idle_seconds * interval '1 second',
            used_at = CASE WHEN k.used THEN $10 ELSE b.used_at END,
            minute = $12, sums = k.now_sums, lost_at = NULL
        FROM whole AS k
        WHERE b.rental_id = k.rental_id AND b.boot = k.old_boot AND b.seq = k.old_seq AND b.rule = k.rule
        RETURNING b.rental_id
    ), minutes AS (
        {_INSERT}
        SELECT k.instance_id, k.rental_id, k.old_minute, {_figures("k.old_sums")}
        FROM whole AS k JOIN written AS w ON w.rental_id = k.rental_id WHERE k.old_minute <> $12
        {_ONCE_MORE}
    )
    SELECT k.place - 1, k.rental_id, k.instance_id, k.stage, k.provider, k.provider_machine_id, k.gpus, k.hibernation,
        k.rule, coalesce(k.newer, false), w.rental_id IS NOT NULL, k.commands, k.watched, k.was_lost,
        k.old_boot, coalesce(k.old_seq, 0), k.old_at
    FROM known AS k LEFT JOIN written AS w ON w.rental_id = k.rental_id
"""  # noqa: S608 - plain names of ours

_ADD = f"""
    {_INSERT}
    SELECT instance_id, rental_id, minute, {_figures("sums")} FROM (
        SELECT g.instance_id, g.rental_id, g.minute, g.sums::float8[] AS sums
        FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[]) AS g(instance_id, rental_id, minute, sums)
    ) AS added
    {_ONCE_MORE}
"""  # noqa: S608 - plain names of ours
