"""What a process reads that keeps a copy of the market: how far each cloud is, and the offers written since.

A follower asks for `heads` every second. Where a generation differs from its own it reads that cloud whole, where a
revision is greater it reads what is newer. It takes the head first and the rows after it: rows that are newer still do
no harm, for they come again with the next head.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from dumont.platform.db import Tx, raw

CHUNK = 5_000
"""So many rows are made in one go: some milliseconds in which nothing else happens in the process."""


@dataclass(frozen=True, slots=True)
class Head:
    """How far a cloud is known, and how well."""

    name: str
    generation: int
    revision: int
    seen_at: datetime | None
    """When offers without a `last_seen` of their own were seen."""
    last_complete_at: datetime | None
    last_error_code: str | None
    offers: int


async def heads(tx: Tx) -> list[Head]:
    """Of all clouds, by name; cheap enough for once a second in every process."""
    return [Head(*record) for record in await (await raw(tx)).fetch(_HEADS)]


async def offers_since(tx: Tx, provider: str, revision: int) -> list[asyncpg.Record]:
    """What was written after this revision, those that went included."""
    return [row async for chunk in _chunks(tx, _SINCE, provider, revision) for row in chunk]


async def all_of(tx: Tx, provider: str) -> list[asyncpg.Record]:
    """Every row there is of a cloud, those that went included."""
    return [row async for chunk in _chunks(tx, _ALL, provider) for row in chunk]


async def _chunks(tx: Tx, query: str, *arguments: Any) -> AsyncIterator[list[asyncpg.Record]]:
    """Of one moment, and with room for others in between."""
    cursor = await (await raw(tx)).cursor(query, *arguments)
    while chunk := await cursor.fetch(CHUNK):
        yield chunk


_HEADS = """
    SELECT name, generation, revision, seen_at, last_complete_at, last_error_code, offers
    FROM market_providers ORDER BY name
"""

_FIELDS = """
    SELECT id, provider, provider_offer_id, machine_id, host_id, gpu_name, gpu_count, vram_gb,
        cpu_cores, ram_gb, disk_gb, inet_down_mbps, inet_up_mbps, cuda_max, driver, region, country,
        (price_hour * 1000000)::bigint AS price_micros, (spot_price_hour * 1000000)::bigint AS spot_price_micros,
        (storage_price_gb_month * 1000000)::bigint AS storage_price_micros,
        (egress_price_gb * 1000000)::bigint AS egress_price_micros,
        provider_reliability, verified, available, first_seen, last_seen, gone_at, revision
    FROM market_offers
"""

_SINCE = f"{_FIELDS} WHERE provider = $1 AND revision > $2"

_ALL = f"{_FIELDS} WHERE provider = $1"
