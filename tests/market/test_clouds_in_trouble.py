"""Clouds in trouble over real HTTP: the market stays up, quick, and honest about the age of what each one said.

One worker's duties read five simulated clouds at once. One of them hangs, one talks garbage, one asks for pauses, one
says all of a sudden that it has nothing; the fifth is well, and must not notice.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx
import orjson
import pytest

from dumont.main.contexts import contexts
from dumont.main.web import make_app
from dumont.main.wiring import assemble
from dumont.market.jobs import DUTIES
from dumont.platform.clock import SystemClock
from dumont.platform.db.engine import make_db, make_engine
from dumont.platform.db.glance import GlancePool
from dumont.platform.jobs.duties import Duties
from dumont.platform.parts import Parts
from dumont.platform.settings import Loaded, Settings
from dumont.providers.freezing import LocalFreezes
from dumont.providers.limiting import LocalLimiter
from dumont.providers.opening import Clouds
from dumont.simulators import server
from dumont.simulators.server import Simulators
from dumont.simulators.stock import SimMachine
from tests.providers.conftest import HurriedClock

pytestmark = pytest.mark.slow

WELL, HANGING, BABBLING, HURRIED, EMPTY = "ionet", "runpod", "lambda", "akash", "vast"
NAMES = (WELL, HANGING, BABBLING, HURRIED, EMPTY)
MANY = 4_999
"""The most that this cloud lists at once, less one."""
PATIENCE = 60.0
TROUBLE: Mapping[str, Mapping[str, Any]] = {
    HANGING: {"fault": "hang"},
    BABBLING: {"fault": "garbage"},
    HURRIED: {"fault": "status", "status": 429, "headers": {"retry-after": "120"}},
    EMPTY: {"fault": "empty_list"},
}
SAID = {HANGING: "timeout", BABBLING: "unavailable", HURRIED: "rate_limited", EMPTY: "empty_answer"}


@dataclass
class Market:
    api: httpx.AsyncClient
    simulators: Simulators
    parts: Parts

    async def stands(self) -> dict[str, dict[str, Any]]:
        answer = await self.api.get("/providers")
        return {each["name"]: each for each in answer.json()["items"]}

    async def searched(self, **wanted: Any) -> dict[str, Any]:
        answer = await self.api.get("/offers", params={"limit": 1, **wanted})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def until(self, there: Callable[[dict[str, dict[str, Any]]], bool]) -> dict[str, dict[str, Any]]:
        deadline = time.monotonic() + PATIENCE
        while not there(found := await self.stands()):
            assert time.monotonic() < deadline, {
                name: (each["offers"], each["error_code"], each["age_seconds"]) for name, each in found.items()
            }
            await asyncio.sleep(0.05)
        return found

    def trouble(self) -> None:
        """From now on nobody waits long for an answer."""
        settings = self.parts.get(Settings)
        self.parts.put(Settings, settings.model_copy(update={"market_sync_seconds_max": 1.0}))
        for name, fault in TROUBLE.items():
            self.simulators.worlds[name].faults.replace([fault])

    def relief(self) -> None:
        settings = self.parts.get(Settings)
        self.parts.put(Settings, settings.model_copy(update={"market_sync_seconds_max": 60.0}))
        for name in TROUBLE:
            self.simulators.worlds[name].faults.replace([])


@pytest.fixture(scope="module")
async def simulators() -> AsyncIterator[Simulators]:
    machines = [_machine(number) for number in range(MANY)]
    async with server.serve(server.worlds(NAMES, stocks={EMPTY: machines})) as running:
        yield running


@pytest.fixture
def quick(loaded: Loaded, simulators: Simulators) -> Loaded:
    keys = {name: server.credentials_of(name, world, simulators.of(name)) for name, world in simulators.worlds.items()}
    changes = {
        "provider_keys": orjson.dumps(keys).decode(),
        "provider_urls": {name: simulators.of(name) for name in NAMES},
        "market_sync_seconds": 0.5,
    }
    settings = Settings.model_validate({**loaded.settings.model_dump(), **changes})
    return Loaded(settings, loaded.sources, None)


@pytest.fixture
async def parts(quick: Loaded, fresh_database_url: str) -> AsyncIterator[Parts]:
    engine = make_engine(fresh_database_url, quick.settings, name="market")
    glance = GlancePool(fresh_database_url, quick.settings, name="market")
    parts = assemble(quick, fresh_database_url, contexts(), db=make_db(engine), glance=glance, clock=SystemClock())
    hurried = HurriedClock()  # limits of the clouds are no matter here
    clouds = Clouds(LocalLimiter(hurried), LocalFreezes(hurried), urls=quick.settings.provider_urls)
    parts.put(Clouds, clouds)
    yield parts
    await clouds.close()
    await glance.close()
    await engine.dispose()


@pytest.fixture
async def market(parts: Parts, simulators: Simulators) -> AsyncIterator[Market]:
    duties = Duties([duty for duty in DUTIES if duty.name.rsplit(".", 1)[1] in NAMES], parts)
    duties.start()
    transport = httpx.ASGITransport(make_app(contexts(), parts))
    async with httpx.AsyncClient(transport=transport, base_url="http://dumont.test/api/v1") as api:
        yield Market(api, simulators, parts)
    await duties.stop()


def seen(found: dict[str, Any]) -> Any:
    return found["last_complete_at"]


async def test_the_market_lives_with_clouds_in_trouble(market: Market) -> None:
    before = await market.until(lambda found: all(found[name]["offers"] and seen(found[name]) for name in NAMES))
    assert before[EMPTY]["offers"] == MANY
    assert not any(before[name]["error_code"] or before[name]["stale"] for name in NAMES)

    market.trouble()
    during = await market.until(lambda found: {name: found[name]["error_code"] for name in TROUBLE} == SAID)
    for name in TROUBLE:
        assert during[name]["offers"] == before[name]["offers"], "nothing is gone by an answer that is none"
        assert during[name]["age_seconds"] > during[WELL]["age_seconds"]
    assert seen(during[WELL]) > seen(before[WELL]), "the others hold up nobody"
    assert (await market.searched(provider=EMPTY))["total"] == MANY
    told = {each["name"]: each for each in (await market.searched())["providers"]}
    assert {name: told[name]["error"] for name in TROUBLE} == {name: during[name]["error_code"] for name in TROUBLE}
    assert told[EMPTY]["age_seconds"] > told[WELL]["age_seconds"]

    market.relief()
    well_again = set(TROUBLE) - {HURRIED}
    after = await market.until(lambda found: not any(found[name]["error_code"] for name in well_again))
    assert after[HURRIED]["error_code"] == "rate_limited", "it asked for two minutes"
    assert {name: after[name]["offers"] for name in NAMES} == {name: before[name]["offers"] for name in NAMES}


def _machine(number: int) -> SimMachine:
    return SimMachine(number=number, host=number, gpu="RTX 4090", gpu_count=1, prices=[(0, Decimal("0.4"))])
