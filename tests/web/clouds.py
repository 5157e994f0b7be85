"""Simulated clouds beside a server under test: two that answer, one that refuses the key, and none that is real."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from dumont.providers.registry import NAMES
from dumont.simulators.server import credentials_of, serve, worlds
from dumont.simulators.world import World
from tests.web.people import Installation

OPEN = ("vast", "lambda")
CLOSED = "runpod"
READ_SECONDS = 60.0


class Clouds:
    """Their worlds, and the settings that lead a server to them."""

    def __init__(self, url: str, made: Mapping[str, World]) -> None:
        self.url = url
        self.worlds = made

    def environment(self) -> dict[str, str]:
        keys = {name: credentials_of(name, self.worlds[name], f"{self.url}/{name}") for name in OPEN}
        urls = {name: f"{self.url}/{name}" for name in NAMES if name != "local"}  # a folder, not an address
        return {
            "DUMONT_PROVIDER_URLS": json.dumps(urls),
            "DUMONT_PROVIDER_KEYS": json.dumps({**keys, CLOSED: {"api_key": "rpa_not_a_key"}}),
        }

    def turn_over(self, name: str) -> None:
        """What was dear is cheap and the other way round; whoever reads it next sees it."""
        for machine in self.worlds[name].stock:
            machine.prices = [(since, 1 / price) for since, price in machine.prices]


@contextmanager
def simulated_clouds() -> Iterator[Clouds]:
    """Served by a thread of this process."""
    made = worlds((*OPEN, CLOSED), seed=7)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    serving = serve(made)
    simulators = asyncio.run_coroutine_threadsafe(serving.__aenter__(), loop).result(READ_SECONDS)
    try:
        yield Clouds(simulators.url, made)
    finally:
        asyncio.run_coroutine_threadsafe(serving.__aexit__(None, None, None), loop).result(READ_SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(READ_SECONDS)
        loop.close()


def read(installation: Installation, *names: str) -> None:
    """Has the server ask these clouds for their offers, and waits for what comes of it."""
    for name in names:
        begun = installation.does(installation.ada, "POST", f"/providers/sync/{name}")
        for job in begun["jobs"]:
            _wait_for(installation, job["job_id"])


def offers(installation: Installation, query: str = "") -> list[Any]:
    """As the server shows them; it follows what was read within a second or so."""
    deadline = time.monotonic() + READ_SECONDS
    while time.monotonic() < deadline:
        found: list[Any] = installation.does(installation.ada, "GET", f"/gpus/search?{query}")["items"]
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"no offers for {query!r}")


def _wait_for(installation: Installation, job_id: str) -> None:
    deadline = time.monotonic() + READ_SECONDS
    while time.monotonic() < deadline:
        job = installation.does(installation.ada, "GET", f"/jobs/{job_id}")
        if job["state"] in ("succeeded", "failed"):
            return
        time.sleep(0.1)
    raise AssertionError(f"{job_id} did not end")
