"""Shows one offer with everything that is known of it and its machine."""

from typing import Any
from uuid import UUID

from dumont.market.following import Market, MarketNotLoaded
from dumont.platform.work import Work


async def show(work: Work, market: Market, offer: UUID) -> dict[str, Any]:
    raise MarketNotLoaded("The offers are not loaded yet.")
