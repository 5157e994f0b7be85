"""SQL of the fleet's own figures: how launches, wakes, races and sleeps went within a window."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from dumont.fleet.rules.savings import Window
from dumont.platform.db import Tx, raw


@dataclass(frozen=True, slots=True)
class Times:
    """Of operations of one kind at one provider; null is all of them together."""

    kind: str
    provider: str | None
    done: int
    failed: int
    p50_seconds: float | None
    p95_seconds: float | None


@dataclass(frozen=True, slots=True)
class Stage:
    """Of operations of one kind at one provider; null is all of them together."""

    kind: str
    provider: str | None
    stage: str
    p50_seconds: float
    p95_seconds: float


@dataclass(frozen=True, slots=True)
class Counts:
    races: int
    races_won: int
    entrants: int
    race_overhead: Decimal
    interruptions: int
    """Machines that were lost or taken away: not those that somebody had an instance leave."""
    failovers: int
    hibernations: int
    running_seconds: Decimal
    """In which instances were of use."""
    meant_seconds: Decimal
    """In which they were meant to be: what is missing was waiting that nobody had asked for, from when a machine was
    lost until work went on. To fall asleep and to wake up is as it was wished."""


async def times(tx: Tx, owners: Sequence[UUID], window: Window) -> list[Times]:
    return [Times(*row) for row in await (await raw(tx)).fetch(_TIMES, list(owners), window.since, window.until)]


async def stages(tx: Tx, owners: Sequence[UUID], window: Window) -> list[Stage]:
    return [Stage(*row) for row in await (await raw(tx)).fetch(_STAGES, list(owners), window.since, window.until)]


async def counts(tx: Tx, owners: Sequence[UUID], window: Window) -> Counts:
    record = await (await raw(tx)).fetchrow(_COUNTS, list(owners), window.since, window.until)
    return Counts(*record)


_MACHINE = """
    LEFT JOIN LATERAL (
        SELECT provider FROM fleet_rentals r WHERE r.instance_id = o.instance_id AND r.role = 'primary'
            AND r.ready_at BETWEEN o.created_at AND o.ended_at
        ORDER BY r.ready_at DESC LIMIT 1
    ) AS r ON true
"""
"""The machine that an operation came to."""

_TIMES = f"""
    WITH ended AS (
        SELECT o.kind, o.state, extract(epoch FROM o.ended_at - o.created_at)::float8 AS seconds, r.provider
        FROM fleet_operations o JOIN fleet_instances i ON i.id = o.instance_id
        {_MACHINE}
        WHERE i.owner_id = ANY($1) AND o.ended_at >= $2 AND o.ended_at < $3 AND o.state IN ('done', 'failed')
            AND o.kind <> 'keep_awake'
    )
    SELECT kind, CASE WHEN grouping(provider) = 1 THEN NULL ELSE provider END,
        count(*) FILTER (WHERE state = 'done')::int, count(*) FILTER (WHERE state = 'failed')::int,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE state = 'done'),
        percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE state = 'done')
    FROM ended GROUP BY GROUPING SETS ((kind), (kind, provider))
    HAVING grouping(provider) = 1 OR provider IS NOT NULL
    ORDER BY kind, provider NULLS FIRST
"""  # noqa: S608 - our own words

_STAGES = f"""
    SELECT o.kind, CASE WHEN grouping(r.provider) = 1 THEN NULL ELSE r.provider END, stage.key,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY stage.value::float8),
        percentile_cont(0.95) WITHIN GROUP (ORDER BY stage.value::float8)
    FROM fleet_operations o JOIN fleet_instances i ON i.id = o.instance_id
    CROSS JOIN LATERAL jsonb_each_text(o.stages) AS stage
    {_MACHINE}
    WHERE i.owner_id = ANY($1) AND o.ended_at >= $2 AND o.ended_at < $3 AND o.state = 'done'
    GROUP BY GROUPING SETS ((o.kind, stage.key), (o.kind, stage.key, r.provider))
    HAVING grouping(r.provider) = 1 OR r.provider IS NOT NULL
    ORDER BY o.kind, r.provider NULLS FIRST, stage.key
"""  # noqa: S608 - our own words

_COUNTS = """
    WITH mine AS (SELECT id FROM fleet_instances WHERE owner_id = ANY($1)),
    raced AS (
        SELECT race.id, race.state, race.winner_id FROM fleet_races race
        WHERE race.instance_id IN (SELECT id FROM mine) AND race.started_at >= $2 AND race.started_at < $3
    ),
    moves AS (
        SELECT to_state, to_state IN ('running', 'on_standby', 'recovering') AS serves,
            to_state = 'interrupted' OR (to_state IN ('waking', 'failing_over') AND from_state = 'interrupted')
                OR (to_state = 'failing_over' AND who = 'provider') AS lost,
            greatest(at, $2) AS since,
            least(coalesce(lead(at) OVER (PARTITION BY instance_id ORDER BY at, id), $3), $3) AS until
        FROM fleet_events
        WHERE instance_id IN (SELECT id FROM mine) AND to_state IS NOT NULL AND at < $3
    )
    SELECT
        (SELECT count(*)::int FROM raced),
        (SELECT count(*)::int FROM raced WHERE state = 'won'),
        (SELECT count(*)::int FROM fleet_rentals r JOIN raced ON raced.id = r.race_id),
        coalesce((
            SELECT sum(c.price_hour * extract(epoch FROM coalesce(c.until, $3) - c.since) / 3600)
            FROM raced JOIN fleet_rentals r ON r.race_id = raced.id AND r.id IS DISTINCT FROM raced.winner_id
            JOIN fleet_costs c ON c.rental_id = r.id WHERE c.since < coalesce(c.until, $3)
        ), 0),
        (SELECT count(*)::int FROM fleet_failovers f WHERE f.instance_id IN (SELECT id FROM mine)
            AND f.began_at >= $2 AND f.began_at < $3 AND NOT f.rehearsal AND f.kind <> 'half_life'
            AND NOT EXISTS (
                SELECT FROM fleet_operations o WHERE o.instance_id = f.instance_id AND o.kind = 'failover'
                    AND o.created_at <= f.noticed_at AND coalesce(o.ended_at, f.noticed_at) >= f.noticed_at
                    AND (o.requested_by IS NOT NULL OR o.details ? 'who')
            )),
        (SELECT count(*)::int FROM fleet_failovers f WHERE f.instance_id IN (SELECT id FROM mine)
            AND f.began_at >= $2 AND f.began_at < $3 AND NOT f.rehearsal AND f.on_standby_at IS NOT NULL),
        (SELECT count(*)::int FROM fleet_hibernations h WHERE h.owner_id = ANY($1) AND h.why <> 'waits'
            AND h.slept_at >= $2 AND h.slept_at < $3),
        coalesce((SELECT sum(extract(epoch FROM until - since)) FROM moves WHERE until > since AND serves), 0),
        coalesce((SELECT sum(extract(epoch FROM until - since)) FROM moves WHERE until > since AND (serves OR lost)), 0)
"""
