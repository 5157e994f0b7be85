"""The live socket of one instance: it watches that one, and nothing else, for whoever may see it."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.types import ASGIApp

from dumont.accounts.hashing import PasswordHasher
from dumont.basics.clock import Clock
from dumont.main.contexts import contexts
from dumont.main.web import make_app
from dumont.main.wiring import wired
from dumont.platform.db import Db
from dumont.platform.live.hub import Hub
from dumont.platform.parts import Parts
from dumont.platform.settings import Loaded
from tests.build import fleet as build
from tests.build.accounts import Person
from tests.fakes.hasher import FakeHasher
from tests.fakes.live import Line


@pytest.fixture
async def parts(loaded: Loaded, fresh_database_url: str) -> AsyncIterator[Parts]:
    """What happens must be committed to be told."""
    async with wired(loaded, fresh_database_url, contexts(), process="web") as parts:
        parts.put(PasswordHasher, FakeHasher())
        await parts.get(Hub).start()
        yield parts
        await parts.get(Hub).stop()


@pytest.fixture
def app(parts: Parts) -> ASGIApp:
    return make_app(contexts(), parts)


async def test_tells_its_owner_of_this_instance_and_a_stranger_of_nothing(app: ASGIApp, parts: Parts) -> None:
    async with AsyncClient(transport=ASGITransport(app), base_url="http://dumont.test/api/v1") as client:
        ada, eve = [await Person.joins(client, f"{name}@example.com") for name in ("ada", "eve")]
        async with parts.get(Db).begin() as tx:
            made = await build.an_instance(tx, parts.get(Clock).now(), owner_id=UUID(await ada.id()))
        own, path = f"instance:{made.id}", f"/api/v1/instances/{made.id}/stream"
        hub = parts.get(Hub)
        async with Line(hub, app=app, path=path) as line, Line(hub, app=app, path=path) as spy:
            await line.say(type="hello", token=ada.access_token)
            await spy.say(type="hello", token=eve.access_token)
            await line.heard(type="subscribed", topics=[own])
            await spy.heard(type="refused", topic=own, code="not_allowed")
            await ada.does("POST", f"/instances/{made.id}/hibernate")
            told = await line.until(lambda message: message.get("kind") == "fleet.operation_changed")
            assert told["data"]["operation"] == "hibernate"
            await line.say(type="subscribe", topics=["me"])
            await line.heard(type="refused", topic="me", code="not_allowed")
            assert spy.events == []
