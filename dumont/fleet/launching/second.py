"""Looks for an instance's second machine: a small one that holds files, or one like the first that is kept warm."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from dumont.fleet.instances import standbys
from dumont.fleet.instances.holding import Usual
from dumont.fleet.launching import choosing
from dumont.fleet.launching.choosing import Wishes
from dumont.fleet.rentals import accounts
from dumont.fleet.rules.choosing import Taste
from dumont.fleet.rules.states import StandbyKind
from dumont.fleet.rules.wanted import StandbyWish, Wanted
from dumont.fleet.store import standbys as store
from dumont.fleet.tables import FleetInstance, FleetStandby
from dumont.market.following import View
from dumont.platform.work import Work

COUNT = 3


@dataclass(frozen=True, slots=True)
class Second:
    kind: StandbyKind
    provider: str
    """Of the machine that would be rented, or where there is none that fits."""
    price_hour: Decimal | None
    """With its disk; None where no machine fits."""


def wishes(wanted: Wanted, user_id: UUID, row: FleetStandby, without: Iterable[str] = ()) -> Wishes:
    over: dict[str, Any] = {"provider": [row.provider]} if is_bound(row.kind, wanted.standby) else {}
    if row.kind == "cpu":
        wanted = wanted.model_copy(update={"filters": {}, "offer_id": None, "spot": False})
        over |= {"min_gpus": 0, "max_gpus": 0}
    taste = Taste(count=COUNT, without=frozenset(without), hosts_count=choosing.hosts_count)
    return Wishes(wanted=wanted, user_id=user_id, taste=taste, over=over, type_word=row.machine_type)


def is_bound(kind: str, wish: StandbyWish) -> bool:
    """To one cloud; a warm machine is taken where there is one, unless a cloud was named."""
    return kind == "cpu" or bool(wish.provider)


async def demand_key(work: Work, instance: FleetInstance) -> None:
    """Refuses a standby that could never be rented, as there is no key for its cloud. One that is rented stays."""
    row = await store.one(work.tx, instance.id)
    if row is None or not row.enabled or row.rental_id is not None or instance.user_id is None:
        return
    await _demand(work, Wanted.model_validate(instance.wanted).standby, row, instance.user_id)


async def demand_wished(work: Work, owner_id: UUID, wanted: Wanted) -> None:
    """The same of what is launched, where its wish says that there is to be one."""
    row = await standbys.planned(work, owner_id, wanted) if wanted.standby.enabled else None
    if row is not None:
        await _demand(work, wanted.standby, row)


async def demand_usual(work: Work, wish: StandbyWish, usual: Usual) -> None:
    """The same of what new instances of the caller get; of a team's, each is launched with its member's keys."""
    if wish.enabled:
        await _demand(work, wish, usual)


async def _demand(work: Work, wish: StandbyWish, there: FleetStandby | Usual, user_id: UUID | None = None) -> None:
    if is_bound(there.kind, wish):
        await accounts.demand(work, there.provider, user_id)


async def planned(work: Work, view: View, owner_id: UUID, wanted: Wanted) -> Second | None:
    """What there would be beside a machine that is launched now, by its wish or as its owner has it usually."""
    row = await standbys.planned(work, owner_id, wanted)
    if row is None:
        return None
    found = (await choosing.candidates(work, view, wishes(wanted, work.caller.me, row))).chosen
    if not found:
        return Second(row.kind, row.provider, None)
    return Second(row.kind, found[0].provider, choosing.hour_of(found[0], wanted.disk_gb))
