"""Puts a few offers side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from dumont.market.following import Market, MarketNotLoaded


@dataclass(frozen=True, slots=True)
class Wanted:
    disk_gb: float | None = None
    hours: float | None = None
    snapshot_gb: float | None = None


async def compare(market: Market, ids: Sequence[UUID], wanted: Wanted, now: datetime) -> dict[str, Any]:
    raise MarketNotLoaded("The offers are not loaded yet.")
