"""The doors to the blacklist: who is on it, put a machine on it, take one off."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query

from dumont.accounts import guard
from dumont.platform.http.doors import Door
from dumont.platform.http.paging import Paged, Paginated
from dumont.platform.http.problems import problems
from dumont.reliability import blacklist
from dumont.reliability.api.parts import MachinesWrite
from dumont.reliability.blacklist import known
from dumont.reliability.rules.blacklist import Kind
from dumont.reliability.schemas.blacklist import BlacklistCheck, BlacklistEntry, BlacklistWish, shown
from dumont.reliability.schemas.fields import MachinePath, ProviderFilter, ProviderPath
from dumont.reliability.store.blacklist import Filter

router = APIRouter(prefix="/machines/history/blacklist", tags=["machines"], route_class=Door)

KindFilter = Annotated[Kind | None, Query(description="Of this kind alone.")]
ActiveFilter = Annotated[bool | None, Query(description="Those that count now, or those that are over.")]
Why = Annotated[str, Query(max_length=500, pattern=r"^[^\x00]*$", description="Kept with the entry.")]
ForEveryone = Annotated[bool | None, Query(description="Which, where there is one of yours and one for everyone.")]


@router.get("", summary="List entries of the blacklist", responses=problems())
async def list_blacklist(
    work: guard.Visitor,
    paging: Paginated,
    *,
    provider: ProviderFilter = None,
    type: KindFilter = None,  # noqa: A002 - the parameter's name
    active: ActiveFilter = None,
) -> Paged[BlacklistEntry]:
    """Those for everyone and your own, the newest first; with those that are over, and who ended them."""
    wanted = Filter(me=work.caller.user_id, provider=provider, kind=type, active=active)
    page = await blacklist.listed(work, wanted, paging.cursor, paging.limit)
    return paging.answer(page, partial(shown, now=work.now))


@router.post("", status_code=201, summary="Put a machine on the blacklist", responses=problems(409))
async def add_to_blacklist(body: BlacklistWish, work: MachinesWrite) -> BlacklistEntry:
    """It replaces a weaker entry; one of the same kind is renewed with this reason."""
    machine = known(body.provider, body.machine_id)
    entry = await blacklist.add(work, machine, body.blacklist_type, body.reason, for_everyone=body.for_everyone)
    return shown(entry, work.now)


@router.get("/check/{provider}/{machine_id}", summary="Tell whether a machine is blacklisted")
async def check_blacklist(provider: ProviderPath, machine_id: MachinePath, work: guard.Visitor) -> BlacklistCheck:
    """For you: what others keep away from alone is nobody else's business."""
    entry = await blacklist.check(work, known(provider, machine_id))
    return BlacklistCheck(is_blacklisted=entry is not None, entry=shown(entry, work.now) if entry else None)


@router.delete(
    "/{provider}/{machine_id}", status_code=204, summary="Take a machine off the blacklist", responses=problems(404)
)
async def remove_from_blacklist(
    provider: ProviderPath,
    machine_id: MachinePath,
    work: MachinesWrite,
    *,
    why: Why = "",
    for_everyone: ForEveryone = None,
) -> None:
    """Your own entry, if there is one; else the one for everyone, if you may. It stays in the list, as ended."""
    await blacklist.remove(work, known(provider, machine_id), why=why.strip(), for_everyone=for_everyone)
