"""What one GPU of each model cost in each hour: at a cloud, and in each of its regions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from dumont.platform.db import Tx, raw

Lines = tuple[Sequence[UUID], Sequence[float], Sequence[float]]
"""Of offers: how much an hour of useful work costs for each dollar of an hour's price, and how much besides."""


@dataclass(frozen=True, slots=True)
class ModelHour:
    """Of one GPU, an hour, in micro-dollars; of what was available at a cloud when the hour began."""

    gpu_name: str
    hour: datetime
    provider: str
    lowest: int | None
    median: int | None
    highest: int | None
    spot_lowest: int | None
    effective_lowest: int | None
    count: int


class Facts(NamedTuple):
    """What makes effective prices, besides prices: columns, an offer in each place."""

    id: Sequence[UUID] = ()
    machine_id: Sequence[str] = ()
    storage_price_gb_month: Sequence[float | None] = ()
    egress_price_gb: Sequence[float | None] = ()
    inet_down_mbps: Sequence[float | None] = ()
    claim: Sequence[float | None] = ()


async def facts_of(tx: Tx, provider: str) -> Facts:
    """Of all that is on offer now and can be had on demand."""
    return Facts(*zip(*await (await raw(tx)).fetch(_FACTS, provider), strict=True))


async def hours_of(tx: Tx, models: Sequence[str], since: datetime) -> list[ModelHour]:
    """Of all clouds, in the order of model, hour and cloud."""
    return [ModelHour(*record) for record in await (await raw(tx)).fetch(_OF_MODELS, list(models), since)]


async def hours_in(
    tx: Tx, models: Sequence[str], regions: Mapping[str, Sequence[str]], since: datetime
) -> list[ModelHour]:
    """Of these regions of these clouds, each by itself, in the order of model, hour, cloud and region."""
    pairs = [(cloud, region) for cloud, own in regions.items() for region in own]
    clouds, names = zip(*pairs, strict=True) if pairs else ((), ())
    records = await (await raw(tx)).fetch(_IN_REGIONS, list(models), since, list(clouds), list(names))
    return [ModelHour(*record) for record in records]


async def write_now(tx: Tx, provider: str, hour: datetime, useful: Lines) -> None:
    """From what is available now. Whoever writes it twice in an hour writes it over."""
    await (await raw(tx)).execute(_WRITE_NOW, provider, hour, *useful)


async def write_then(tx: Tx, provider: str, hours: tuple[datetime, datetime], useful: Lines) -> None:
    """From changes of price, for each hour between in which nothing was written yet."""
    await (await raw(tx)).execute(_WRITE_THEN, provider, *useful, *hours)


_FACTS = """
    SELECT id, machine_id, storage_price_gb_month::float8, egress_price_gb::float8, inet_down_mbps, provider_reliability
    FROM market_offers
    WHERE provider = $1 AND gone_at IS NULL AND gpu_name IS NOT NULL AND price_hour IS NOT NULL
"""

_TOLD = """(lowest * 1000000)::bigint, (median * 1000000)::bigint, (highest * 1000000)::bigint,
    (spot_lowest * 1000000)::bigint, (effective_lowest * 1000000)::bigint, count"""

_OF_MODELS = f"""
    SELECT gpu_name, hour, provider, {_TOLD}
    FROM market_model_hours WHERE gpu_name = ANY($1::text[]) AND hour >= $2 ORDER BY gpu_name, hour, provider
"""  # noqa: S608 - constants of this file

_IN_REGIONS = f"""
    SELECT gpu_name, hour, provider, {_TOLD}
    FROM market_region_hours JOIN unnest($3::text[], $4::text[]) AS wanted(provider, region) USING (provider, region)
    WHERE gpu_name = ANY($1::text[]) AND hour >= $2 ORDER BY gpu_name, hour, provider, region
"""  # noqa: S608

_FIGURES = "lowest, median, highest, spot_lowest, effective_lowest, count"
_SUMMED = """min(price), percentile_cont(0.5) WITHIN GROUP (ORDER BY price::float8), max(price),
    min(spot), min(effective), count(*)"""
_OVER = """DO UPDATE SET lowest = excluded.lowest, median = excluded.median, highest = excluded.highest,
    spot_lowest = excluded.spot_lowest, effective_lowest = excluded.effective_lowest, count = excluded.count"""


def _written(asked: str, twice: str) -> str:
    """Both tables in one statement; `twice` is what becomes of an hour that is there."""
    return f"""
        WITH asked AS ({asked}), by_region AS (
            INSERT INTO market_region_hours (gpu_name, hour, provider, region, {_FIGURES})
            SELECT gpu_name, hour, $1, region, {_SUMMED} FROM asked GROUP BY gpu_name, hour, region
            ON CONFLICT (gpu_name, hour, provider, region) {twice}
        )
        INSERT INTO market_model_hours (gpu_name, hour, provider, {_FIGURES})
        SELECT gpu_name, hour, $1, {_SUMMED} FROM asked GROUP BY gpu_name, hour
        ON CONFLICT (gpu_name, hour, provider) {twice}
    """  # noqa: S608


_WRITE_NOW = _written(
    """
        SELECT gpu_name, $2::timestamptz AS hour, coalesce(region, '') AS region, price_hour / gpu_count AS price,
            spot_price_hour / gpu_count AS spot, (price_hour::float8 * slope + rest) / gpu_count AS effective
        FROM market_offers
        LEFT JOIN unnest($3::uuid[], $4::float8[], $5::float8[]) AS useful(id, slope, rest) USING (id)
        WHERE provider = $1 AND available AND gpu_name IS NOT NULL
    """,
    _OVER,
)

_WRITE_THEN = _written(
    """
        SELECT gpu_name, hour, coalesce(region, '') AS region, was.price_hour / gpu_count AS price,
            was.spot_price_hour / gpu_count AS spot, (was.price_hour::float8 * slope + rest) / gpu_count AS effective
        FROM market_offers
        LEFT JOIN unnest($2::uuid[], $3::float8[], $4::float8[]) AS useful(id, slope, rest) USING (id)
        CROSS JOIN generate_series($5::timestamptz, $6::timestamptz, interval '1 hour') AS hour
        CROSS JOIN LATERAL (
            SELECT price_hour, spot_price_hour FROM market_price_changes
            WHERE offer_id = market_offers.id AND at <= hour ORDER BY at DESC LIMIT 1
        ) AS was
        WHERE provider = $1 AND gpu_name IS NOT NULL AND gone_at IS NULL
    """,
    "DO NOTHING",
)
