"""All simulated clouds in one process on one port: `http://127.0.0.1:PORT/vast`, `/runpod`, and so on.

python -m dumont.simulators.server --port 8800 --seed 7
"""

import argparse
import asyncio
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol, cast

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from dumont.simulators.control import steered
from dumont.simulators.faults import Wire
from dumont.simulators.stock import Stock
from dumont.simulators.world import BEGINNING, Setup, World

NAMES = ("vast", "runpod", "lambda", "akash", "ionet", "aws", "gcp", "local")
MODULES = {"lambda": "lambda_cloud"}


@dataclass(frozen=True, slots=True)
class Simulators:
    url: str
    worlds: Mapping[str, World]

    def of(self, name: str) -> str:
        """The address that stands for the cloud's own."""
        return f"{self.url}/{name}"


def worlds(
    names: Sequence[str] = NAMES,
    *,
    seed: int = 1,
    stocks: Mapping[str, Stock] | None = None,
    start: datetime = BEGINNING,
    real: bool = False,
) -> dict[str, World]:
    """One for each simulator that is there."""
    return {
        name: World(module.SETUP, seed=seed, stock=(stocks or {}).get(name), start=start, real=real)
        for name in names
        if (module := _module(name)) is not None
    }


def all_in_one(made: Mapping[str, World]) -> ASGIApp:
    return Wire(
        Starlette(routes=[Mount(f"/{name}", steered(world, _cloud(name, world))) for name, world in made.items()])
    )


def credentials_of(name: str, world: World, url: str) -> dict[str, str]:
    """With which the one account of a simulated cloud signs in; a cloud whose keys are no plain key says so itself."""
    own = getattr(_module(name), "credentials", None)
    return dict(own(world, url)) if own else {"api_key": world.setup.key}


@asynccontextmanager
async def serve(made: Mapping[str, World], *, port: int = 0, host: str = "127.0.0.1") -> AsyncIterator[Simulators]:
    """Answers from entering to leaving; port 0 takes a free one."""
    listening = socket.create_server((host, port))
    config = uvicorn.Config(all_in_one(made), log_level="warning", lifespan="off", timeout_graceful_shutdown=1)
    server = _Guest(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    await server.ready.wait()
    try:
        yield Simulators(f"http://{host}:{listening.getsockname()[1]}", made)
    finally:
        server.should_exit = True
        await task
        listening.close()


class _Guest(uvicorn.Server):
    """Lives in somebody else's process: says when it is up, and leaves the signals alone."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        return nullcontext()


class Simulator(Protocol):
    """What a module of a simulated cloud holds."""

    SETUP: Setup

    def app(self, world: World) -> ASGIApp: ...


def _module(name: str) -> Simulator | None:
    path = f"dumont.simulators.{MODULES.get(name, name)}"
    return cast(Simulator, import_module(path)) if find_spec(path) else None


def _cloud(name: str, world: World) -> ASGIApp:
    return cast(Simulator, _module(name)).app(world)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m dumont.simulators.server")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8800)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--still", action="store_true", help="time stands still until /_sim/advance")
    given = parser.parse_args(arguments)
    start = datetime.now(UTC)  # noqa: TID251 - a program of its own, with no platform beneath it
    made = worlds(seed=given.seed, start=start, real=not given.still)
    uvicorn.run(all_in_one(made), host=given.host, port=given.port, log_level="warning")


if __name__ == "__main__":
    main()
