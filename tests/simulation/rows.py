"""Reads what stands in the database, for whoever judges it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from dumont.fleet.means import Means


async def rows(means: Means, query: str, **given: Any) -> Sequence[Mapping[str, Any]]:
    async with means.db.looking() as tx:
        return [dict(row) for row in (await tx.execute(text(query), given)).mappings()]


async def names(means: Means, query: str) -> list[str]:
    return [str(row["name"]) for row in await rows(means, query)]
