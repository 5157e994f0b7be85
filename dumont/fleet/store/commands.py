"""SQL of what agents are to do."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, delete, literal_column, or_, select, update

from dumont.fleet.rules.states import CommandKind, CommandState
from dumont.fleet.tables import FleetCommand, FleetRental
from dumont.platform.db import Tx

OPEN: ColumnElement[bool] = literal_column("fleet_commands.state IN ('queued', 'sent', 'running')")
"""As it stands in the index, so that it is of use in a plan that was made without the values."""
BEGUN_RUN: ColumnElement[bool] = literal_column("(fleet_commands.kind = 'run' AND fleet_commands.state = 'running')")
"""It goes on for as long as it wants, and its agent tells of it by itself."""
OVER = ""
"""The arguments of one that is over: grants and keys are not kept."""


class End(NamedTuple):
    state: CommandState
    result: dict[str, Any]
    error_code: str | None
    error_message: str | None


async def of(tx: Tx, command_ids: Sequence[UUID]) -> Sequence[FleetCommand]:
    """As the database has them, whatever this session has seen before."""
    wanted = select(FleetCommand).where(FleetCommand.id.in_(command_ids)).execution_options(populate_existing=True)
    return (await tx.execute(wanted)).scalars().all() if command_ids else []


async def open_of(tx: Tx, rental_id: UUID, now: datetime) -> Sequence[FleetCommand]:
    those = (OPEN, ~BEGUN_RUN, FleetCommand.rental_id == rental_id, FleetCommand.expires_at > now)
    due = select(FleetCommand).where(*those)
    ordered = due.order_by(FleetCommand.created_at, FleetCommand.id).execution_options(populate_existing=True)
    return (await tx.execute(ordered)).scalars().all()


async def sent(tx: Tx, command_ids: Sequence[UUID], now: datetime) -> None:
    if command_ids:
        those = update(FleetCommand).where(FleetCommand.id.in_(command_ids), FleetCommand.state == "queued")
        await tx.execute(those.values(state="sent", sent_at=now))


async def running(
    tx: Tx, whose: tuple[UUID, UUID], percent: float | None, result: dict[str, Any], *, until: datetime
) -> None:
    """`whose` is the command and its rental: nobody speaks of another's."""
    expires = case((FleetCommand.kind == "run", FleetCommand.expires_at), else_=until)
    values = {"state": "running", "result": {**result, "percent": percent}, "expires_at": expires}
    await tx.execute(update(FleetCommand).where(OPEN, *_whose(whose)).values(**values))


async def end(tx: Tx, whose: tuple[UUID, UUID], how: End, now: datetime) -> UUID | None:
    """Whose instance it was; None if it had ended before."""
    values = {**how._asdict(), "ended_at": now, "args_sealed": OVER}
    ended = update(FleetCommand).where(OPEN, *_whose(whose)).values(**values)
    return (await tx.execute(ended.returning(FleetCommand.instance_id))).scalar_one_or_none()


async def fail_open(tx: Tx, rental_ids: Sequence[UUID], now: datetime, code: str, message: str) -> Sequence[UUID]:
    """Their instances."""
    return await _failed(tx, and_(OPEN, FleetCommand.rental_id.in_(rental_ids)), now, code=code, message=message)


async def fail_one(tx: Tx, command_id: UUID, now: datetime, code: str, message: str) -> None:
    await _failed(tx, and_(OPEN, FleetCommand.id == command_id), now, code=code, message=message)


async def fail_lost_runs(tx: Tx, rental_id: UUID, known: Sequence[UUID], now: datetime) -> Sequence[UUID]:
    """Their instances."""
    lost = and_(OPEN, BEGUN_RUN, FleetCommand.rental_id == rental_id, FleetCommand.id.not_in(known))
    return await _failed(tx, lost, now, code="forgotten", message="Its agent began anew, and does not know of it.")


async def over(tx: Tx, now: datetime) -> Sequence[UUID]:
    """The instances of open commands that were not acknowledged in time, or that nobody is there to do."""
    found = select(FleetCommand.instance_id).where(or_(_late(now), _of_ended())).distinct()
    return (await tx.execute(found)).scalars().all()


async def fail_over(tx: Tx, instance_ids: Sequence[UUID], now: datetime) -> int:
    """How many; those of instances that the caller holds."""
    whose = FleetCommand.instance_id.in_(instance_ids)
    silent = "The agent has not said in time what came of it."
    late = await _failed(tx, and_(whose, _late(now)), now, code="not_acknowledged", message=silent)
    gone = await _failed(tx, and_(whose, _of_ended()), now, code="machine_gone", message="The machine is gone.")
    return len(late) + len(gone)


async def last_output(tx: Tx, instance_id: UUID, kind: CommandKind) -> FleetCommand | None:
    """Of the newest script of this kind that is over."""
    query = select(FleetCommand).where(FleetCommand.instance_id == instance_id, FleetCommand.kind == kind, ~OPEN)
    return (await tx.execute(query.order_by(FleetCommand.created_at.desc()).limit(1))).scalar_one_or_none()


async def drop(tx: Tx, command_id: UUID) -> None:
    await tx.execute(delete(FleetCommand).where(FleetCommand.id == command_id))


def _late(now: datetime) -> ColumnElement[bool]:
    return and_(OPEN, FleetCommand.expires_at <= now)


def _of_ended() -> ColumnElement[bool]:
    return and_(OPEN, FleetCommand.rental_id.in_(select(FleetRental.id).where(FleetRental.stage == "ended")))


async def _failed(tx: Tx, which: ColumnElement[bool], now: datetime, *, code: str, message: str) -> Sequence[UUID]:
    values = {"state": "failed", "error_code": code, "error_message": message, "ended_at": now, "args_sealed": OVER}
    failed = update(FleetCommand).where(which).values(**values).returning(FleetCommand.instance_id)
    return (await tx.execute(failed)).scalars().all()


def _whose(whose: tuple[UUID, UUID]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return FleetCommand.id == whose[0], FleetCommand.rental_id == whose[1]
