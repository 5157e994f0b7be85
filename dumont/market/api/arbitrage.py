"""The doors to differences of price between clouds."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from dumont.accounts import guard
from dumont.market import arbitrage, savings, trends
from dumont.market.api.parts import TheCache, TheMarket, TheMine, sent
from dumont.market.schemas.arbitrage import Deals, Opportunities, ProviderComparison, Savings
from dumont.market.schemas.search import Word
from dumont.platform.http.doors import Door
from dumont.platform.http.problems import problems

router = APIRouter(prefix="/arbitrage", tags=["arbitrage"], route_class=Door)
Model = Annotated[Word, Path(description="Canonical name or alias of a GPU.", examples=["RTX 4090"])]
MinSpread = Annotated[float, Query(ge=0, le=100_000, allow_inf_nan=False, description="Percent.")]
Hours = Annotated[float, Query(gt=0, le=24, allow_inf_nan=False, description="Hours of use a day.")]
Days = Annotated[float, Query(gt=0, le=3660, allow_inf_nan=False)]
Limit = Annotated[int, Query(ge=1, le=100, description="How many at most.")]


@router.get(
    "/opportunities", response_model=Opportunities, summary="Where one GPU has two prices", responses=problems(503)
)
async def list_opportunities(
    work: guard.Anyone,
    market: TheMarket,
    cache: TheCache,
    min_spread: MinSpread = 15,
    model: Annotated[Word | None, Query(description="Of this GPU only.")] = None,
    *,
    region: Annotated[Word | None, Query(description="Of this region only.")] = None,
) -> Response:
    """The cheapest and the dearest cloud of each model, by an hour of one GPU; the widest spread first."""
    return sent(await arbitrage.opportunities(market, cache, arbitrage.Wanted(min_spread, model, region), work.now))


@router.get("/savings/{model}", response_model=Savings, summary="Work out what can be saved", responses=problems(503))
async def show_savings(
    model: Model,
    work: guard.Anyone,
    market: TheMarket,
    cache: TheCache,
    hours_per_day: Hours = 24,
    *,
    days: Days = 30,
) -> Response:
    """What a time of use costs at the cheapest, the median and the dearest, and at large clouds on demand."""
    return sent(await savings.savings(market, cache, model, savings.Use(hours_per_day, days), work.now))


@router.get(
    "/compare/{model}", response_model=ProviderComparison, summary="Compare clouds for a GPU", responses=problems(503)
)
async def compare_providers(
    model: Model,
    work: guard.Anyone,
    market: TheMarket,
    cache: TheCache,
    region: Annotated[Word | None, Query(description="Of this region only, past prices too.")] = None,
) -> Response:
    """One row a cloud, the cheapest first, with its prices of the last 7 days."""
    return sent(await trends.compare(work, market, cache, model, region))


@router.get("/best-deals", response_model=Deals, summary="List offers below their usual price", responses=problems(503))
async def list_best_deals(
    work: guard.Passer,
    market: TheMarket,
    cache: TheCache,
    mine: TheMine,
    model: Annotated[Word | None, Query(description="Of this GPU only.")] = None,
    *,
    limit: Limit = 20,
) -> Response:
    """By how far each one's price is below the median of its model over the last 7 days."""
    return sent(await trends.best_deals(work, market, cache, trends.Wanted(limit, model, await mine(work))))
