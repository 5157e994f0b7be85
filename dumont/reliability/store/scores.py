"""SQL of scores: what they are made of, machine by machine; writing them; and reading the best first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from dumont.basics.machine_key import MachineKey
from dumont.platform.db import Tx, raw
from dumont.reliability.rules.interval import Prior


class Gathered(NamedTuple):
    """Of one machine: sums over the window, the same faded with what is left of older days, and its ratings."""

    provider: str
    machine_id: str
    days: int
    observed_seconds: float
    uptime_seconds: float
    rentals: int
    interruptions: int
    data_until: datetime | None
    faded_observed: float
    faded_uptime: float
    faded_rentals: float
    faded_interruptions: float
    average_rating: float | None
    ratings: int


class Written(NamedTuple):
    provider: str
    machine_id: str
    score: float | None
    score_low: float | None
    score_high: float | None
    uptime_percentage: float | None
    interruption_rate: float | None
    interruption_rate_hour: float | None
    days: int
    rentals: int
    interruptions: int
    data_until: datetime | None


class OfProvider(NamedTuple):
    """Sums over a provider's machines."""

    provider: str
    observed_seconds: float
    uptime_seconds: float
    rentals: float
    interruptions: float
    ratings: float
    rating_sum: float


@dataclass(frozen=True, slots=True)
class Window:
    first: date
    last: date
    half_life_days: float


async def batch_after(tx: Tx, after: MachineKey | None, limit: int) -> list[MachineKey]:
    """Machines in their order, locked until the commit: whoever counts an attempt or a rating waits so long."""
    place = (after.provider, after.machine_id) if after else ("", "")
    return [MachineKey(*row) for row in await (await raw(tx)).fetch(_BATCH, *place, limit)]


async def lock(tx: Tx, machines: Sequence[MachineKey]) -> list[MachineKey]:
    return [MachineKey(*row) for row in await (await raw(tx)).fetch(_LOCK, *_columns(machines))]


async def gather(tx: Tx, machines: Sequence[MachineKey], window: Window) -> list[Gathered]:
    given = (*_columns(machines), window.first, window.last, window.half_life_days)
    return [Gathered(*row) for row in await (await raw(tx)).fetch(_GATHER, *given)]


async def write(tx: Tx, scores: Sequence[Written], now: datetime) -> None:
    if scores:
        await (await raw(tx)).execute(_WRITE, *map(list, zip(*scores, strict=True)), now)


async def sums_by_provider(tx: Tx, window: Window) -> list[OfProvider]:
    return [OfProvider(*row) for row in await (await raw(tx)).fetch(_SUMS, window.first, window.last)]


async def keep_prior(tx: Tx, provider: str, prior: Prior, interruptions_hour: float, now: datetime) -> None:
    given = (provider, prior.uptime, prior.kept, prior.rating, interruptions_hour, now)
    await (await raw(tx)).execute(_KEEP_PRIOR, *given)


async def priors(tx: Tx) -> dict[str, tuple[Prior, float]]:
    """With the interruptions of an hour of use."""
    rows = await (await raw(tx)).fetch(
        "SELECT provider, uptime, kept, rating, interruptions_hour FROM reliability_priors"
    )
    return {row[0]: (Prior(*row[1:4]), row[4]) for row in rows}


def _columns(machines: Sequence[MachineKey]) -> tuple[list[str], list[str]]:
    return [machine.provider for machine in machines], [machine.machine_id for machine in machines]


_BATCH = """
    SELECT provider, machine_id FROM reliability_machines
    WHERE (provider, machine_id) > ($1::text, $2::text) ORDER BY provider, machine_id LIMIT $3 FOR UPDATE
"""

_LOCK = """
    SELECT m.provider, m.machine_id FROM reliability_machines m
    JOIN unnest($1::text[], $2::text[]) AS given (provider, machine_id)
        ON m.provider = given.provider AND m.machine_id = given.machine_id
    ORDER BY 1, 2 FOR UPDATE OF m
"""

_GATHER = """
    SELECT m.provider, m.machine_id, coalesce(d.days, 0), coalesce(d.observed, 0), coalesce(d.uptime, 0),
        coalesce(d.rentals, 0), coalesce(d.interruptions, 0), coalesce(d.data_until, m.data_until),
        coalesce(d.faded_observed, 0) + coalesce(p.worth * p.observed_seconds, 0),
        coalesce(d.faded_uptime, 0) + coalesce(p.worth * p.uptime_seconds, 0),
        coalesce(d.faded_rentals, 0) + coalesce(p.worth * p.rentals, 0),
        coalesce(d.faded_interruptions, 0) + coalesce(p.worth * p.interruptions, 0),
        m.average_rating, m.ratings
    FROM unnest($1::text[], $2::text[]) AS given (provider, machine_id)
    JOIN reliability_machines m ON m.provider = given.provider AND m.machine_id = given.machine_id
    LEFT JOIN LATERAL (
        SELECT count(*) FILTER (WHERE observed_seconds > 0)::integer AS days, sum(observed_seconds) AS observed,
            sum(uptime_seconds) AS uptime, sum(rentals)::integer AS rentals,
            sum(interruptions)::integer AS interruptions, max(data_until) AS data_until,
            sum(worth * observed_seconds) AS faded_observed, sum(worth * uptime_seconds) AS faded_uptime,
            sum(worth * rentals) AS faded_rentals, sum(worth * interruptions) AS faded_interruptions
        FROM (
            SELECT *, power(0.5, ($4 - day) / $5::float8) AS worth FROM reliability_days
            WHERE provider = m.provider AND machine_id = m.machine_id AND day BETWEEN $3::date AND $4::date
        ) AS of_days
    ) AS d ON true
    LEFT JOIN LATERAL (
        SELECT *, power(0.5, greatest(0, $4 - until) / $5::float8) AS worth FROM reliability_pasts
        WHERE provider = m.provider AND machine_id = m.machine_id
    ) AS p ON true
    ORDER BY 1, 2
"""

_WRITE = """
    UPDATE reliability_machines m SET
        score = given.score, score_low = given.score_low, score_high = given.score_high,
        uptime_percentage = given.uptime_percentage, interruption_rate = given.interruption_rate,
        interruption_rate_hour = given.interruption_rate_hour, days = given.days, rentals = given.rentals,
        interruptions = given.interruptions, data_until = given.data_until, calculated_at = $13
    FROM unnest(
        $1::text[], $2::text[], $3::float8[], $4::float8[], $5::float8[], $6::float8[], $7::float8[], $8::float8[],
        $9::integer[], $10::integer[], $11::integer[], $12::timestamptz[]
    ) AS given (
        provider, machine_id, score, score_low, score_high, uptime_percentage, interruption_rate,
        interruption_rate_hour, days, rentals, interruptions, data_until
    )
    WHERE m.provider = given.provider AND m.machine_id = given.machine_id
"""

_SUMS = """
    SELECT coalesce(d.provider, r.provider), coalesce(d.observed, 0), coalesce(d.uptime, 0),
        coalesce(d.rentals, 0)::float8, coalesce(d.interruptions, 0)::float8, coalesce(r.ratings, 0)::float8,
        coalesce(r.stars, 0)::float8
    FROM (
        SELECT provider, sum(observed_seconds) AS observed, sum(uptime_seconds) AS uptime, sum(rentals) AS rentals,
            sum(interruptions) AS interruptions
        FROM reliability_days WHERE day BETWEEN $1 AND $2 GROUP BY provider
    ) AS d FULL JOIN (
        SELECT provider, count(*) AS ratings, sum(rating) AS stars FROM reliability_ratings GROUP BY provider
    ) AS r USING (provider)
"""

_KEEP_PRIOR = """
    INSERT INTO reliability_priors (provider, uptime, kept, rating, interruptions_hour, calculated_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (provider) DO UPDATE SET uptime = excluded.uptime, kept = excluded.kept, rating = excluded.rating,
        interruptions_hour = excluded.interruptions_hour, calculated_at = excluded.calculated_at
"""
