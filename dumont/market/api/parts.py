"""What the doors of the market hand to their use cases, and how their hot answers leave: as bytes, made at once."""

from typing import Annotated, Any

import orjson
from cashews import Cache
from fastapi import Depends, Response

from dumont.market.following import Market
from dumont.platform.http.doors import part

TheCache = Annotated[Cache, Depends(part(Cache))]
TheMarket = Annotated[Market, Depends(part(Market))]
JSON = "application/json"


def sent(answer: Any) -> Response:
    """Its shape is declared by the route's `response_model`, and held to it by a test instead of at each answer."""
    return Response(orjson.dumps(answer, option=orjson.OPT_UTC_Z), media_type=JSON)
