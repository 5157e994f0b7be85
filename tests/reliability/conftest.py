"""Machines with a past, over real PostgreSQL."""

from collections.abc import Callable
from random import Random

import httpx
import pytest
from sqlalchemy import update

from dumont.accounts.tables import User
from dumont.platform.db import Db, Tx
from dumont.platform.events import Event
from dumont.platform.settings import Settings
from dumont.platform.work import SYSTEM, Caller, Work
from tests.build.accounts import Person
from tests.fakes.clock import FakeClock
from tests.fakes.publisher import FakePublisher

WorkFor = Callable[..., Work]


@pytest.fixture
def published() -> FakePublisher:
    return FakePublisher()


@pytest.fixture
def work_for(clock: FakeClock, settings: Settings, published: FakePublisher) -> WorkFor:
    """The work of the clock's moment, in a transaction, as someone; settings may be others."""
    random = Random(7)

    def made(tx: Tx, caller: Caller = SYSTEM, **other: object) -> Work:
        now = clock.now()

        async def publish(event: Event) -> None:
            await published.publish(tx, event, now)

        return Work(tx, now, random, caller, publish, settings.model_copy(update=other))

    return made


@pytest.fixture
def work(work_for: WorkFor, tx: Tx) -> Work:
    return work_for(tx)


@pytest.fixture
def api(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """As a stranger."""
    client.base_url = httpx.URL("http://dumont.test/api/v1")
    return client


@pytest.fixture
async def admin(api: httpx.AsyncClient) -> Person:
    return await Person.joins(api, "root@example.com")


@pytest.fixture
async def operator(api: httpx.AsyncClient, admin: Person, db: Db) -> Person:
    person = await Person.joins(api, "ops@example.com")
    async with db.begin() as tx:
        await tx.execute(update(User).where(User.email == person.email).values(role="operator"))
    return person


@pytest.fixture
async def ada(api: httpx.AsyncClient, admin: Person) -> Person:
    return await Person.joins(api, "ada@example.com")


@pytest.fixture
async def bob(api: httpx.AsyncClient, admin: Person) -> Person:
    return await Person.joins(api, "bob@example.com")
