"""The doors to what machines did before; anyone may look, and who is signed in also sees his own entries count."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query

from dumont.accounts import guard
from dumont.platform.http.doors import Door
from dumont.platform.http.paging import Paged, Paginated
from dumont.platform.http.problems import problems
from dumont.reliability import machines
from dumont.reliability.api.parts import TheCache, TheOffers
from dumont.reliability.blacklist import known
from dumont.reliability.rules.status import Status
from dumont.reliability.schemas import history
from dumont.reliability.schemas.fields import MachinePath, ProviderFilter, ProviderPath
from dumont.reliability.schemas.history import HistorySummary, MachineAttempt, MachineDetail, MachineHistory
from dumont.reliability.store.machines import Sort, Wanted

router = APIRouter(prefix="/machines/history", tags=["machines"], route_class=Door)

SUMMARY_KEPT = "30s"
"""It counts every machine and a month of attempts."""

StatusFilter = Annotated[Status | None, Query(description="With this status alone.")]
TextFilter = Annotated[
    str | None, Query(max_length=100, pattern=r"^[^\x00]*$", description="Somewhere in the machine's own id.")
]
SortBy = Annotated[Sort, Query(description="What decides the order; `score` is its lower bound.")]
Descending = Annotated[bool, Query(description="The greatest first.")]


@router.get("/summary", summary="Sum up what all machines did", responses=problems())
async def show_machine_summary(work: guard.Visitor, cache: TheCache) -> HistorySummary:
    """As it is for everyone; up to half a minute old, as `as_of` tells."""

    @cache(ttl=SUMMARY_KEPT, key="reliability:summary", lock=True)
    async def made() -> dict[str, Any]:
        return history.summary(await machines.summary(work), work.now).model_dump(mode="json")

    return HistorySummary.model_validate(await made())


@router.get("/machines", summary="List machines with a past", responses=problems())
async def list_machine_history(
    work: guard.Visitor,
    paging: Paginated,
    *,
    provider: ProviderFilter = None,
    status: StatusFilter = None,
    q: TextFilter = None,
    sort: SortBy = "recent",
    descending: Descending = True,
) -> Paged[MachineHistory]:
    wanted = Wanted(
        me=work.caller.user_id,
        provider=provider,
        status=status,
        text=q,
        sort=sort,
        descending=descending,
        cursor=paging.cursor,
        limit=paging.limit,
    )
    return paging.answer(await machines.listed(work, wanted), partial(history.shown, now=work.now))


@router.get("/machines/{provider}/{machine_id}", summary="Show what a machine did", responses=problems(404))
async def get_machine_history(
    provider: ProviderPath, machine_id: MachinePath, work: guard.Visitor, offers: TheOffers
) -> MachineDetail:
    """With what it is offered as just now."""
    return history.detail(await machines.one(work, known(provider, machine_id), offers), work.now)


@router.get("/machines/{provider}/{machine_id}/attempts", summary="List what was tried with a machine")
async def list_machine_attempts(
    provider: ProviderPath, machine_id: MachinePath, work: guard.Visitor, paging: Paginated
) -> Paged[MachineAttempt]:
    """The newest first. `offer_gone` is among them and counts for nothing."""
    page = await machines.attempts(work, known(provider, machine_id), paging.cursor, paging.limit)
    return paging.answer(page, MachineAttempt.model_validate)
