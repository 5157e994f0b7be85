"""Clouds in trouble over real HTTP: the market stays up, quick, and honest about the age of what each one said.

One worker's duties read five simulated clouds at once. One of them hangs, one talks garbage, one asks for pauses, one
says all of a sudden that it has nothing; the fifth is well, and must not notice.
"""

import asyncio
import copy
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
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
from dumont.market.means import Means
from dumont.market.sync import sync
from dumont.platform.clock import SystemClock
from dumont.platform.db.engine import make_db, make_engine
from dumont.platform.db.glance import GlancePool
from dumont.platform.jobs.duties import Duties
from dumont.platform.parts import Parts
from dumont.platform.settings import Loaded, Settings
from dumont.providers import registry
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
MANY = 60
PATIENCE = 120.0
"""Nothing depends on it but how soon a failure is told."""
TROUBLE: Mapping[str, Mapping[str, Any]] = {
    HANGING: {"fault": "hang"},
    BABBLING: {"fault": "garbage"},
    HURRIED: {"fault": "status", "status": 429, "headers": {"retry-after": "3600"}},
    EMPTY: {"fault": "empty_list"},
}
Stands = dict[str, dict[str, Any]]
SAID = {HANGING: "timeout", BABBLING: "unavailable", HURRIED: "rate_limited", EMPTY: "empty_answer"}


@dataclass
class Market:
    api: httpx.AsyncClient
    simulators: Simulators
    parts: Parts
    going: dict[str, Duties]

    async def stands(self) -> dict[str, dict[str, Any]]:
        answer = await self.api.get("/providers")
        return {each["name"]: each for each in answer.json()["items"]}

    async def searched(self, **wanted: Any) -> dict[str, Any]:
        answer = await self.api.get("/offers", params={"limit": 1, **wanted})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def told(self) -> dict[str, dict[str, Any]]:
        """What a search says of each cloud."""
        return {each["name"]: each for each in (await self.searched())["providers"]}

    async def until(self, there: Callable[[Stands], bool], ask: Callable[[], Awaitable[Stands]]) -> Stands:
        deadline = time.monotonic() + PATIENCE
        while not there(found := await ask()):
            assert time.monotonic() < deadline, found
            await asyncio.sleep(0.05)
        return found

    async def trouble(self) -> None:
        """Only who reads the hanging cloud has little patience: however slow the computer, all others come to an end,
        and silence does not. No reading that began with more patience may still be under way."""
        await self.going[HANGING].stop()
        for name, fault in TROUBLE.items():
            self.simulators.worlds[name].faults.replace([fault])
        self.going[HANGING] = _reading(HANGING, self._impatient())
        self.going[HANGING].start()

    async def relief(self, names: Iterable[str]) -> None:
        """Each is read anew without waiting for the end of its pause, as when somebody asks for it."""
        for name in names:
            await self.going.pop(name).stop()
            self.simulators.worlds[name].faults.replace([])
            deadline = time.monotonic() + PATIENCE
            while await sync(Means.of(self.parts.get), registry.kind(name), early=True) is None:
                assert time.monotonic() < deadline, "a claim that was left behind runs out"
                await asyncio.sleep(0.05)

    def _impatient(self) -> Parts:
        other = copy.copy(self.parts)
        other._parts = dict(self.parts._parts)
        settings = self.parts.get(Settings)
        other.put(Settings, settings.model_copy(update={"market_sync_seconds_max": 0.1}))
        return other


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
        "market_sync_seconds": 0.2,
        "market_sync_seconds_max": PATIENCE,
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
    going = {name: _reading(name, parts) for name in NAMES}
    for each in going.values():
        each.start()
    transport = httpx.ASGITransport(make_app(contexts(), parts))
    async with httpx.AsyncClient(transport=transport, base_url="http://dumont.test/api/v1") as api:
        yield Market(api, simulators, parts, going)
    for each in going.values():
        await each.stop()


def _reading(name: str, parts: Parts) -> Duties:
    return Duties([duty for duty in DUTIES if duty.name == f"market.sync.{name}"], parts)


def seen(found: dict[str, Any]) -> Any:
    return found["last_complete_at"]


async def test_the_market_lives_with_clouds_in_trouble(market: Market) -> None:
    before = await market.until(lambda found: all(found[n]["offers"] and seen(found[n]) for n in NAMES), market.stands)
    assert before[EMPTY]["offers"] == MANY
    assert not any(before[name]["error_code"] or before[name]["stale"] for name in NAMES)

    await market.trouble()
    during = await market.until(
        lambda found: (
            {name: found[name]["error_code"] for name in TROUBLE} == SAID
            and seen(found[WELL]) > max(seen(found[name]) for name in TROUBLE)
            and seen(found[WELL]) > seen(before[WELL])  # the others hold up nobody
        ),
        market.stands,
    )
    for name in TROUBLE:
        assert during[name]["offers"] == before[name]["offers"], "nothing is gone by an answer that is none"
        assert during[name]["age_seconds"] >= during[WELL]["age_seconds"]
    assert (await market.searched(provider=EMPTY))["total"] == MANY
    told = await market.until(
        lambda told: (
            {name: told[name]["error"] for name in TROUBLE} == SAID
            and all(told[name]["age_seconds"] > told[WELL]["age_seconds"] for name in TROUBLE)
        ),
        market.told,
    )
    assert told[WELL]["error"] is None

    await market.relief(set(TROUBLE) - {HURRIED})
    after = await market.stands()
    assert {name for name in NAMES if after[name]["error_code"]} == {HURRIED}
    assert after[HURRIED]["error_code"] == "rate_limited", "it asked for an hour"
    assert {name: after[name]["offers"] for name in NAMES} == {name: before[name]["offers"] for name in NAMES}


def _machine(number: int) -> SimMachine:
    return SimMachine(number=number, host=number, gpu="RTX 4090", gpu_count=1, prices=[(0, Decimal("0.4"))])
