"""What the price of each offer did, and how what is long past is forgotten."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from dumont.platform.db import Tx, raw


@dataclass(frozen=True, slots=True)
class PriceAt:
    at: datetime
    price_micros: int | None
    spot_price_micros: int | None


async def prices_of(tx: Tx, offer_id: UUID, since: datetime) -> list[PriceAt]:
    """Oldest first, and the one before `since` with them, for that is what it cost then."""
    return [PriceAt(*record) for record in await (await raw(tx)).fetch(_PRICES_OF, offer_id, since)]


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
