"""Rows of the market as followers read them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dumont.market.rules.identity import offer_id
from dumont.market.shelf.row import Row
from dumont.market.store.following import Head
from tests.fakes.clock import START


def row(identity: str = "1", provider: str = "vast", **other: Any) -> Row:
    """A plain machine with one RTX 4090 at 0.42 dollars an hour."""
    values: dict[str, Any] = {
        "id": offer_id(provider, identity),
        "provider": provider,
        "provider_offer_id": identity,
        "machine_id": f"m{identity}",
        "host_id": "h1",
        "gpu_name": "RTX 4090",
        "gpu_count": 1,
        "vram_gb": 24.0,
        "cpu_cores": 16.0,
        "ram_gb": 64.0,
        "disk_gb": 500.0,
        "inet_down_mbps": 900.0,
        "inet_up_mbps": 400.0,
        "cuda_max": 12.8,
        "driver": "570.86",
        "region": "Sweden, SE",
        "country": "SE",
        "price_micros": 420_000,
        "spot_price_micros": 200_000,
        "storage_price_micros": 150_000,
        "egress_price_micros": 2_000,
        "provider_reliability": 0.99,
        "verified": True,
        "available": True,
        "first_seen": START,
        "last_seen": None,
        "gone_at": None,
        "revision": 1,
    }
    return Row(**{**values, **other})


def head(name: str = "vast", revision: int = 1, generation: int = 0, **other: Any) -> Head:
    values = {"seen_at": START, "last_complete_at": START, "last_error_code": None, "offers": 0}
    return Head(name=name, revision=revision, generation=generation, **{**values, **other})


@dataclass
class Stall:
    """A source of offers that holds what a test puts into it, as the database would after a sync."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    known: dict[str, Head] = field(default_factory=dict)
    away: Exception | None = None
    asked: list[str] = field(default_factory=list)

    def put(self, *rows: Row, seen_at: datetime = START, **other: Any) -> None:
        """As if the clouds of these rows had just told of them, and of nothing else."""
        for provider in dict.fromkeys(one.provider for one in rows):
            own = [one for one in rows if one.provider == provider]
            before = self.known.get(provider)
            revision = before.revision + 1 if before else 1
            self.rows[provider] = [one._replace(revision=revision) for one in own]
            generation = before.generation + 1 if before else 0
            values = {"seen_at": seen_at, "last_complete_at": seen_at, "offers": len(own)}
            self.known[provider] = head(provider, revision, generation, **{**values, **other})

    async def heads(self) -> Sequence[Head]:
        self._ask("heads")
        return sorted(self.known.values(), key=lambda one: one.name)

    async def since(self, provider: str, revision: int) -> Sequence[Row]:
        self._ask("since")
        return [one for one in self.rows[provider] if one.revision > revision]

    async def whole(self, provider: str) -> Sequence[Row]:
        self._ask("whole")
        return list(self.rows[provider])

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        if self.away is not None:
            raise self.away
