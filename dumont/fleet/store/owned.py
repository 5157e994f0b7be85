"""SQL of instances and what belongs to them, as far as they are somebody's."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.exc import IntegrityError

from dumont.basics.page import Key
from dumont.fleet.rules.states import State
from dumont.fleet.tables import FleetEvent, FleetInstance, FleetOperation
from dumont.platform.db import Tx
from dumont.platform.db.keyset import newest_first


@dataclass(frozen=True, slots=True)
class Whose:
    owners: Sequence[UUID]
    launcher: UUID | None
    """He also has what he launched for a team that is gone."""

    @property
    def fits(self) -> ColumnElement[bool]:
        of_owners = FleetInstance.owner_id.in_(self.owners)
        if self.launcher is None:
            return of_owners
        return or_(of_owners, and_(FleetInstance.user_id == self.launcher, FleetInstance.team_id.is_(None)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    states: Collection[State] = ()
    name: str | None = None
    team_id: UUID | None = None


async def page(tx: Tx, whose: Whose, wanted: Filter, after: Key | None, limit: int) -> Sequence[FleetInstance]:
    """Destroyed ones only where they are asked for."""
    query = select(FleetInstance).where(whose.fits)
    states = FleetInstance.state
    query = query.where(states.in_(wanted.states) if wanted.states else states != "destroyed")
    if wanted.name is not None:
        query = query.where(FleetInstance.name == wanted.name)
    return (
        (await tx.execute(newest_first(query, FleetInstance.created_at, FleetInstance.id, after, limit)))
        .scalars()
        .all()
    )


async def one(tx: Tx, instance_id: UUID, whose: Whose, *, lock: bool = False) -> FleetInstance | None:
    query = select(FleetInstance).where(FleetInstance.id == instance_id, whose.fits)
    query = query.with_for_update() if lock else query
    return (await tx.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def named(tx: Tx, owner_id: UUID, name: str) -> UUID | None:
    """A destroyed one leaves its name to others."""
    taken = (FleetInstance.owner_id == owner_id) & (FleetInstance.name == name) & (FleetInstance.state != "destroyed")
    return (await tx.execute(select(FleetInstance.id).where(taken))).scalar_one_or_none()


async def living(tx: Tx, owner_id: UUID) -> Sequence[FleetInstance]:
    """All that are not destroyed."""
    his = (FleetInstance.owner_id == owner_id) & (FleetInstance.state != "destroyed")
    query = select(FleetInstance).where(his).order_by(FleetInstance.name)
    return (await tx.execute(query.execution_options(populate_existing=True))).scalars().all()


async def operation(tx: Tx, operation_id: UUID, whose: Whose) -> FleetOperation | None:
    query = select(FleetOperation).join(FleetInstance, FleetInstance.id == FleetOperation.instance_id)
    query = query.where(FleetOperation.id == operation_id, whose.fits)
    return (await tx.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def operations(tx: Tx, instance_id: UUID, after: Key | None, limit: int) -> Sequence[FleetOperation]:
    query = select(FleetOperation).where(FleetOperation.instance_id == instance_id)
    ordered = newest_first(query, FleetOperation.created_at, FleetOperation.id, after, limit)
    return (await tx.execute(ordered)).scalars().all()


async def events(tx: Tx, instance_id: UUID, after: Key | None, limit: int) -> Sequence[FleetEvent]:
    query = select(FleetEvent).where(FleetEvent.instance_id == instance_id)
    return (await tx.execute(newest_first(query, FleetEvent.at, FleetEvent.id, after, limit))).scalars().all()


async def written(tx: Tx, instance: FleetInstance) -> bool:
    """A new one, or what was changed of one; false where another of the same owner took the name just now."""
    try:
        async with tx.begin_nested():
            tx.add(instance)
            await tx.flush()
    except IntegrityError as error:
        if "uq_fleet_instances_name" not in str(error.orig):
            raise
        return False
    await tx.refresh(instance)
    return True
