"""Plans a launch: which machines would race for it, what that would cost, and what to know before one relies on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from dumont.fleet.rules.wanted import Wanted
from dumont.market.following import Market
from dumont.platform.secrets import Vault
from dumont.platform.work import Work
from dumont.reliability.wishes import WishesMemory


@dataclass(frozen=True, slots=True)
class Means:
    """What does I/O beside the work's own transaction."""

    market: Market
    vault: Vault
    wishes: WishesMemory


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    offer_id: UUID
    round: int
    provider: str
    machine_id: str
    gpu_name: str | None
    gpu_count: int
    vram_gb: float
    region: str | None
    spot: bool
    price_hour: Decimal
    effective_price_hour: Decimal | None
    reliability_score: float | None
    boot_seconds_p50: float | None
    boot_seconds_p95: float | None
    boots: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    code: str
    message: str
    hint: str | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RaceCost:
    expected: Decimal
    at_most: Decimal
    expected_seconds: float | None
    p95_seconds: float | None
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    hour: Decimal
    hour_min: Decimal
    hour_max: Decimal
    day: Decimal
    day_hibernating: Decimal
    busy_hours: float
    month: Decimal
    month_hibernating: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    name: str
    candidates: Sequence[Candidate]
    machines: int
    rounds: int
    round_seconds: float
    fitting: int
    race: RaceCost | None
    prices: Prices | None
    warnings: Sequence[Caution]
    can_launch: bool
    as_of: datetime


async def plan(work: Work, means: Means, owner_id: UUID, wanted: Wanted, *, name: str) -> Plan:
    raise NotImplementedError
