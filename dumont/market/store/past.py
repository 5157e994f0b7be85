"""What prices were before we looked, where somebody knows: written beside what we saw, never over it."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import cast
from uuid import UUID

from dumont.platform.db import Tx, raw

Step = tuple[UUID, datetime, Decimal | None, Decimal | None]
"""Offer, since when, on demand, lowest bid."""


Offer = tuple[UUID, str, int, Decimal | None, Decimal | None]


async def offers_of(tx: Tx, provider: str) -> list[Offer]:
    """Id, the cloud's own id, GPUs and both prices of all that is on offer now."""
    return [cast(Offer, tuple(record)) for record in await (await raw(tx)).fetch(_OFFERS_OF, provider)]


async def first_hour(tx: Tx, provider: str) -> datetime | None:
    found: datetime | None = await (await raw(tx)).fetchval(_FIRST_HOUR, provider)
    return found


async def write_steps(tx: Tx, steps: Sequence[Step]) -> None:
    ids, moments, prices, spots = zip(*steps, strict=True) if steps else ((), (), (), ())
    await (await raw(tx)).execute(_WRITE_STEPS, list(ids), list(moments), list(prices), list(spots))


async def machines_of(tx: Tx, provider: str) -> list[tuple[str, float | None]]:
    return [cast("tuple[str, float | None]", tuple(row)) for row in await (await raw(tx)).fetch(_MACHINES, provider)]


async def machines_untried(tx: Tx, provider: str) -> list[tuple[str, float | None]]:
    return [cast("tuple[str, float | None]", tuple(row)) for row in await (await raw(tx)).fetch(_UNTRIED, provider)]


_MACHINES = """
    SELECT machine_id, max(provider_reliability)::float8 FROM market_offers
    WHERE provider = $1 AND gone_at IS NULL GROUP BY machine_id ORDER BY machine_id
"""

_UNTRIED = """
    SELECT machine_id, max(provider_reliability)::float8 FROM market_offers o
    WHERE provider = $1 AND gone_at IS NULL AND NOT EXISTS (
        SELECT FROM reliability_attempts a WHERE a.provider = o.provider AND a.machine_id = o.machine_id
    )
    GROUP BY machine_id ORDER BY machine_id
"""

_OFFERS_OF = """
    SELECT id, provider_offer_id, gpu_count, price_hour, spot_price_hour FROM market_offers
    WHERE provider = $1 AND gone_at IS NULL
"""

_FIRST_HOUR = "SELECT min(hour) FROM market_model_hours WHERE provider = $1"

_WRITE_STEPS = """
    INSERT INTO market_price_changes
        (offer_id, at, provider, gpu_name, gpu_count, region, price_hour, spot_price_hour)
    SELECT given.offer_id, given.at, provider, gpu_name, gpu_count, region, given.price, given.spot
    FROM unnest($1::uuid[], $2::timestamptz[], $3::numeric[], $4::numeric[]) AS given(offer_id, at, price, spot)
    JOIN market_offers ON market_offers.id = given.offer_id
    ON CONFLICT DO NOTHING
"""
