"""Every simulated cloud on one port for the whole run, and adapters opened at them as the product does."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from dumont.providers import registry
from dumont.providers.freezing import LocalFreezes
from dumont.providers.limiting import LocalLimiter
from dumont.providers.opening import Clouds, Opened
from dumont.providers.port import Adapter, Capabilities, Kind
from dumont.simulators import server
from dumont.simulators.server import Simulators
from dumont.simulators.world import World
from tests.fakes.clock import FakeClock
from tests.providers.profile import Profile, profile_of


class HurriedClock(FakeClock):
    """Whoever sleeps on it wakes at once, that much later."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []
        self._others: list[Callable[[float], None]] = []

    def also(self, advance: Callable[[float], None]) -> None:
        """Another clock that goes with this one."""
        self._others.append(advance)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds=max(0.0, seconds))
        for advance in self._others:
            advance(max(0.0, seconds))


@dataclass(slots=True)
class Lab:
    """One cloud under test: its adapter, and the hands that steer the simulated side."""

    name: str
    opened: Opened
    clouds: Clouds
    world: World
    clock: HurriedClock
    control: httpx.AsyncClient

    @property
    def adapter(self) -> Adapter:
        return self.opened.adapter

    async def faults(self, *rows: Mapping[str, Any]) -> None:
        (await self.control.put("/_sim/faults", json=list(rows))).raise_for_status()

    async def advance(self, seconds: float) -> None:
        (await self.control.post("/_sim/advance", json={"seconds": seconds})).raise_for_status()

    async def act(self, action: str, machine_id: str | None = None, **given: Any) -> None:
        answer = await self.control.post("/_sim/act", json={"action": action, "id": machine_id, **given})
        answer.raise_for_status()

    async def bills(self) -> dict[str, dict[str, str]]:
        rows = (await self.control.get("/_sim/bills")).json()["bills"]
        return {row["id"]: row for row in rows}

    async def truth(self) -> list[dict[str, Any]]:
        """What is really rented, ended or not."""
        rows: list[dict[str, Any]] = (await self.control.get("/_sim/machines")).json()["machines"]
        return rows

    async def stock(self, *rows: Mapping[str, Any]) -> None:
        (await self.control.post("/_sim/stock", json=list(rows))).raise_for_status()


class MakeLab:
    """Call it with a cloud's name and credentials; each begins with a fresh world."""

    def __init__(self, simulators: Simulators) -> None:
        self._simulators = simulators
        self._open: list[Lab] = []

    def __call__(self, name: str, credentials: Mapping[str, str], *, keep: bool = False) -> Lab:
        world = self._simulators.worlds[name]
        world.reset()
        clock = HurriedClock()
        url = self._simulators.of(name)
        clouds = Clouds(LocalLimiter(clock), LocalFreezes(clock), urls={name: url})
        opened = clouds.open(name, credentials, keep=keep)
        lab = Lab(name, opened, clouds, world, clock, httpx.AsyncClient(base_url=url, trust_env=False))
        self._open.append(lab)
        return lab

    async def close(self) -> None:
        for lab in self._open:
            await lab.clouds.close()
            await lab.control.aclose()


@pytest.fixture(scope="session")
async def simulators() -> AsyncIterator[Simulators]:
    async with server.serve(server.worlds()) as running:
        yield running


@pytest.fixture
async def make_lab(simulators: Simulators) -> AsyncIterator[MakeLab]:
    maker = MakeLab(simulators)
    yield maker
    await maker.close()


@pytest.fixture
def profile(name: str) -> Profile:
    return profile_of(name)


@pytest.fixture
def kind(name: str) -> Kind:
    return registry.kind(name)


@pytest.fixture
def can(kind: Kind) -> Capabilities:
    return kind.can


@pytest.fixture
async def lab(name: str, profile: Profile, make_lab: MakeLab) -> Lab:
    return make_lab(name, profile.credentials, keep=True)
