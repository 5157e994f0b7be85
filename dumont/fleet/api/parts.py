"""What the doors of the fleet hand to their use cases."""

from typing import Annotated

from fastapi import Depends

from dumont.accounts import guard
from dumont.market.following import Market
from dumont.platform.http.doors import part
from dumont.platform.secrets import Vault
from dumont.platform.work import Work
from dumont.reliability.wishes import WishesMemory

FleetRead = Annotated[Work, guard.needs("fleet:read")]
FleetWrite = Annotated[Work, guard.needs("fleet:write")]
TheVault = Annotated[Vault, Depends(part(Vault))]
TheMarket = Annotated[Market, Depends(part(Market))]
TheWishes = Annotated[WishesMemory, Depends(part(WishesMemory))]
