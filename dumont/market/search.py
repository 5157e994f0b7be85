"""Searches the offers in memory."""

from datetime import datetime
from typing import Any

from dumont.market.following import Market, MarketNotLoaded


async def search(market: Market, given: dict[str, Any], now: datetime) -> dict[str, Any]:
    raise MarketNotLoaded("The offers are not loaded yet.")


async def models(market: Market, now: datetime) -> dict[str, Any]:
    raise MarketNotLoaded("The offers are not loaded yet.")


async def providers(market: Market, now: datetime) -> dict[str, Any]:
    raise MarketNotLoaded("The offers are not loaded yet.")
