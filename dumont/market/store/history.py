"""What prices did: every change of an offer, and each hour of a model at a cloud."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from dumont.platform.db import Tx, raw


@dataclass(frozen=True, slots=True)
class PriceAt:
    at: datetime
    price_micros: int | None
    spot_price_micros: int | None


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
    count: int


async def prices_of(tx: Tx, offer_id: UUID, since: datetime) -> list[PriceAt]:
    """Oldest first, and the one before `since` with them, for that is what it cost then."""
    return [PriceAt(*record) for record in await (await raw(tx)).fetch(_PRICES_OF, offer_id, since)]


async def hours_of(tx: Tx, models: Sequence[str], since: datetime) -> list[ModelHour]:
    """Of all clouds, in the order of model, hour and cloud."""
    return [ModelHour(*record) for record in await (await raw(tx)).fetch(_HOURS_OF, list(models), since)]


async def write_hour(tx: Tx, provider: str, hour: datetime) -> None:
    """From what is available now. Whoever writes it twice in an hour writes it over."""
    await (await raw(tx)).execute(_WRITE_HOUR, provider, hour)


async def drop_gone(tx: Tx, before: datetime, most: int) -> int:
    """Forgets offers that went before then, and has each cloud that lost some read anew; how many they were."""
    connection = await raw(tx)
    records = await connection.fetch(_DROP_GONE, before, most)
    await connection.execute(_RAISE, [record["provider"] for record in records])
    return sum(int(record["dropped"]) for record in records)


async def thin(tx: Tx, day: datetime) -> int:
    """Of each offer's changes on this day only the first and the last stay."""
    return int((await (await raw(tx)).execute(_THIN, day, day + timedelta(days=1))).split()[-1])


async def oldest_change(tx: Tx, since: datetime) -> datetime | None:
    found: datetime | None = await (await raw(tx)).fetchval(_OLDEST, since)
    return found


_PRICES_OF = """
    SELECT at, (price_hour * 1000000)::bigint, (spot_price_hour * 1000000)::bigint
    FROM market_price_changes WHERE offer_id = $1 AND at >= coalesce(
        (SELECT max(at) FROM market_price_changes WHERE offer_id = $1 AND at < $2), $2
    )
    ORDER BY at
"""

_HOURS_OF = """
    SELECT gpu_name, hour, provider, (lowest * 1000000)::bigint, (median * 1000000)::bigint,
        (highest * 1000000)::bigint, (spot_lowest * 1000000)::bigint, count
    FROM market_model_hours WHERE gpu_name = ANY($1::text[]) AND hour >= $2 ORDER BY gpu_name, hour, provider
"""

_WRITE_HOUR = """
    INSERT INTO market_model_hours (gpu_name, hour, provider, lowest, median, highest, spot_lowest, count)
    SELECT gpu_name, $2, $1, min(price_hour / gpu_count),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY (price_hour / gpu_count)::float8), max(price_hour / gpu_count),
        min(spot_price_hour / gpu_count), count(*)
    FROM market_offers WHERE provider = $1 AND available AND gpu_name IS NOT NULL
    GROUP BY gpu_name
    ON CONFLICT (gpu_name, hour, provider) DO UPDATE SET
        lowest = excluded.lowest, median = excluded.median, highest = excluded.highest,
        spot_lowest = excluded.spot_lowest, count = excluded.count
"""

_DROP_GONE = """
    WITH dropped AS (
        DELETE FROM market_offers WHERE id IN (
            SELECT id FROM market_offers WHERE gone_at < $1 ORDER BY gone_at LIMIT $2 FOR UPDATE SKIP LOCKED
        )
        RETURNING provider
    )
    SELECT provider, count(*) AS dropped FROM dropped GROUP BY provider
"""

_RAISE = "UPDATE market_providers SET generation = generation + 1 WHERE name = ANY($1::text[])"

_OLDEST = "SELECT min(at) FROM market_price_changes WHERE at >= $1"

_THIN = """
    DELETE FROM market_price_changes WHERE at >= $1 AND at < $2 AND (offer_id, at) IN (
        SELECT offer_id, at FROM (
            SELECT offer_id, at,
                row_number() OVER (PARTITION BY offer_id ORDER BY at) AS nth,
                row_number() OVER (PARTITION BY offer_id ORDER BY at DESC) AS from_last
            FROM market_price_changes WHERE at >= $1 AND at < $2
        ) AS ranked WHERE nth > 1 AND from_last > 1
    )
"""
