"""Answers of RunPod and Lambda with one part spoilt: nothing but the closed set of errors ever leaves an adapter."""

import copy
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

import httpx
import pytest

from dumont.providers.errors import ProviderError
from dumont.providers.http import Http
from dumont.providers.limiting import LocalLimiter
from dumont.providers.port import Adapter, Held
from dumont.providers.recording import Recording
from dumont.providers.registry import kinds
from dumont.providers.scrubbing import Scrubber
from dumont.simulators import server
from dumont.simulators.stock import read_stock
from tests.providers.adapters.orders import order
from tests.providers.conftest import HurriedClock

SPOILT = (None, "x", {"y": [1]}, -1)
STOCK = {
    "runpod": {"gpu": "RTX 4090", "gpu_count": 1, "verified": True, "extra": {"centre": "EU-RO-1"}},
    "lambda": {"gpu": "A10", "gpu_count": 1, "extra": {"region": "us-west-1"}},
}


class Wire(httpx.AsyncBaseTransport):
    """Passes to the simulator and remembers; with a `spoilt` body for a call, answers that instead."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.seen: dict[str, httpx.Response] = {}
        self.touched: set[str] = set()
        self.spoilt: tuple[str, Any] | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        call = f"{request.method} {request.url.path}"
        self.touched.add(call)
        if call in self.seen and self.spoilt:
            known = self.seen[call]
            body = self.spoilt[1] if self.spoilt[0] == call else known.json() if known.content else None
            return httpx.Response(known.status_code, json=body)
        answer = await self._inner.handle_async_request(request)
        await answer.aread()
        self.seen[call] = answer
        return answer


def variants(body: Any) -> Iterator[Any]:
    """The body with each of its parts, the whole too, put in another form."""
    for path in _paths(body):
        for value in SPOILT:
            yield _put(body, path, value)


def _paths(body: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Of things of one shape beside each other, only the first."""
    yield path
    shapes: list[set[str]] = []
    inside = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in inside:
        if not isinstance(value, dict) or set(value) not in shapes:
            yield from _paths(value, (*path, key))
            shapes += [set(value)] if isinstance(value, dict) else []


def _put(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    changed = copy.deepcopy(body)
    place = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return changed


@pytest.mark.parametrize("name", ["runpod", "lambda"])
async def test_no_part_of_an_answer_can_bring_an_adapter_down(name: str) -> None:
    stock = read_stock([{**STOCK[name], "number": number} for number in range(4)])
    world = server.worlds([name], stocks={name: stock})[name]
    wire = Wire(httpx.ASGITransport(server.all_in_one({name: world})))
    limiter, tried = LocalLimiter(HurriedClock()), 0
    async with httpx.AsyncClient(transport=wire, base_url=f"http://sim/{name}") as client:
        http = Http(name, client, limiter, Recording(Scrubber()), account="a")
        adapter = kinds()[name].make(http, {"api_key": "sim-key"})
        calls = await _calls_and_what_they_touch(adapter, wire, world.advance)
        for seen, answer in list(wire.seen.items()):
            for body in variants(answer.json()) if answer.content else ():
                wire.spoilt = (seen, body)
                for call in (call for call, touched in calls if seen in touched):
                    tried += 1
                    await _stands(call)
    assert tried > 300


async def _stands(call: Callable[[], Awaitable[Any]]) -> None:
    try:
        told = await call()
    except ProviderError:
        return
    if isinstance(told, Held) and told.complete:
        assert {machine.id for machine in told.machines} <= {"9000001", "9000002", "x"}


async def _calls_and_what_they_touch(
    adapter: Adapter, wire: Wire, advance: Callable[[float], None]
) -> list[tuple[Callable[[], Awaitable[Any]], set[str]]]:
    """Each call once, so that there is an answer to spoil."""
    offer = next(each for each in (await adapter.search()).offers if each.available)
    wanted = order(offer, max_price_hour=offer.price_hour)
    made = await adapter.create(wanted)
    advance(3600)
    acts = (
        adapter.machine,
        adapter.stop,
        adapter.start,
        lambda known: adapter.relabel(known, "other"),
        adapter.destroy,
    )
    calls = [adapter.search, adapter.machines, adapter.balance, *(partial(act, made.id) for act in acts)]
    calls.insert(0, lambda: adapter.create(wanted))
    touched = []
    for call in calls:
        wire.touched = set()
        with suppress(ProviderError):
            await call()
        touched.append((call, wire.touched))
    return touched
