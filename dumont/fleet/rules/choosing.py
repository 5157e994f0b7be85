"""Chooses whom to let race: the best by what they cost and how soon they boot, each elsewhere than the others.

Offers are taken one by one, each time the one of least weight: its effective price, more for a machine that boots
slowly, and more for each that was taken at the same cloud or in the same region, so that one trouble does not end all.
The machine that is wanted back comes first, then the offer that was named, then those near the data. What a cloud has
just refused to somebody is left to stand while anything else fits.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

SAME_PROVIDER, SAME_REGION = 0.15, 0.10
"""So much more does each that was taken there make the next one weigh."""
NEAR, SLOW_PER_MINUTE, BOOT_SECONDS = 0.8, 0.05, 90.0
"""Near the data; for each minute of booting; and what is assumed where nothing is known."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    offer: Mapping[str, Any]
    """As the market shows it."""
    spot: bool = False
    boot_seconds: float | None = None
    failure_rate: float | None = None
    interruptions_hour: float | None = None

    @property
    def id(self) -> UUID:
        return UUID(self.offer["id"])

    @property
    def provider(self) -> str:
        return str(self.offer["provider"])

    @property
    def machine(self) -> str:
        """`provider:machine_id`."""
        return f"{self.provider}:{self.offer['machine_id']}"

    @property
    def host(self) -> str | None:
        host = self.offer.get("host_id")
        return f"{self.provider}:{host}" if host else None

    @property
    def region(self) -> str | None:
        return self.offer.get("region")

    @property
    def place(self) -> str:
        return place_of(self.provider, self.region)

    @property
    def price_hour(self) -> Decimal:
        return Decimal(self.offer["spot_price_hour" if self.spot else "price_hour"])

    @property
    def effective_hour(self) -> float:
        found = self.offer.get("effective_price_hour")
        return float(found if found is not None else self.price_hour)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taste:
    """What whoever chooses prefers, and whom he must not take."""

    count: int
    first: UUID | None = None
    """An offer that is raced for before all others."""
    same: str | None = None
    """The machine that the instance had before."""
    near: str | None = None
    """`provider:region`: where its data lie."""
    spread: bool = True
    """Whether other clouds and regions than the best offer's may race."""
    without: frozenset[str] = frozenset()
    """Machines, and hosts, as `provider:id`."""
    refused: frozenset[tuple[UUID, bool]] = frozenset()
    """Offers, and whether at a spot price, that their clouds have just refused to somebody."""
    hosts_count: Callable[[str], bool] = field(default=lambda _provider: True)
    """Whether a cloud's host is one place; this computer is the host of all its machines."""


def choose(candidates: Iterable[Candidate], taste: Taste) -> list[Candidate]:
    """At most as many as are wanted, no two on one machine or host."""
    free = [each for each in candidates if not _taken(each, taste.without, taste)]
    left = [each for each in free if (each.id, each.spot) not in taste.refused] or free
    chosen: list[Candidate] = []
    while left and len(chosen) < taste.count:
        best = min(left, key=lambda each: (_weight(each, chosen, taste), str(each.offer["id"])))
        chosen.append(best)
        taken = {best.machine, *([best.host] if best.host else [])}
        left = [each for each in left if not _taken(each, taken, taste)]
        if not taste.spread:
            left = [each for each in left if each.place == chosen[0].place]
    return chosen


def _weight(candidate: Candidate, chosen: Sequence[Candidate], taste: Taste) -> tuple[int, float]:
    rank = 0 if candidate.machine == taste.same else 1 if candidate.id == taste.first else 2
    minutes = (candidate.boot_seconds if candidate.boot_seconds is not None else BOOT_SECONDS) / 60
    weight = candidate.effective_hour * (1 + SLOW_PER_MINUTE * minutes)
    weight *= 1 + SAME_PROVIDER * sum(each.provider == candidate.provider for each in chosen)
    weight *= 1 + SAME_REGION * sum(each.place == candidate.place for each in chosen)
    return rank, weight * (NEAR if candidate.place == taste.near else 1)


def _taken(candidate: Candidate, taken: Iterable[str], taste: Taste) -> bool:
    host = candidate.host if taste.hosts_count(candidate.provider) else None
    return candidate.machine in taken or (host is not None and host in taken)


def place_of(provider: str, region: str | None) -> str:
    return f"{provider}:{region}"
