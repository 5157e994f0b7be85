"""People with snapshots, over real PostgreSQL and a store in a folder of the test's own."""

from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from dumont.main.contexts import contexts
from dumont.main.wiring import assemble
from dumont.platform.db import Db
from dumont.platform.parts import Parts
from dumont.platform.settings import Loaded
from tests.build import snapshots as build
from tests.build.accounts import Person
from tests.fakes.clock import FakeClock
from tests.fakes.glance import GlanceInSession


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def parts(loaded: Loaded, database_url: str, db: Db, clock: FakeClock, store: Path) -> Parts:
    """With a store of this test's own."""
    own = replace(loaded, settings=loaded.settings.model_copy(update={"snapshots_store": store.as_uri()}))
    return assemble(own, database_url, contexts(), db=db, glance=GlanceInSession(db), clock=clock)


@pytest.fixture
def api(client: httpx.AsyncClient) -> httpx.AsyncClient:
    client.base_url = httpx.URL("http://dumont.test/api/v1")
    return client


@pytest.fixture
async def ada(api: httpx.AsyncClient) -> Person:
    return await Person.joins(api, "ada@example.com")


@pytest.fixture
async def eve(api: httpx.AsyncClient, ada: Person) -> Person:
    return await Person.joins(api, "eve@example.com")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small tree with some of each kind of thing."""
    return build.tree(tmp_path / "workspace")


@pytest.fixture
async def snapshot(ada: Person, parts: Parts, folder: Path) -> str:
    """A complete one of Ada's, of that tree."""
    return await build.complete(ada, parts, folder, label="box")
