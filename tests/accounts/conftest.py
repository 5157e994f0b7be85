"""The real application over real PostgreSQL, with accounts alone in it."""

from collections.abc import AsyncIterator, Callable, Sequence
from random import Random
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from dumont.accounts.api import ROUTERS
from dumont.accounts.belongings import Belongings
from dumont.accounts.hashing import PasswordHasher
from dumont.accounts.signer import Signer
from dumont.basics.clock import Clock
from dumont.main.web import make_app
from dumont.platform.contexts import Context
from dumont.platform.db import Db, Tx
from dumont.platform.db.engine import make_db, make_engine
from dumont.platform.db.glance import Glance
from dumont.platform.http.buckets import Buckets
from dumont.platform.http.limits import RateLimits
from dumont.platform.parts import Parts
from dumont.platform.secrets import Vault, new_key
from dumont.platform.settings import Settings
from dumont.platform.work import Publisher
from tests.build.accounts import Person
from tests.fakes.clock import FakeClock
from tests.fakes.glance import GlanceInSession
from tests.fakes.hasher import FakeHasher
from tests.fakes.publisher import FakePublisher


class Nothing:
    """There is nothing here but accounts."""

    async def of_team(self, _tx: Tx, _team_id: UUID) -> Sequence[str]:
        return []


@pytest.fixture
def hasher() -> FakeHasher:
    return FakeHasher()


@pytest.fixture
def published() -> FakePublisher:
    return FakePublisher()


@pytest.fixture
def vault() -> Vault:
    return Vault([new_key()])


@pytest.fixture
def wire(
    clock: FakeClock, settings: Settings, hasher: FakeHasher, published: FakePublisher, vault: Vault
) -> Callable[[Db], Parts]:
    def wired(db: Db) -> Parts:
        parts = Parts()
        parts.put(Db, db)
        parts.put(Glance, GlanceInSession(db))
        parts.put(Clock, clock)
        parts.put(Random, Random(7))
        parts.put(Settings, settings)
        parts.put(PasswordHasher, hasher)
        parts.put(Belongings, Nothing())
        parts.put(Publisher, published)
        parts.put(Signer, Signer("k" * 32))
        parts.put(Vault, vault)
        parts.put(Buckets, Buckets(db))
        parts.put(RateLimits, RateLimits(settings.model_copy(update={"rate_limit_anonymous": "100000/minute"})))
        return parts

    return wired


@pytest.fixture
def parts(wire: Callable[[Db], Parts], db: Db) -> Parts:
    return wire(db)


@pytest.fixture(scope="session")
def accounts_app() -> FastAPI:
    """One for all tests, as `app` is."""
    return make_app((Context("accounts", ROUTERS),))


@pytest.fixture
async def client(parts: Parts, accounts_app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """One request at a time: all of them share the one transaction of the test."""
    async with client_of(parts, app=accounts_app) as client:
        yield client


@pytest.fixture
async def crowd(
    wire: Callable[[Db], Parts], fresh_database_url: str, settings: Settings
) -> AsyncIterator[httpx.AsyncClient]:
    """Many requests at once, each with a connection and a transaction of its own, over a fresh database."""
    engine = make_engine(fresh_database_url, settings.model_copy(update={"database_pool_size": 40}), name="crowd")
    async with client_of(wire(make_db(engine))) as client:
        yield client
    await engine.dispose()


def client_of(parts: Parts, ip: str = "127.0.0.1", *, app: FastAPI | None = None) -> httpx.AsyncClient:
    app = app or make_app((Context("accounts", ROUTERS),))
    app.state.parts = parts
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(ip, 50000))
    return httpx.AsyncClient(transport=transport, base_url="http://dumont.test/api/v1")


@pytest.fixture
async def admin(client: httpx.AsyncClient) -> Person:
    """The first account of all."""
    return await Person.joins(client, "root@example.com")


@pytest.fixture
async def ada(client: httpx.AsyncClient, admin: Person) -> Person:
    return await Person.joins(client, "ada@example.com")
