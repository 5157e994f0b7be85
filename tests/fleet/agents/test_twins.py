"""Two agents with one token: a machine was copied. One that starts anew is no second one, and is soon told all."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select

from dumont.fleet.agents import commands
from dumont.fleet.means import Means
from dumont.fleet.tables import FleetEvent, FleetRental
from dumont.platform.db import Db
from tests.fleet.agents.conftest import Agent

SAID = "Two agents call as its machine: a copy of that machine runs somewhere."


@pytest.fixture
async def copy(agent: Agent) -> Agent:
    """The first has called for a while by then."""
    for _ in range(5):
        await agent.beats()
    return replace(agent, boot="second", seq=0)


async def told(db: Db) -> list[str]:
    async with db.begin() as tx:
        found = (await tx.execute(select(FleetEvent.why).where(FleetEvent.kind == "warning"))).scalars()
        return [why for why in found if why.startswith(SAID)]


async def put(agent: Agent, means: Means) -> UUID:
    async with means.db.begin() as tx:
        rental = await tx.get_one(FleetRental, agent.rental_id)
        return await commands.put(means.work(tx), means.vault, rental, "hook", {"script": "true"})


class TestTwoAgents:
    async def test_are_never_given_the_same_command(self, agent: Agent, copy: Agent, means: Means) -> None:
        """However fast the second one calls: it is new."""
        await put(agent, means)
        for _ in range(3):
            for _ in range(8):
                assert (await copy.beats(after=0.5))["commands"] == []
            assert len((await agent.beats(after=5))["commands"]) == 1

    async def test_are_told_of_once(self, agent: Agent, copy: Agent, db: Db) -> None:
        for _ in range(6):
            await copy.beats(after=5)
            await agent.beats(after=5)
        assert len(await told(db)) == 1

    async def test_are_one_again_when_the_first_is_quiet(self, agent: Agent, copy: Agent, means: Means) -> None:
        await put(agent, means)
        heard = [len((await copy.beats(after=10))["commands"]) for _ in range(4)]
        assert heard == [0, 0, 1, 1]


class TestAgentThatStartsAnew:
    async def test_is_no_second_one(self, agent: Agent, copy: Agent, db: Db) -> None:
        """Even if the last word of the one before comes in late."""
        await copy.beats(after=1)
        await agent.beats(after=1)
        for _ in range(5):
            await copy.beats()
        assert await told(db) == []

    async def test_has_its_words_taken_meanwhile(self, agent: Agent, copy: Agent, means: Means) -> None:
        command_id = await put(agent, means)
        await agent.beats()
        await copy.says(acks=[{"id": str(command_id), "state": "done"}])
        async with means.db.begin() as tx:
            assert (await commands.of(tx, [command_id]))[command_id].state == "done"

    async def test_is_told_at_once_where_its_machine_was_off(self, agent: Agent, copy: Agent, means: Means) -> None:
        await put(agent, means)
        assert len((await copy.beats(after=60))["commands"]) == 1
