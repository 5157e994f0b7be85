"""SQL of days: sums are added to what is stored, old days fade into what is left of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy import select

from dumont.basics.machine_key import MachineKey
from dumont.platform.db import Tx, raw
from dumont.reliability.rules.day import Day
from dumont.reliability.tables import ReliabilityDay

FIELDS = (
    "observed_seconds",
    "uptime_seconds",
    "rentals",
    "interruptions",
    "gpu_samples",
    "gpu_temperature_mean",
    "gpu_utilisation_mean",
    "data_until",
)


@dataclass(frozen=True, slots=True)
class Fading:
    """Days before `first` are forgotten; evidence is worth half after `half_life_days`."""

    first: date
    half_life_days: float


async def add(tx: Tx, days: Sequence[Day], now: datetime) -> None:
    """In the order of machines, as everybody who locks several does; no machine and day twice."""
    connection = await raw(tx)
    ordered = sorted(days, key=lambda day: (day.machine, day.day))
    machines = [[day.machine.provider for day in ordered], [day.machine.machine_id for day in ordered]]
    await connection.execute(_MACHINES, *machines, now)
    columns = [[getattr(day, name) for day in ordered] for name in FIELDS]
    histograms = ["{" + ",".join(map(str, day.boot_histogram)) + "}" for day in ordered]
    await connection.execute(_ADD, *machines, [day.day for day in ordered], *columns, histograms)


async def of(tx: Tx, machine: MachineKey, first: date, last: date) -> Sequence[ReliabilityDay]:
    query = (
        select(ReliabilityDay)
        .where(ReliabilityDay.provider == machine.provider, ReliabilityDay.machine_id == machine.machine_id)
        .where(ReliabilityDay.day.between(first, last))
        .order_by(ReliabilityDay.day)
    )
    return (await tx.execute(query)).scalars().all()


async def forget(tx: Tx, fading: Fading, limit: int) -> int:
    """Some of those before the first day; what they are worth is kept with the machine."""
    return cast(int, await (await raw(tx)).fetchval(_FORGET, fading.first, fading.half_life_days, limit))


_MACHINES = """
    INSERT INTO reliability_machines (provider, machine_id, noted_at)
    SELECT DISTINCT given.provider, given.machine_id, $3::timestamptz
    FROM unnest($1::text[], $2::text[]) AS given (provider, machine_id)
    WHERE NOT EXISTS (
        SELECT FROM reliability_machines m WHERE m.provider = given.provider AND m.machine_id = given.machine_id
    )
    ORDER BY 1, 2
    ON CONFLICT DO NOTHING
"""

_SUM = """(
    CASE WHEN cardinality(d.boot_histogram) = 0 THEN excluded.boot_histogram
    WHEN cardinality(excluded.boot_histogram) = 0 THEN d.boot_histogram
    ELSE (
        SELECT array_agg(a + b ORDER BY place)
        FROM unnest(d.boot_histogram, excluded.boot_histogram) WITH ORDINALITY AS pairs (a, b, place)
    ) END
)"""


def _mixed(name: str) -> str:
    """Of two means; one that is not known gives way to the other."""
    return f"""coalesce(
        (d.{name} * d.gpu_samples + excluded.{name} * excluded.gpu_samples)
            / nullif(d.gpu_samples + excluded.gpu_samples, 0),
        d.{name}, excluded.{name}
    )"""


_ADD = f"""
    INSERT INTO reliability_days AS d (provider, machine_id, day, {", ".join(FIELDS)}, boot_histogram)
    SELECT provider, machine_id, day, {", ".join(FIELDS)}, boot_histogram::integer[]
    FROM unnest(
        $1::text[], $2::text[], $3::date[], $4::float8[], $5::float8[], $6::integer[], $7::integer[], $8::integer[],
        $9::float8[], $10::float8[], $11::timestamptz[], $12::text[]
    ) AS given (provider, machine_id, day, {", ".join(FIELDS)}, boot_histogram)
    ON CONFLICT (provider, machine_id, day) DO UPDATE SET
        observed_seconds = d.observed_seconds + excluded.observed_seconds,
        uptime_seconds = d.uptime_seconds + excluded.uptime_seconds,
        rentals = d.rentals + excluded.rentals,
        interruptions = d.interruptions + excluded.interruptions,
        gpu_samples = d.gpu_samples + excluded.gpu_samples,
        gpu_temperature_mean = {_mixed("gpu_temperature_mean")},
        gpu_utilisation_mean = {_mixed("gpu_utilisation_mean")},
        boot_histogram = {_SUM},
        data_until = greatest(d.data_until, excluded.data_until)
"""  # noqa: S608 - of names that stand above

# A day is worth what is left of it at the first day that is kept; so is what was left of those before it.
_FORGET = """
    WITH due AS (
        SELECT provider, machine_id, day FROM reliability_days WHERE day < $1 ORDER BY 1, 2, 3 LIMIT $3
        FOR UPDATE SKIP LOCKED
    ), gone AS (
        DELETE FROM reliability_days d USING due
        WHERE d.provider = due.provider AND d.machine_id = due.machine_id AND d.day = due.day
        RETURNING d.*, power(0.5, ($1 - d.day) / $2::float8) AS worth
    ), kept AS (
        INSERT INTO reliability_pasts AS p
            (provider, machine_id, until, observed_seconds, uptime_seconds, rentals, interruptions)
        SELECT provider, machine_id, $1, sum(worth * observed_seconds), sum(worth * uptime_seconds),
            sum(worth * rentals), sum(worth * interruptions)
        FROM gone GROUP BY provider, machine_id ORDER BY 1, 2
        ON CONFLICT (provider, machine_id) DO UPDATE SET
            until = excluded.until,
            observed_seconds = excluded.observed_seconds
                + p.observed_seconds * power(0.5, (excluded.until - p.until) / $2::float8),
            uptime_seconds = excluded.uptime_seconds
                + p.uptime_seconds * power(0.5, (excluded.until - p.until) / $2::float8),
            rentals = excluded.rentals + p.rentals * power(0.5, (excluded.until - p.until) / $2::float8),
            interruptions = excluded.interruptions
                + p.interruptions * power(0.5, (excluded.until - p.until) / $2::float8)
    )
    SELECT count(*) FROM gone
"""
