"""SQL of ratings: one is written by the database's own function, with its count."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from sqlalchemy import select

from dumont.basics.machine_key import MachineKey
from dumont.platform.db import Tx, raw
from dumont.reliability.tables import ReliabilityRating


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    user_id: UUID
    machine: MachineKey
    rating: int
    comment: str | None
    at: datetime


class Counted(NamedTuple):
    outcome: Literal["rated", "not_rented", "unknown"]
    average: float | None
    ratings: int | None


async def rate(tx: Tx, given: Given) -> Counted:
    of = (given.user_id, given.machine.provider, given.machine.machine_id, given.rating, given.comment, given.at)
    return Counted(*await (await raw(tx)).fetchrow(_RATE, *of))


async def own(tx: Tx, user_id: UUID, machine: MachineKey) -> ReliabilityRating | None:
    rating = ReliabilityRating
    query = select(rating).where(
        rating.user_id == user_id, rating.provider == machine.provider, rating.machine_id == machine.machine_id
    )
    return (await tx.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def by_stars(tx: Tx, machine: MachineKey) -> dict[int, int]:
    return dict(await (await raw(tx)).fetch(_BY_STARS, machine.provider, machine.machine_id))


_RATE = "SELECT outcome, average, counted FROM reliability_rate($1, $2, $3, $4, $5, $6)"

_BY_STARS = """
    SELECT rating, count(*) FROM reliability_ratings WHERE provider = $1 AND machine_id = $2 GROUP BY rating
"""
