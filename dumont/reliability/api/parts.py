"""What the doors of reliability hand to their use cases."""

from typing import Annotated

from cashews import Cache
from fastapi import Depends

from dumont.accounts import guard
from dumont.platform.http.doors import part
from dumont.platform.work import Work
from dumont.reliability.memory import ScoreMemory
from dumont.reliability.offers import Offers

MachinesRead = Annotated[Work, guard.needs("machines:read")]
MachinesWrite = Annotated[Work, guard.needs("machines:write")]
TheCache = Annotated[Cache, Depends(part(Cache))]
TheOffers = Annotated[Offers, Depends(part(Offers))]
TheMemory = Annotated[ScoreMemory, Depends(part(ScoreMemory))]
