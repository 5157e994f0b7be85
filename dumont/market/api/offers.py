"""The door to one offer, with everything that is known of it and its machine."""

from uuid import UUID

from fastapi import APIRouter, Response

from dumont.accounts import guard
from dumont.market import machine
from dumont.market.api.parts import TheMarket, TheMemory, TheMine, sent
from dumont.market.schemas.offers import OfferDetail
from dumont.platform.http.doors import Door
from dumont.platform.http.problems import problems

router = APIRouter(prefix="/gpus", tags=["market"], route_class=Door)


@router.get("/{offer:uuid}", response_model=OfferDetail, summary="Show one offer", responses=problems(404, 503))
async def get_gpu(offer: UUID, work: guard.Passer, market: TheMarket, memory: TheMemory, mine: TheMine) -> Response:
    """With all that is known of its machine, its prices so far, its GPU's facts, and offers like it elsewhere."""
    return sent(await machine.show(work, market, memory, offer, await mine(work)))
