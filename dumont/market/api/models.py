"""The doors to what there is: models of GPU, and the clouds that offer them."""

from fastapi import APIRouter, Response

from dumont.accounts import guard
from dumont.market import stock
from dumont.market.api.parts import TheCache, TheMarket, sent
from dumont.market.schemas.models import MarketProviders, Models
from dumont.platform.http.doors import Door
from dumont.platform.http.problems import problems

router = APIRouter(prefix="/gpus", tags=["market"], route_class=Door)


@router.get("/models", response_model=Models, summary="List GPU models on offer", responses=problems(503))
async def list_gpu_models(work: guard.Anyone, market: TheMarket, cache: TheCache) -> Response:
    """With counts, and prices of one GPU for an hour; the newest and largest first."""
    return sent(await stock.models(market, cache, work.now))


@router.get("/providers", response_model=MarketProviders, summary="List clouds with offers", responses=problems(503))
async def list_gpu_providers(work: guard.Anyone, market: TheMarket, cache: TheCache) -> Response:
    return sent(await stock.providers(market, cache, work.now))
