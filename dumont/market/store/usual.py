"""What one GPU of each model usually costs, from the hours that are kept."""

from dataclasses import dataclass
from datetime import datetime

from dumont.platform.db import Tx, raw


@dataclass(frozen=True, slots=True)
class Usual:
    median: int
    """In micro-dollars for an hour: the middle one of what it cost at each cloud in each hour."""
    hours: int
    """How many hours that is made of."""


async def usual(tx: Tx, since: datetime) -> dict[str, Usual]:
    """By model."""
    records = await (await raw(tx)).fetch(_USUAL, since)
    return {record["gpu_name"]: Usual(record["median"], record["hours"]) for record in records}


_USUAL = """
    SELECT gpu_name, count(DISTINCT hour) AS hours,
        round(percentile_cont(0.5) WITHIN GROUP (ORDER BY median) * 1000000)::bigint AS median
    FROM market_model_hours WHERE hour >= $1 AND median > 0 GROUP BY gpu_name
"""
