"""SQL of the hours in which a place sold interruptible machines, and of those in which it did not."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from dumont.platform.db import Tx, raw

SpotHour = tuple[str, str, datetime, bool]
"""Cloud, region, hour, whether any was on offer."""


async def hours_of(tx: Tx, models: Sequence[str], since: datetime) -> list[SpotHour]:
    return [cast(SpotHour, tuple(row)) for row in await (await raw(tx)).fetch(_HOURS, list(models), since)]


_HOURS = """
    WITH sold AS (
        SELECT provider, region, hour FROM market_region_hours
        WHERE gpu_name = ANY($1) AND hour >= $2 AND spot_lowest IS NOT NULL GROUP BY 1, 2, 3
    ), places AS (
        SELECT DISTINCT provider, region FROM sold
    ), looked AS (
        SELECT DISTINCT provider, hour FROM market_model_hours
        WHERE hour >= $2 AND provider IN (SELECT provider FROM places)
    )
    SELECT provider, region, hour, sold.hour IS NOT NULL
    FROM places JOIN looked USING (provider) LEFT JOIN sold USING (provider, region, hour)
    ORDER BY provider, region, hour
"""
