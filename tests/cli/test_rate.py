"""`dumont rate`: stars by those who rented the machine."""

import asyncio
from random import Random
from uuid import UUID

import pytest

from dumont.basics.machine_key import MachineKey
from dumont.platform.clock import SystemClock
from dumont.platform.db.engine import make_db, make_engine
from dumont.platform.events import Event
from dumont.platform.settings import Settings
from dumont.platform.work import SYSTEM, Work
from dumont.reliability import attempts
from dumont.reliability.attempts import Attempt, Succeeded
from tests.cli.terminal import Terminal

KEY = MachineKey("vast", "rated")


@pytest.fixture
def rented(ada: Terminal, database: str, settings: Settings) -> None:
    asyncio.run(_rent(database, settings, UUID(ada.does("whoami", "--json").json["id"])))


async def _rent(database: str, settings: Settings, user_id: UUID) -> None:
    engine = make_engine(database, settings, name="tests")
    async with make_db(engine).begin() as tx:
        work = Work(tx, SystemClock().now(), Random(7), SYSTEM, _publish, settings)
        await attempts.record(work, Attempt(KEY, "deploy", Succeeded(boot_seconds=9), user_id=user_id))
    await engine.dispose()


async def _publish(_event: Event) -> None:
    pass


@pytest.mark.usefixtures("rented")
class TestRate:
    def test_tells_the_new_average(self, ada: Terminal) -> None:
        ada.does("rate", str(KEY), "2")
        found = ada.does("rate", str(KEY), "4", "--comment", "Quick.", "--json").json
        assert (found["rating"], found["average_rating"], found["ratings"]) == (4, 4, 1)

    def test_is_refused_to_who_did_not_rent_it(self, bob: Terminal) -> None:
        found = bob.run("rate", str(KEY), "1")
        assert found.code != 0
        assert "not rented" in found.err

    def test_takes_one_to_five(self, ada: Terminal) -> None:
        assert ada.run("rate", str(KEY), "6").code == 2
