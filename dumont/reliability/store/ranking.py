"""Reads machines by their scores: the surest first, or one by whatever names it."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import func, literal, or_, select, tuple_

from dumont.basics.errors import Invalid
from dumont.basics.machine_key import MachineKey
from dumont.platform.db import Tx
from dumont.reliability.tables import ReliabilityMachine as M

NAMED_MAX = 200
RANK = func.coalesce(M.score_low, literal(-1.0, literal_execute=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    provider: str | None = None
    min_score: float | None = None
    named: Sequence[str] = ()
    """Keys, or ids alone."""
    cursor: str | None = None
    limit: int = 50


async def page(tx: Tx, wanted: Wanted) -> Sequence[M]:
    """One more than the limit. Machines without a score come last."""
    query = select(M).order_by(RANK.desc(), M.provider.desc(), M.machine_id.desc())
    if wanted.provider is not None:
        query = query.where(M.provider == wanted.provider)
    if wanted.min_score is not None:
        query = query.where(M.score >= wanted.min_score)
    if wanted.named:
        keys = [key.split(":", 1) for key in wanted.named if ":" in key]
        query = query.where(or_(tuple_(M.provider, M.machine_id).in_(keys), M.machine_id.in_(wanted.named)))
    if wanted.cursor is not None:
        after = tuple_(*[literal(part) for part in read_place(wanted.cursor)])
        query = query.where(tuple_(RANK, M.provider, M.machine_id) < after)
    return (await tx.execute(query.limit(wanted.limit + 1))).scalars().all()


async def one(tx: Tx, machine: MachineKey) -> M | None:
    query = select(M).where(M.provider == machine.provider, M.machine_id == machine.machine_id)
    return (await tx.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def called(tx: Tx, machine_id: str) -> list[MachineKey]:
    """All that have this id, at whatever provider."""
    query = select(M.provider, M.machine_id).where(M.machine_id == machine_id).order_by(M.provider)
    return [MachineKey(*row) for row in await tx.execute(query)]


def place_of(machine: M) -> str:
    told = [-1.0 if machine.score_low is None else machine.score_low, machine.provider, machine.machine_id]
    return base64.urlsafe_b64encode(orjson.dumps(told)).decode().rstrip("=")


def read_place(cursor: str) -> tuple[float, str, str]:
    try:
        rank, provider, machine_id = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        key = MachineKey(provider, machine_id)
        return float(rank), key.provider, key.machine_id
    except (ValueError, TypeError, OverflowError, Invalid):
        raise Invalid.field(
            "cursor", "is not one that this list gave", hint="Leave it out to start from the beginning."
        ) from None
