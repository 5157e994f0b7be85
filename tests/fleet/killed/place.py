"""Where lives are lived: a process to fork workers from, a cloud, and the doors before it and before the database."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import uvicorn

from dumont.simulators import server, vast
from dumont.simulators.stock import SimMachine
from dumont.simulators.world import World
from tests.fakes.clock import START
from tests.fleet.killed.clouds_door import CloudsDoor
from tests.fleet.killed.database_door import DatabaseDoor
from tests.fleet.killed.forks import Forks
from tests.fleet.killed.points import Witness

MACHINES, SMALL = 8, 4
"""With a GPU, and without."""
BEAT_SECONDS = 20.0


@dataclass
class Place:
    """What outlives a life."""

    folder: Path
    forks: Forks
    witness: Witness
    database: DatabaseDoor
    clouds: CloudsDoor
    world: World
    url: str
    """Of the clouds."""

    @property
    def told(self) -> Path:
        """Where the time stands."""
        return self.folder / "now"


def make_world() -> World:
    """Few machines: a dead worker must not leave others without any."""
    stock = [_machine(number, "RTX 4090", Decimal(100 + number) / 1000) for number in range(MACHINES)]
    stock += [_machine(number, None, Decimal(number) / 1000) for number in range(MACHINES, MACHINES + SMALL)]
    setup = replace(vast.SETUP, boot_median_seconds=5, boot_sigma=0.1)
    return World(setup, stock=stock, start=START)


def _machine(number: int, gpu: str | None, price: Decimal) -> SimMachine:
    return SimMachine(
        number=1000 + number,
        host=100 + number,
        gpu=gpu,
        gpu_count=1 if gpu else 0,
        prices=[(0, price)],
        storage_gb_month=Decimal(30),
    )


@asynccontextmanager
async def serving(door: CloudsDoor) -> AsyncIterator[str]:
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(door, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
    guest = server._Guest(config)
    task = asyncio.create_task(guest.serve(sockets=[listening]))
    await guest.ready.wait()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        guest.should_exit = True
        await task
        listening.close()


def environment(place: Place, clouds_url: str, lease_seconds: float) -> dict[str, str]:
    return {
        "DUMONT_HOME": str(place.folder / "home"),
        "DUMONT_DATABASE_STATEMENT_SECONDS": "20",
        "DUMONT_DATABASE_POOL_SIZE": "5",
        "DUMONT_LOG_LEVEL": "error",
        "DUMONT_PROVIDER_URLS": json.dumps({"vast": f"{clouds_url}/vast"}),
        "DUMONT_PROVIDER_KEYS": json.dumps({"vast": {"api_key": vast.SETUP.key}}),
        "DUMONT_WORKER_LEASE_SECONDS": str(lease_seconds),
        "DUMONT_MARKET_STALE_SECONDS": "86400",
        "DUMONT_FLEET_HOUSE_ACCOUNTS": "everyone",
        "DUMONT_FLEET_BEAT_SECONDS": str(BEAT_SECONDS),
        "DUMONT_FLEET_LIST_SECONDS": "60",
        "DUMONT_FLEET_WATCH_SECONDS": "8",
        "DUMONT_FLEET_STANDBY_PROVIDER": "vast",
    }
