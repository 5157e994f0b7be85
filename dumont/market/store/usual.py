"""What one GPU of each model usually costs, from the hours that are kept."""

from dataclasses import dataclass
from datetime import datetime

from dumont.platform.db import Tx, raw


@dataclass(frozen=True, slots=True)
class Usual:
    median: int
    """In micro-dollars for an hour: the middle offer of all hours and clouds, each at its cloud's median."""
    hours: int
    """How many hours that is made of."""


async def usual(tx: Tx, since: datetime) -> dict[str, Usual]:
    """By model."""
    records = await (await raw(tx)).fetch(_USUAL, since)
    return {record["gpu_name"]: Usual(record["median"], record["hours"]) for record in records}


_USUAL = """
    SELECT gpu_name, max(hours) AS hours,
        round(min(median) FILTER (WHERE upto * 2 >= offers) * 1000000)::bigint AS median
    FROM (
        SELECT gpu_name, median, sum(count) OVER (PARTITION BY gpu_name ORDER BY median) AS upto,
            sum(count) OVER (PARTITION BY gpu_name) AS offers,
            dense_rank() OVER (PARTITION BY gpu_name ORDER BY hour) AS hours
        FROM market_model_hours WHERE hour >= $1 AND median > 0
    ) AS weighed GROUP BY gpu_name
"""
