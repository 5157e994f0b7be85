"""Agents that wait are called when there is something to do, and only then."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from dumont.fleet.agents import commands
from dumont.fleet.agents.calling import Callers
from dumont.fleet.events import CommandPut
from dumont.fleet.means import Means
from dumont.fleet.store import rentals
from dumont.platform.db import Db
from tests.fleet.agents.conftest import Agent

RENTAL = UUID(int=7)
CALLS = "http://dumont.test/api/v1/agent/calls"


class Rows:
    """A database with one rental, in which nothing is open."""

    def __init__(self, rental_id: UUID) -> None:
        self._rental_id = rental_id

    async def row(self, statement: str, *_arguments: Any) -> Any:
        return {"id": self._rental_id} if "agent_token" in statement else None


@pytest.fixture
def callers() -> Callers:
    return Callers(Rows(RENTAL))


async def waiting(callers: Callers) -> asyncio.Task[bool]:
    before, task = callers.begun, asyncio.create_task(callers.wait(b"token", 60))
    while callers.begun == before:
        await asyncio.sleep(0)
    return task


def tell(callers: Callers, rental_id: UUID) -> None:
    event = CommandPut(rental_id=rental_id)
    callers.heard(event.kind, event.model_dump_json())


async def called(agent: Agent, seconds: int) -> bool:
    headers = {"authorization": f"Bearer {agent.token}"}
    answer = await agent.client.get(CALLS, params={"seconds": seconds}, headers=headers, timeout=60)
    assert answer.status_code == 200, answer.text
    return bool(answer.json()["called"])


async def put(means: Means, agent: Agent) -> None:
    async with means.db.begin() as tx:
        rental = await rentals.one(tx, agent.rental_id)
        assert rental is not None
        await commands.put(means.work(tx), means.vault, rental, "hook", {"script": "true"})


class TestWait:
    async def test_ends_when_a_command_is_put_for_it_and_for_no_other(self, callers: Callers) -> None:
        wait = await waiting(callers)
        tell(callers, UUID(int=8))
        await asyncio.sleep(0)
        assert not wait.done()
        tell(callers, RENTAL)
        assert await wait
        assert callers.waiting == 0

    async def test_is_taken_over_by_a_newer_one(self, callers: Callers) -> None:
        first, second = await waiting(callers), await waiting(callers)
        assert not await first
        tell(callers, RENTAL)
        assert await second

    async def test_ends_with_its_process(self, callers: Callers) -> None:
        wait = await waiting(callers)
        callers.close()
        assert not await wait
        assert not await callers.wait(b"token", 60)

    async def test_ends_when_its_time_is_over(self, callers: Callers) -> None:
        assert not await callers.wait(b"token", 0)
        assert callers.waiting == 0


class TestCall:
    async def test_is_told_of_when_a_command_is_put(self, agent: Agent, means: Means, db: Db) -> None:
        await put(means, agent)
        async with db.begin() as tx:
            told = await tx.execute(text("SELECT payload FROM events WHERE kind = 'fleet.command_put'"))
            assert [row[0] for row in told] == [{"rental_id": str(agent.rental_id)}]

    async def test_comes_at_once_for_a_command_that_was_put_before(self, agent: Agent, means: Means) -> None:
        await put(means, agent)
        assert await called(agent, 60)

    async def test_does_not_come_for_a_command_that_was_handed_out(self, agent: Agent, means: Means) -> None:
        await put(means, agent)
        assert len((await agent.beats())["commands"]) == 1
        assert not await called(agent, 0)

    async def test_is_refused_to_strangers(self, agent: Agent) -> None:
        stranger = await agent.client.get(CALLS, headers={"authorization": f"Bearer {agent.token[:-1]}!"})
        assert stranger.status_code == 401

    @pytest.mark.parametrize("seconds", ["-1", "soon", "99999"])
    async def test_is_held_for_a_number_of_seconds(self, agent: Agent, seconds: str) -> None:
        headers = {"authorization": f"Bearer {agent.token}"}
        answer = await agent.client.get(CALLS, params={"seconds": seconds}, headers=headers)
        assert answer.status_code == 422
