"""The real database is stopped while people search: they go on, signed in or not, and are told what is missing."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from dumont.main.contexts import contexts
from dumont.main.web import enveloped, make_app
from dumont.main.wiring import assemble
from dumont.market.following import Market
from dumont.platform.db import migrate
from dumont.platform.db.embedded import EmbeddedPostgres
from dumont.platform.db.engine import make_db, make_engine
from dumont.platform.db.glance import GlancePool
from dumont.platform.parts import Parts
from dumont.platform.settings import Loaded
from tests.build.accounts import Person
from tests.conftest import UNSAFE_BUT_FAST
from tests.fakes.clock import FakeClock
from tests.main.installation import open_folder

AT_ONCE = 40


@pytest.fixture
def server() -> Iterator[EmbeddedPostgres]:
    with open_folder() as folder, EmbeddedPostgres(folder / "postgres", options=UNSAFE_BUT_FAST) as server:
        asyncio.run(migrate.upgrade(server.url))
        yield server


@pytest.fixture
async def parts(server: EmbeddedPostgres, loaded: Loaded, clock: FakeClock) -> AsyncIterator[Parts]:
    engine = make_engine(server.url, loaded.settings, name="tests")
    glance = GlancePool(server.url, loaded.settings, name="tests")
    yield assemble(loaded, server.url, contexts(), db=make_db(engine), glance=glance, clock=clock)
    await glance.close()
    await engine.dispose()


@pytest.fixture
async def client(parts: Parts, loaded: Loaded) -> AsyncIterator[httpx.AsyncClient]:
    app = enveloped(make_app(contexts(), parts), loaded.settings)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("127.0.0.1", 50000))
    async with httpx.AsyncClient(transport=transport, base_url="http://dumont.test/api/v1") as client:
        yield client


class TestSearch:
    async def test_goes_on_for_everybody_under_load(
        self, client: httpx.AsyncClient, parts: Parts, server: EmbeddedPostgres
    ) -> None:
        ada = await Person.joins(client, "ada@example.com")
        await parts.get(Market).look()
        known = await ada.gets("/gpus/search")
        assert known["reliability"]["available"] is True
        tokens = {"authorization": f"Bearer {ada.access_token}"}
        stopping = asyncio.create_task(asyncio.to_thread(server.__exit__, None, None, None))
        answers = []
        while not stopping.done():
            asked = [client.get("/gpus/search", headers=tokens if number % 2 else {}) for number in range(AT_ONCE)]
            answers += await asyncio.gather(*asked)
        answers += await asyncio.gather(*[client.get("/gpus/search", headers=tokens) for _ in range(AT_ONCE)])
        assert {answer.status_code for answer in answers} == {200}
        last = answers[-1].json()["reliability"]
        assert last["available"] is False
        assert "not applied" in last["note"]
