"""Writes what a sync has found: only what changed, in one statement each, with prices that changed beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from dumont.platform.db import Tx, raw


class Row(NamedTuple):
    """An offer as it is written; prices in micro-dollars."""

    id: UUID
    provider_offer_id: str
    machine_id: str
    host_id: str | None
    gpu_name: str | None
    gpu_count: int
    vram_gb: float
    cpu_cores: float | None
    ram_gb: float | None
    disk_gb: float | None
    inet_down_mbps: float | None
    inet_up_mbps: float | None
    cuda_max: float | None
    driver: str | None
    region: str | None
    country: str | None
    price_micros: int | None
    spot_price_micros: int | None
    storage_price_micros: int | None
    egress_price_micros: int | None
    provider_reliability: float | None
    verified: bool
    available: bool
    digest: int


@dataclass(frozen=True, slots=True)
class Stamp:
    """Of whose sync, as which revision and at which moment something is written."""

    provider: str
    revision: int
    now: datetime
    seen_before: datetime | None
    """When the offers that are missing now were last seen, unless they say it themselves."""


async def known(tx: Tx, provider: str) -> dict[str, int | None]:
    """The digests of what is on offer, by the cloud's own ids; None for what the newest answer lacked."""
    connection = await raw(tx)
    return dict(await connection.fetch(_KNOWN, provider))


async def put(tx: Tx, stamp: Stamp, rows: Sequence[Row]) -> tuple[int, int]:
    """How many are new or back, and how many changed."""
    if not rows:
        return 0, 0
    connection = await raw(tx)
    columns = [list(column) for column in zip(*rows, strict=True)]
    record = await connection.fetchrow(_PUT, stamp.provider, stamp.revision, stamp.now, *columns)
    return record["added"], record["updated"]


async def put_gone(tx: Tx, stamp: Stamp, provider_offer_ids: Sequence[str]) -> int:
    connection = await raw(tx)
    given = (stamp.provider, stamp.revision, stamp.now, stamp.seen_before, list(provider_offer_ids))
    return len(await connection.fetch(_PUT_GONE, *given)) if provider_offer_ids else 0


async def put_missed(tx: Tx, stamp: Stamp, provider_offer_ids: Sequence[str]) -> int:
    """What a partial answer lacked keeps the moment at which it was last seen; what lacked it already has one."""
    connection = await raw(tx)
    given = (stamp.provider, stamp.revision, stamp.now, stamp.seen_before, list(provider_offer_ids))
    return len(await connection.fetch(_PUT_MISSED, *given)) if provider_offer_ids else 0


_KNOWN = "SELECT provider_offer_id, digest FROM market_offers WHERE provider = $1 AND gone_at IS NULL"

_PUT = """
    WITH given AS (
        SELECT id, provider_offer_id, machine_id, host_id, gpu_name, gpu_count, vram_gb,
            cpu_cores, ram_gb, disk_gb, inet_down_mbps, inet_up_mbps, cuda_max, driver, region, country,
            price::numeric / 1000000 AS price_hour, spot::numeric / 1000000 AS spot_price_hour,
            storage::numeric / 1000000 AS storage_price_gb_month, egress::numeric / 1000000 AS egress_price_gb,
            provider_reliability, verified, available, digest
        FROM unnest(
            $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::int[], $10::float8[],
            $11::float8[], $12::float8[], $13::float8[], $14::float8[], $15::float8[], $16::float8[],
            $17::text[], $18::text[], $19::text[], $20::bigint[], $21::bigint[], $22::bigint[], $23::bigint[],
            $24::float8[], $25::bool[], $26::bool[], $27::bigint[]
        ) AS found(
            id, provider_offer_id, machine_id, host_id, gpu_name, gpu_count, vram_gb,
            cpu_cores, ram_gb, disk_gb, inet_down_mbps, inet_up_mbps, cuda_max, driver, region, country,
            price, spot, storage, egress, provider_reliability, verified, available, digest
        )
    ),
    before AS (
        SELECT id, market_offers.price_hour, market_offers.spot_price_hour, gone_at
        FROM given JOIN market_offers USING (id)
    ),
    written AS (
        INSERT INTO market_offers AS offer (
            id, provider, provider_offer_id, machine_id, host_id, gpu_name, gpu_count, vram_gb,
            cpu_cores, ram_gb, disk_gb, inet_down_mbps, inet_up_mbps, cuda_max, driver, region, country,
            price_hour, spot_price_hour, storage_price_gb_month, egress_price_gb,
            provider_reliability, verified, available, digest, first_seen, revision
        )
        SELECT
            id, $1, provider_offer_id, machine_id, host_id, gpu_name, gpu_count, vram_gb,
            cpu_cores, ram_gb, disk_gb, inet_down_mbps, inet_up_mbps, cuda_max, driver, region, country,
            price_hour, spot_price_hour, storage_price_gb_month, egress_price_gb,
            provider_reliability, verified, available, digest, $3, $2
        FROM given
        ON CONFLICT (id) DO UPDATE SET
            machine_id = excluded.machine_id, host_id = excluded.host_id, gpu_name = excluded.gpu_name,
            gpu_count = excluded.gpu_count, vram_gb = excluded.vram_gb, cpu_cores = excluded.cpu_cores,
            ram_gb = excluded.ram_gb, disk_gb = excluded.disk_gb, inet_down_mbps = excluded.inet_down_mbps,
            inet_up_mbps = excluded.inet_up_mbps, cuda_max = excluded.cuda_max, driver = excluded.driver,
            region = excluded.region, country = excluded.country, price_hour = excluded.price_hour,
            spot_price_hour = excluded.spot_price_hour, storage_price_gb_month = excluded.storage_price_gb_month,
            egress_price_gb = excluded.egress_price_gb, provider_reliability = excluded.provider_reliability,
            verified = excluded.verified, available = excluded.available, digest = excluded.digest,
            revision = excluded.revision, last_seen = NULL, gone_at = NULL
    ),
    priced AS (
        INSERT INTO market_price_changes (
            offer_id, at, provider, gpu_name, gpu_count, region, price_hour, spot_price_hour
        )
        SELECT id, $3, $1, gpu_name, gpu_count, region, given.price_hour, given.spot_price_hour
        FROM given LEFT JOIN before USING (id)
        WHERE before.id IS NULL OR (given.price_hour, given.spot_price_hour)
            IS DISTINCT FROM (before.price_hour, before.spot_price_hour)
        ON CONFLICT DO NOTHING
    )
    SELECT count(*) FILTER (WHERE before.id IS NULL OR before.gone_at IS NOT NULL) AS added,
        count(*) FILTER (WHERE before.id IS NOT NULL AND before.gone_at IS NULL) AS updated
    FROM given LEFT JOIN before USING (id)
"""

_PUT_GONE = """
    UPDATE market_offers SET gone_at = $3, last_seen = coalesce(last_seen, $4::timestamptz, $3), available = false,
        digest = NULL, revision = $2
    WHERE provider = $1 AND provider_offer_id = ANY($5::text[]) AND gone_at IS NULL
    RETURNING 1
"""

_PUT_MISSED = """
    UPDATE market_offers SET last_seen = coalesce($4::timestamptz, $3::timestamptz), digest = NULL, revision = $2
    WHERE provider = $1 AND provider_offer_id = ANY($5::text[]) AND gone_at IS NULL AND last_seen IS NULL
    RETURNING 1
"""
