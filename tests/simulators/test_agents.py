"""Simulated agents: they call with the token that was put in, do each command once, and end with their machine."""

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from dumont.simulators import vast
from dumont.simulators.agents import BUSY_SECONDS, Agents, environment_of, sample
from dumont.simulators.rentals import Rental
from dumont.simulators.world import BEGINNING, Wanted, World

ENV = {"DUMONT_SERVER": "http://fleet.test", "DUMONT_AGENT_TOKEN": "dag_one"}
SETUP = {"id": "c1", "kind": "setup", "args": {}}


class Fleet:
    """Hands out one command with every answer."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.tokens: set[str | None] = set()
        self.app = Starlette(routes=[Route("/api/v1/agent/status", self._answer, methods=["POST"])])

    async def _answer(self, request: Request) -> JSONResponse:
        self.tokens.add(request.headers.get("authorization"))
        self.heard.append(await request.json())
        return JSONResponse({"commands": [SETUP], "every_seconds": 5})


@pytest.fixture
def world() -> World:
    return World(vast.SETUP)


@pytest.fixture
def rental(world: World) -> Rental:
    machine = next(machine for machine in world.stock if machine.gpu)
    wanted = Wanted(machine=machine, count=1, label="dumont/x/1", price_hour=Decimal("0.4"), extra={"env": ENV})
    rental = world.rent(wanted)
    rental.become("running", world.now())
    return rental


class TestAgents:
    @pytest.mark.usefixtures("rental")
    async def test_do_each_command_once_and_say_so_until_it_is_over(self, world: World, tmp_path: Path) -> None:
        fleet = Fleet()
        agents = Agents({"vast": world}, tmp_path, httpx.ASGITransport(fleet.app))
        for _ in range(3):
            await agents.look()
            await asyncio.sleep(0)
            world.advance(5)
        assert fleet.tokens == {"Bearer dag_one"}
        assert [heard["seq"] for heard in fleet.heard] == [0, 1, 2]
        assert [[ack["state"] for ack in heard["acks"]] for heard in fleet.heard] == [[], ["done"], ["done"]]
        assert fleet.heard[0]["facts"]["gpus"] == [fleet.heard[0]["samples"][0]["gpus"][0]["name"]]

    async def test_end_with_their_machine(self, world: World, rental: Rental, tmp_path: Path) -> None:
        fleet = Fleet()
        agents = Agents({"vast": world}, tmp_path, httpx.ASGITransport(fleet.app))
        await agents.look()
        rental.become("stopped", world.now())
        world.advance(60)
        await agents.look()
        assert len(fleet.heard) == 1

    def test_are_only_where_a_token_was_put(self, rental: Rental) -> None:
        assert environment_of(rental) == ENV
        rental.extra = {"settings": {"env": {"A": "1"}}}
        assert environment_of(rental) == {"A": "1"}
        rental.extra = {}
        assert environment_of(rental) == {}

    def test_work_for_a_while_and_stand_idle_then(self) -> None:
        assert sample(["L4"], 10, BEGINNING)["gpus"][0]["utilisation"] > 50
        assert sample(["L4"], BUSY_SECONDS + 1, BEGINNING)["gpus"][0]["utilisation"] == 0
