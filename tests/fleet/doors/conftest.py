"""People who launch, over the whole application and real PostgreSQL, with a market that a test fills."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import update

from dumont.accounts.hashing import PasswordHasher
from dumont.fleet.tables import FleetCost, FleetInstance, FleetRental
from dumont.market.following import Market
from dumont.platform.db import Db
from dumont.platform.parts import Parts
from dumont.platform.settings import Settings
from tests.build import fleet as build
from tests.build.accounts import Person
from tests.build.offers import Stall, row
from tests.fakes.clock import FakeClock
from tests.fakes.hasher import FakeHasher

KEY = {"fields": {"api_key": "0123456789abcdef0123"}}


@pytest.fixture
def stall(parts: Parts, clock: FakeClock, settings: Settings) -> Stall:
    """Six machines of different hosts at one cloud, and one at another that nobody here has a key for."""
    parts.put(PasswordHasher, FakeHasher())
    stall = Stall()
    prices = (420_000, 440_000, 460_000, 480_000, 500_000, 520_000)
    machines = [
        row(str(number), host_id=f"h{number}", price_micros=price) for number, price in enumerate(prices, start=1)
    ]
    stall.put(*machines, row("r1", "runpod", price_micros=300_000))
    parts.put(Market, Market(stall, clock, stale_seconds=settings.market_stale_seconds))
    return stall


@pytest.fixture
def api(client: httpx.AsyncClient, stall: Stall) -> httpx.AsyncClient:
    client.base_url = httpx.URL("http://dumont.test/api/v1")
    return client


@pytest.fixture
async def ada(api: httpx.AsyncClient) -> Person:
    """With a key of one cloud."""
    ada = await Person.joins(api, "ada@example.com")
    await ada.does("PUT", "/provider-keys/vast", KEY)
    return ada


@pytest.fixture
async def at_google(ada: Person) -> None:
    """With a key of the cloud where standbys usually are."""
    await ada.does("PUT", "/provider-keys/gcp", {"fields": {"service_account": "{}"}})


@pytest.fixture
async def eve(api: httpx.AsyncClient, ada: Person) -> Person:
    return await Person.joins(api, "eve@example.com")


@dataclass(frozen=True)
class Box:
    """An instance of Ada's that is in the middle of its life."""

    id: UUID
    rental_id: UUID
    owner_id: UUID
    db: Db
    now: datetime

    @property
    def path(self) -> str:
        return f"/instances/{self.id}"

    async def set(self, **values: Any) -> None:
        async with self.db.begin() as tx:
            await tx.execute(update(FleetInstance).where(FleetInstance.id == self.id).values(values))

    async def set_rental(self, **values: Any) -> None:
        async with self.db.begin() as tx:
            await tx.execute(update(FleetRental).where(FleetRental.id == self.rental_id).values(values))

    async def add(self, *rows: Any) -> None:
        async with self.db.begin() as tx:
            tx.add_all(rows)

    async def rental(self, **values: Any) -> UUID:
        async with self.db.begin() as tx:
            instance = await tx.get_one(FleetInstance, self.id)
            return (await build.a_rental(tx, instance, self.now, **values))[0].id

    async def costs(self, rental_id: UUID, price: str, *, hours: float, until: datetime | None = None) -> None:
        """Since so many hours ago."""
        since = self.now - timedelta(hours=hours)
        await self.add(
            FleetCost(rental_id=rental_id, kind="compute", since=since, until=until, price_hour=Decimal(price))
        )


@pytest.fixture
async def box(ada: Person, db: Db, clock: FakeClock) -> Box:
    """Running on a machine at Vast for an hour."""
    me, now = UUID(await ada.id()), clock.now()
    began = now - timedelta(hours=1)
    async with db.begin() as tx:
        host_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEmSOCUP5TLvPvMy4vAaq4QNR9pJHs5yLOc4/BlfZyPb"
        instance = await build.an_instance(
            tx, now, owner_id=me, user_id=me, name="llama", why="It won.", awake_since=began, host_key_public=host_key
        )
        listed = {"gpu_name": "RTX 4090", "gpu_count": 2, "vram_gb": 24.0, "region": "Sweden, SE", "country": "SE"}
        machine = {"machine_id": "m1", "provider_machine_id": "7654321", "listed": listed}
        rental, _token = await build.a_rental(tx, instance, began, attempted_at=began, running_at=began, **machine)
        rental.addresses = [{"host": "ssh5.vast.ai", "port": 41022, "user": "root", "direct": True}]
    box = Box(instance.id, rental.id, me, db, now)
    await box.costs(rental.id, "0.5", hours=1)
    return box
