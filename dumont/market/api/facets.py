"""The door to what one can choose from."""

from fastapi import APIRouter, Response

from dumont.accounts import guard
from dumont.market import facets
from dumont.market.api.parts import TheMarket, TheMine, sent
from dumont.market.api.search import Params
from dumont.market.schemas.facets import Facets
from dumont.platform.http.doors import Door
from dumont.platform.http.problems import problems

router = APIRouter(prefix="/gpus", tags=["market"], route_class=Door)


@router.get("/facets", response_model=Facets, summary="Count what one could choose", responses=problems(503))
async def list_gpu_facets(work: guard.Passer, market: TheMarket, mine: TheMine, params: Params) -> Response:
    """Takes the same as `/gpus/search`; counts each choice as if nothing of its kind were chosen yet."""
    return sent(await facets.facets(market, params.model_dump(exclude_unset=True), work.now, await mine(work)))
