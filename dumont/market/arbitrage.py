"""Finds differences of price between clouds."""

from dataclasses import dataclass
from typing import Any

from cashews import Cache

from dumont.market.following import Market, MarketNotLoaded
from dumont.platform.work import Work


@dataclass(frozen=True, slots=True)
class Wanted:
    min_spread: float
    model: str | None = None
    region: str | None = None


async def opportunities(work: Work, market: Market, cache: Cache, wanted: Wanted) -> dict[str, Any]:
    raise MarketNotLoaded("The offers are not loaded yet.")


async def savings(work: Work, market: Market, model: str, *, hours_per_day: float, days: float) -> dict[str, Any]:
    raise MarketNotLoaded("The offers are not loaded yet.")


async def compare(work: Work, market: Market, cache: Cache, model: str) -> dict[str, Any]:
    raise MarketNotLoaded("The offers are not loaded yet.")


async def best_deals(work: Work, market: Market, cache: Cache, limit: int) -> dict[str, Any]:
    raise MarketNotLoaded("The offers are not loaded yet.")
