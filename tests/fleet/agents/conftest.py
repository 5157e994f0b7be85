"""An instance with a machine, and an agent on it that says what it is told to say."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import update

from dumont.fleet.means import Means
from dumont.fleet.store import beats
from dumont.fleet.tables import FleetBeat, FleetInstance, FleetRental
from dumont.platform.db import Db
from dumont.platform.parts import Parts
from tests.build import fleet as build
from tests.fakes.clock import FakeClock

AGENT_STATUS = "http://dumont.test/api/v1/agent/status"
GPU = {
    "index": 0,
    "name": "NVIDIA H100 80GB HBM3",
    "utilisation": 0.0,
    "memory_used_mb": 8_000,
    "memory_total_mb": 80_000,
    "temperature_c": 41,
    "power_w": 90,
    "processes": 0,
}
QUIET: dict[str, Any] = {
    "gpus": [GPU],
    "cpu_percent": 2.0,
    "ram_used_mb": 100,
    "ram_total_mb": 1000,
    "disk_used_gb": 10,
    "disk_total_gb": 100,
    "net_in_mbps": 0.0,
    "net_out_mbps": 0.0,
    "sessions": 0,
    "notebooks": 0,
    "processes": [],
}


@dataclass
class Agent:
    client: httpx.AsyncClient
    clock: FakeClock
    db: Db
    token: str
    instance_id: UUID
    rental_id: UUID
    boot: str = "first"
    seq: int = 0

    def sample(self, gpu: float | None = 0.0, *, age: float = 0.0, **other: Any) -> dict[str, Any]:
        at = self.clock.now() - timedelta(seconds=age)
        return {"at": at.isoformat(), **QUIET, "gpus": [{**GPU, "utilisation": gpu}], **other}

    async def says(self, *samples: dict[str, Any], **said: Any) -> httpx.Response:
        self.seq += 1
        body = {"version": "1", "boot": self.boot, "seq": self.seq, "samples": list(samples or [self.sample()]), **said}
        return await self.client.post(AGENT_STATUS, json=body, headers={"authorization": f"Bearer {self.token}"})

    async def beats(self, gpu: float | None = 0.0, *, after: float = 10.0, **other: Any) -> dict[str, Any]:
        """The answer."""
        self.clock.advance(seconds=after)
        answer = await self.says(self.sample(gpu, **other))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def beat(self) -> FleetBeat:
        async with self.db.begin() as tx:
            return (await beats.of(tx, [self.rental_id]))[self.rental_id]

    async def instance(self) -> FleetInstance:
        async with self.db.begin() as tx:
            return await tx.get_one(FleetInstance, self.instance_id, populate_existing=True)

    async def rental(self) -> FleetRental:
        async with self.db.begin() as tx:
            return await tx.get_one(FleetRental, self.rental_id, populate_existing=True)

    async def changes(self, table: Any, **values: Any) -> None:
        identity = self.instance_id if table is FleetInstance else self.rental_id
        async with self.db.begin() as tx:
            await tx.execute(update(table).where(table.id == identity).values(**values))


@pytest.fixture
async def agent(client: httpx.AsyncClient, db: Db, clock: FakeClock) -> Agent:
    async with db.begin() as tx:
        instance = await build.an_instance(tx, clock.now())
        rental, token = await build.a_rental(tx, instance, clock.now())
        return Agent(client, clock, db, token, instance.id, rental.id)


@pytest.fixture
def means(parts: Parts) -> Means:
    return Means.of(parts.get)
