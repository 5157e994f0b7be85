"""Rentals at a simulated cloud, each test on a fresh world and a database of its own."""

from collections.abc import AsyncIterator

import pytest

from dumont.fleet.tables import FleetAccount
from dumont.platform.db.engine import Db, make_db, make_engine
from dumont.platform.settings import Settings
from dumont.simulators import server
from dumont.simulators.server import Simulators
from tests.fleet.cloud_lab import CloudLab, make_lab


@pytest.fixture(scope="session")
async def simulators() -> AsyncIterator[Simulators]:
    async with server.serve(server.worlds()) as running:
        yield running


@pytest.fixture
async def own_db(fresh_database_url: str, settings: Settings) -> AsyncIterator[Db]:
    engine = make_engine(fresh_database_url, settings, name="rentals")
    yield make_db(engine)
    await engine.dispose()


@pytest.fixture
async def lab(own_db: Db, settings: Settings, simulators: Simulators) -> AsyncIterator[CloudLab]:
    made = make_lab(own_db, settings, simulators, "vast")
    yield made
    await made.means.clouds.close()


@pytest.fixture
async def account(lab: CloudLab) -> FleetAccount:
    return await lab.account()
