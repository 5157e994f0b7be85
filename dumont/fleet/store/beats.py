"""SQL of the agents' last words, for whoever reads them; the door's own statement is in `store/batches.py`."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import case, false, func, select, update
from sqlalchemy.dialects.postgresql import insert

from dumont.fleet.rules.ruling import Ruled
from dumont.fleet.store import races, rentals
from dumont.fleet.tables import FleetBeat, FleetRental
from dumont.platform.db import Tx

STARTING = ("creating", "booting")


async def of(tx: Tx, rental_ids: Iterable[UUID | None]) -> dict[UUID, FleetBeat]:
    """By rental; as the database has them, whatever this session has seen before. They are not to be changed."""
    wanted = [each for each in rental_ids if each is not None]
    if not wanted:
        return {}
    found = select(FleetBeat).where(FleetBeat.rental_id.in_(wanted)).execution_options(populate_existing=True)
    return {row.rental_id: row for row in (await tx.execute(found)).scalars()}


async def watch(tx: Tx, instance_id: UUID, seconds: float) -> None:
    """Its samples are shown live for so long; by the database's clock, and written only when half of it is over."""
    now, whole = func.now(), timedelta(seconds=seconds)
    late = FleetBeat.watched_until.is_(None) | (FleetBeat.watched_until < now + whole / 2)
    which = update(FleetBeat).where(FleetBeat.instance_id == instance_id, late)
    await tx.execute(which.values(watched_until=now + whole))


async def begin(tx: Tx, values: dict[str, Any]) -> None:
    """The first beat of a rental; where another process has had one meanwhile, that one stands."""
    await tx.execute(insert(FleetBeat).values(**values).on_conflict_do_nothing())


async def rule(tx: Tx, rental_id: UUID, ruled: Ruled) -> None:
    """Another rule holds. With other limits it is not known since when anything has been quiet by them."""
    limits = list(ruled.limits)
    same = FleetBeat.limits == limits
    values = {
        "rule": ruled.name,
        "limits": limits,
        "idle_seconds": ruled.idle_seconds,
        "quiet": case((same, FleetBeat.quiet), else_=[None] * len(limits)),
        "quiet_since": case((same, FleetBeat.quiet_since), else_=None),
        "idle_at": case((same, FleetBeat.quiet_since + timedelta(seconds=ruled.idle_seconds)), else_=None),
    }
    await tx.execute(update(FleetBeat).where(FleetBeat.rental_id == rental_id).values(**values))


async def arrive(tx: Tx, rental_id: UUID, now: datetime, facts: dict[str, Any]) -> bool:
    """Whether it had not called before, or tells something new of its machine.

    Of one that starts, its cloud is asked at once: for its address, and for what is charged from now on.
    """
    facts_told = {"agent_facts": facts} if facts else {}
    new = FleetRental.agent_at.is_(None) | (FleetRental.agent_facts != facts if facts else false())
    values = {"agent_at": func.coalesce(FleetRental.agent_at, now), "look_at": now, **facts_told}
    which = update(FleetRental).where(FleetRental.id == rental_id, FleetRental.stage != "ended", new)
    told = which.values(**values).returning(FleetRental.account_id, FleetRental.stage)
    found = (await tx.execute(told)).one_or_none()
    if found is None:
        return False
    if found.stage in STARTING:
        await races.list_now(tx, found.account_id, now)
    await rentals.wake(tx)
    return True


async def notice(tx: Tx, rental_id: UUID, words: dict[str, Any]) -> bool:
    """Whether it is news."""
    news = FleetBeat.notice.is_(None) | (FleetBeat.notice["id"].astext != words["id"])
    which = update(FleetBeat).where(FleetBeat.rental_id == rental_id, news).values(notice=words)
    return (await tx.execute(which.returning(FleetBeat.rental_id))).scalar_one_or_none() is not None
