"""What the doors of the market hand to their use cases, and how their hot answers leave: as bytes, made at once."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import orjson
from cashews import Cache
from fastapi import Depends, Request, Response

from dumont.market import mine
from dumont.market.following import Market
from dumont.market.mine import Mine
from dumont.platform.http.doors import part
from dumont.platform.work import Work
from dumont.reliability.memory import ScoreMemory
from dumont.reliability.wishes import WishesMemory

TheCache = Annotated[Cache, Depends(part(Cache))]
TheMemory = Annotated[ScoreMemory, Depends(part(ScoreMemory))]
TheMarket = Annotated[Market, Depends(part(Market))]
JSON = "application/json"
MineOf = Callable[[Work], Awaitable[Mine]]


async def _mine(request: Request, memory: Annotated[WishesMemory, Depends(part(WishesMemory))]) -> MineOf:
    """A stranger who sends a token is somebody whom the guard could not recognise: one that is no good is refused."""

    async def found(work: Work) -> Mine:
        return await mine.of(memory, work.caller.user_id, has_account="authorization" in request.headers)

    return found


TheMine = Annotated[MineOf, Depends(_mine)]
"""What the caller wants of machines: `await mine(work)`."""


def sent(answer: Any) -> Response:
    """Its shape is declared by the route's `response_model`, and held to it by a test instead of at each answer."""
    return Response(orjson.dumps(answer, option=orjson.OPT_UTC_Z), media_type=JSON)
