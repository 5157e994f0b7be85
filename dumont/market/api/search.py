"""The doors to the search, under both of its names; for a stranger neither opens a connection to the database."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from dumont.accounts import guard
from dumont.market import search
from dumont.market.api.parts import TheMarket, TheMine, sent
from dumont.market.mine import Mine
from dumont.market.schemas.search import SearchAnswer, SearchParams
from dumont.platform.http.doors import Door
from dumont.platform.http.problems import problems

router = APIRouter(tags=["market"], route_class=Door)
Params = Annotated[SearchParams, Query()]


@router.get("/gpus/search", response_model=SearchAnswer, summary="Search GPU offers", responses=problems(503))
async def search_gpus(
    request: Request, work: guard.Passer, market: TheMarket, mine: TheMine, params: Params
) -> Response:
    """Over all clouds, from memory: it answers while the database is away, and says how old each part is.

    Whoever is signed in is not shown what he keeps away from, nor what is below his threshold, unless he asks."""
    return await _found(request, market, params, (await mine(work), work.now))


@router.get("/offers", response_model=SearchAnswer, summary="Search offers", responses=problems(503))
async def list_offers(
    request: Request, work: guard.Passer, market: TheMarket, mine: TheMine, params: Params
) -> Response:
    """The same as `/gpus/search`."""
    return await _found(request, market, params, (await mine(work), work.now))


async def _found(request: Request, market: TheMarket, params: SearchParams, whose: tuple[Mine, datetime]) -> Response:
    mine, now = whose
    answer = await search.search(market, params.model_dump(exclude_unset=True), now, mine)
    response = sent(answer)
    if answer["next_cursor"] is not None:
        query = request.url.remove_query_params("cursor").include_query_params(cursor=answer["next_cursor"]).query
        response.headers["link"] = f'<?{query}>; rel="next"'
    return response
