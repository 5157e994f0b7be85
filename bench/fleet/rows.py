"""Instances, rentals and beats by the thousand, and the plainest way to bring the latter up to date."""

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg

from dumont.fleet.rentals import agent_tokens
from dumont.fleet.rules import sums
from dumont.fleet.rules.ruling import ruling
from dumont.platform.db.engine import asyncpg_url
from dumont.platform.settings import Settings

Pair = tuple[UUID, UUID]
"""An instance and its rental."""
SAMPLE = {
    "at": "2026-11-21T18:00:00Z",
    "gpus": [
        {"index": each, "name": "NVIDIA H100 80GB HBM3", "utilisation": 90.0, "power_w": 402.5} for each in (0, 1)
    ],
    **dict.fromkeys(("cpu_percent", "ram_used_mb", "ram_total_mb", "disk_used_gb", "disk_total_gb"), 12.5),
    **dict.fromkeys(("net_in_mbps", "net_out_mbps"), 0.5),
    **{"sessions": 0, "notebooks": 0, "processes": []},
}


async def fill(url: str, count: int) -> list[str]:
    """The tokens of as many agents, each of which has called once."""
    connection = await asyncpg.connect(asyncpg_url(url))
    tokens = [agent_tokens.new() for _ in range(count)]
    pairs = [(uuid4(), uuid4()) for _ in range(count)]
    await _rent(connection, pairs, tokens)
    await _call(connection, pairs)
    await connection.execute("ANALYZE")
    await connection.close()
    return tokens


async def _rent(connection: asyncpg.Connection, pairs: list[Pair], tokens: list[str]) -> None:
    account, owner, now = uuid4(), uuid4(), datetime.now(UTC)
    later = now + timedelta(days=1)
    await connection.execute(_ACCOUNT, account, now)
    named = [(instance, owner, f"box-{place}", now, later, rental) for place, (instance, rental) in enumerate(pairs)]
    await connection.executemany(_INSTANCE, named)
    rented = [
        (rental, instance, account, owner, f"bench/{rental}", agent_tokens.digest(token), now, later)
        for (instance, rental), token in zip(pairs, tokens, strict=True)
    ]
    await connection.executemany(_RENTAL, rented)


async def _call(connection: asyncpg.Connection, pairs: list[Pair]) -> None:
    ruled, now = ruling(Settings())("{}", True), datetime.now(UTC)
    judged = (json.dumps(SAMPLE), [None] * 6, ruled.name, list(ruled.limits), ruled.idle_seconds)
    minute = (now.replace(second=0, microsecond=0), sums.of(SAMPLE))
    await connection.executemany(_BEAT, [(rental, instance, now, *judged, *minute) for instance, rental in pairs])


async def update_barely(url: str, seconds: float, batch: int) -> tuple[int, float]:
    """Rows written by one connection that does nothing else, each with a new sample, and the seconds it took."""
    connection = await asyncpg.connect(asyncpg_url(url))
    rentals = [row[0] for row in await connection.fetch("SELECT rental_id FROM fleet_beats ORDER BY random()")]
    sample, written, began = json.dumps(SAMPLE), 0, time.monotonic()
    while time.monotonic() - began < seconds:
        chosen = _chosen(rentals, written, batch)
        await connection.execute(_UPDATE, chosen, [sample] * len(chosen), datetime.now(UTC))
        written += len(chosen)
        await asyncio.sleep(0)
    took = time.monotonic() - began
    await connection.close()
    return written, took


def _chosen(rentals: list[UUID], begin: int, count: int) -> list[UUID]:
    return list({rentals[(begin + place) % len(rentals)] for place in range(count)})


_ACCOUNT = """
    INSERT INTO fleet_accounts (id, provider, sealed, fingerprint, created_at, list_at)
    VALUES ($1, 'vast', '', '', $2, $2)
"""
_INSTANCE = """
    INSERT INTO fleet_instances (id, owner_id, name, state, state_since, wish, look_at, wanted, host_key_sealed,
        host_key_public, awake_since, created_at, primary_rental_id)
    VALUES ($1, $2, $3, 'running', $4, 'running', $5, '{}', '', '', $4, $4, $6)
"""
_RENTAL = """
    INSERT INTO fleet_rentals (id, instance_id, account_id, owner_id, role, wanted, stage, label, provider, machine_id,
        listed, price_hour, disk_gb, agent_token, created_at, look_at)
    VALUES ($1, $2, $3, $4, 'primary', 'held', 'ready', $5, 'vast', $5, '{"gpu_count": 2}', 0.5, 50, $6, $7, $8)
"""
_BEAT = """
    INSERT INTO fleet_beats (rental_id, instance_id, received_at, at, boot, seq, version, sample, quiet, rule, limits,
        idle_seconds, minute, sums)
    VALUES ($1, $2, $3, $3, 'first', 0, '', $4, $5, $6, $7, $8, $9, $10)
"""
_UPDATE = """
    UPDATE fleet_beats AS b SET received_at = $3, seq = b.seq + 1, sample = g.sample::jsonb
    FROM unnest($1::uuid[], $2::text[]) AS g(rental_id, sample) WHERE b.rental_id = g.rental_id
"""
