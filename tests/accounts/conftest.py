"""The real application over real PostgreSQL, with accounts alone in it."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from dumont.accounts.api import router
from dumont.accounts.hashing import PasswordHasher
from dumont.accounts.signer import Signer
from dumont.basics.clock import Clock
from dumont.main.web import make_app
from dumont.platform.contexts import Context
from dumont.platform.db import Db
from dumont.platform.http.buckets import Buckets
from dumont.platform.http.limits import RateLimits
from dumont.platform.parts import Parts
from dumont.platform.secrets import Vault, new_key
from dumont.platform.settings import Settings
from dumont.platform.work import Publisher
from tests.build.accounts import Person
from tests.fakes.clock import FakeClock
from tests.fakes.hasher import FakeHasher
from tests.fakes.publisher import FakePublisher


@pytest.fixture
def hasher() -> FakeHasher:
    return FakeHasher()


@pytest.fixture
def published() -> FakePublisher:
    return FakePublisher()


@pytest.fixture
def parts(db: Db, clock: FakeClock, settings: Settings, hasher: FakeHasher, published: FakePublisher) -> Parts:
    parts = Parts()
    parts.put(Db, db)
    parts.put(Clock, clock)
    parts.put(Settings, settings)
    parts.put(PasswordHasher, hasher)
    parts.put(Publisher, published)
    parts.put(Signer, Signer("k" * 32))
    parts.put(Vault, Vault([new_key()]))
    parts.put(Buckets, Buckets(db))
    parts.put(RateLimits, RateLimits(settings.model_copy(update={"rate_limit_anonymous": "100000/minute"})))
    return parts


@pytest.fixture
def app(parts: Parts) -> FastAPI:
    return make_app([Context("accounts", router)], parts)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://dumont.test/api/v1") as client:
        yield client


@pytest.fixture
async def admin(client: httpx.AsyncClient) -> Person:
    """The first account of all."""
    return await Person.joins(client, "root@example.com")


@pytest.fixture
async def ada(client: httpx.AsyncClient, admin: Person) -> Person:
    return await Person.joins(client, "ada@example.com")
