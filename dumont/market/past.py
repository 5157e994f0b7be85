"""Gives the market a past that somebody else has seen: prices of offers, and hours of models, before the first look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from dumont.basics.machine_key import MACHINE_ID, MachineKey
from dumont.market import hours
from dumont.market.store import past as store
from dumont.platform.db import Tx

KEPT = timedelta(days=7)
CENT_OF_A_CENT = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Course:
    """Of one offer, for one GPU: how many seconds ago each price began, the oldest first."""

    steps: Sequence[tuple[float, Decimal]]
    spot_share: Decimal | None = None


async def has_past(tx: Tx, provider: str, now: datetime) -> bool:
    first = await store.first_hour(tx, provider)
    return first is not None and first <= now - timedelta(hours=2)


async def write(tx: Tx, provider: str, courses: Mapping[str, Course], now: datetime) -> int:
    """Of the offers there are now, by the cloud's own ids; one without a course has always cost what it costs."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    steps: list[store.Step] = []
    for offer, own_id, gpus, price, spot in await store.offers_of(tx, provider):
        if own_id in courses:
            steps += _whole(offer, courses[own_id], max(1, gpus), now)
        else:
            steps.append((offer, now - KEPT, price, spot))
    await store.write_steps(tx, steps)
    await hours.write_then(tx, provider, hour - KEPT, hour - timedelta(hours=1))
    return len(steps)


async def machines_of(tx: Tx, provider: str) -> list[tuple[MachineKey, float | None]]:
    """Those on offer, and what their cloud claims of each."""
    return _named(provider, await store.machines_of(tx, provider))


async def machines_untried(tx: Tx, provider: str) -> list[tuple[MachineKey, float | None]]:
    """Those of them of which reliability knows nothing yet."""
    return _named(provider, await store.machines_untried(tx, provider))


def _named(provider: str, rows: Sequence[tuple[str, float | None]]) -> list[tuple[MachineKey, float | None]]:
    """Those whose name history can stick to."""
    return [(MachineKey(provider, name), claim) for name, claim in rows if MACHINE_ID.fullmatch(name)]


def _whole(offer: UUID, course: Course, gpus: int, now: datetime) -> list[store.Step]:
    return [
        (offer, now - timedelta(seconds=ago), price * gpus, _spot(price * gpus, course.spot_share))
        for ago, price in course.steps
        if ago > 0
    ]


def _spot(price: Decimal, share: Decimal | None) -> Decimal | None:
    return None if share is None else (price * share).quantize(CENT_OF_A_CENT)
