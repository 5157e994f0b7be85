"""The doors to scores; anyone may look."""

from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from dumont.accounts import guard
from dumont.basics.errors import Invalid
from dumont.platform.http.doors import Door
from dumont.platform.http.paging import Paged, Paginated
from dumont.platform.http.problems import problems
from dumont.reliability import scores
from dumont.reliability.api.parts import TheMemory
from dumont.reliability.schemas.fields import MachineName, ProviderFilter
from dumont.reliability.schemas.scores import MachineDays, MachineScore, days_shown, shown
from dumont.reliability.store.ranking import NAMED_MAX, Wanted

router = APIRouter(prefix="/reliability/machines", tags=["reliability"], route_class=Door)

Sort = Annotated[Literal["reliability"], Query(description="By the lower end of the interval, the best first.")]
MinScore = Annotated[float | None, Query(ge=0, le=100, allow_inf_nan=False, description="The least score.")]
Named = Annotated[
    list[str] | None,
    Query(max_length=NAMED_MAX, description="These alone: `vast:12345` or ids, repeated or parted by commas."),
]


@router.get("", summary="List machines by their scores", responses=problems())
async def list_reliability(
    work: guard.Visitor,
    paging: Paginated,
    *,
    sort: Sort = "reliability",  # noqa: ARG001 - the only one there is
    min_score: MinScore = None,
    provider: ProviderFilter = None,
    machine_ids: Named = None,
) -> Paged[MachineScore]:
    """Those without a score come last."""
    wanted = Wanted(
        provider=provider,
        min_score=min_score,
        named=_names(machine_ids),
        cursor=paging.cursor,
        limit=paging.limit,
    )
    return paging.answer(await scores.listed(work, wanted), partial(shown, now=work.now))


@router.get("/{machine_id}", summary="Show a machine's score", responses=problems(404, 409, 503))
async def get_reliability(machine_id: MachineName, work: guard.Visitor, memory: TheMemory) -> MachineScore:
    """What it is made of, how sure and how old it is. With the database away, what was last known of it."""
    return shown(await scores.one(work, memory, machine_id), work.now)


@router.get("/{machine_id}/history", summary="Show the last 30 days of a machine", responses=problems(404, 409))
async def get_reliability_history(machine_id: MachineName, work: guard.Visitor) -> MachineDays:
    return days_shown(*await scores.history(work, machine_id))


def _names(given: list[str] | None) -> list[str]:
    names = [name.strip() for text in given or () for name in text.split(",") if name.strip()]
    if len(names) > NAMED_MAX or any("\x00" in name for name in names):
        raise Invalid.field("machine_ids", f"are names of machines, {NAMED_MAX} at most")
    return names
