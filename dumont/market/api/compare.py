"""The door to a comparison of a few offers."""

from fastapi import APIRouter, Response

from dumont.accounts import guard
from dumont.market import compare
from dumont.market.api.parts import TheMarket, TheMine, sent
from dumont.market.schemas.compare import CompareWish, Comparison
from dumont.platform.http.doors import Door
from dumont.platform.http.problems import problems

router = APIRouter(prefix="/gpus", tags=["market"], route_class=Door)


@router.post("/compare", response_model=Comparison, summary="Compare offers side by side", responses=problems(404, 503))
async def compare_gpus(body: CompareWish, work: guard.Passer, market: TheMarket, mine: TheMine) -> Response:
    """Two to six of them, with the winner of each row; equal ones share it."""
    wanted = compare.Wanted(body.disk_gb, body.hours, body.snapshot_gb)
    return sent(await compare.compare(market, body.ids, wanted, work.now, await mine(work)))
