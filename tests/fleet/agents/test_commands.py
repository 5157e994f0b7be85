"""What agents are to do: sealed until it is handed out, begun once, ended by the first word that ends it."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from dumont.fleet.agents import commands, listening
from dumont.fleet.agents.commands import Command
from dumont.fleet.means import Means
from dumont.fleet.tables import FleetEvent, FleetInstance, FleetRental
from dumont.platform.db import Db
from tests.build import fleet as build
from tests.fakes.clock import START
from tests.fleet.agents.conftest import Agent

ARGS = {"grant": "snapgrant_secret", "path": "/workspace"}
FACTS = {"hostname": "box", "system": "Linux"}
LATER = START + timedelta(hours=1)


def ack(command_id: UUID | str, state: str = "done", **said: Any) -> dict[str, Any]:
    return {"id": str(command_id), "state": state, **said}


@pytest.fixture
async def command_id(agent: Agent, means: Means) -> UUID:
    await agent.beats()
    async with means.db.begin() as tx:
        rental = await tx.get_one(FleetRental, agent.rental_id)
        return await commands.put(means.work(tx), means.vault, rental, "snapshot", ARGS)


async def known(means: Means, command_id: UUID) -> Command:
    async with means.db.begin() as tx:
        return (await commands.of(tx, [command_id, None]))[command_id]


async def sealed(db: Db) -> str:
    async with db.begin() as tx:
        return str((await tx.execute(text("SELECT args_sealed FROM fleet_commands"))).scalar_one())


class TestCommand:
    async def test_is_sealed_at_rest_and_opened_for_its_agent(self, agent: Agent, command_id: UUID, db: Db) -> None:
        assert "snapgrant" not in await sealed(db)
        answer = await agent.beats()
        assert answer["commands"] == [{"id": str(command_id), "kind": "snapshot", "args": ARGS}]

    async def test_is_handed_out_until_it_has_ended(self, agent: Agent, command_id: UUID, means: Means) -> None:
        for state in ("sent", "sent", "running", "running"):
            assert len((await agent.beats())["commands"]) == 1
            assert (await known(means, command_id)).state == state
            if state == "sent" and (await known(means, command_id)).sent_at != agent.clock.now():
                await agent.says(acks=[ack(command_id, "running", percent=30)])
        answer = await agent.says(acks=[ack(command_id, result={"files": 3})])
        assert answer.json()["commands"] == []
        found = await known(means, command_id)
        assert (found.state, found.result, found.is_open) == ("done", {"files": 3}, False)

    async def test_shows_how_far_it_is(self, agent: Agent, command_id: UUID, means: Means) -> None:
        await agent.says(acks=[ack(command_id, "running", percent=41.5)])
        found = await known(means, command_id)
        assert (found.state, found.percent) == ("running", 41.5)

    async def test_is_ended_by_the_first_word_that_ends_it(
        self, agent: Agent, command_id: UUID, means: Means, db: Db
    ) -> None:
        await agent.says(acks=[ack(command_id, "failed", error_code="no_space", error_message="disk is full")])
        await agent.says(acks=[ack(command_id, "running", percent=1), ack(command_id), ack(command_id, "failed")])
        found = await known(means, command_id)
        assert (found.state, found.error_code, found.error_message) == ("failed", "no_space", "disk is full")
        assert await sealed(db) == ""

    async def test_wakes_the_controller_when_it_has_ended(self, agent: Agent, command_id: UUID) -> None:
        await agent.changes(FleetInstance, look_at=LATER)
        await agent.says(acks=[ack(command_id, "running")])
        assert (await agent.instance()).look_at == LATER
        await agent.says(acks=[ack(command_id)])
        assert (await agent.instance()).look_at == agent.clock.now()

    async def test_is_nothing_that_another_agent_may_end(self, agent: Agent, command_id: UUID, means: Means) -> None:
        async with means.db.begin() as tx:
            other = await build.an_instance(tx, START)
            agent.rental_id, agent.token = other.id, (await build.a_rental(tx, other, START))[1]
        await agent.says(acks=[ack(command_id), ack(uuid4()), ack("no id at all")])
        assert (await known(means, command_id)).state == "queued"

    async def test_keeps_a_result_that_the_database_can_hold(
        self, agent: Agent, command_id: UUID, means: Means
    ) -> None:
        answer = await agent.says(acks=[ack(command_id, result={"files": [{"name": "\x00"}]})])
        assert answer.status_code == 200
        assert (await known(means, command_id)).result == {"unreadable": "It was too long, or no text."}

    async def test_keeps_a_result_that_only_names_what_the_database_can_not_hold(
        self, agent: Agent, command_id: UUID, means: Means
    ) -> None:
        told = {"output": r"it says \u0000"}
        await agent.says(acks=[ack(command_id, result=told)])
        assert (await known(means, command_id)).result == told


class TestExpiry:
    async def test_fails_what_nobody_has_begun_in_time(self, agent: Agent, command_id: UUID, means: Means) -> None:
        agent.clock.advance(minutes=59)
        await listening.turn(means)
        assert (await known(means, command_id)).is_open
        agent.clock.advance(minutes=2)
        await agent.changes(FleetInstance, look_at=agent.clock.now() + timedelta(days=1))
        await listening.turn(means)
        found = await known(means, command_id)
        assert (found.state, found.error_code) == ("failed", "not_acknowledged")
        assert (await agent.instance()).look_at == agent.clock.now()

    async def test_is_put_off_by_each_word_of_it(self, agent: Agent, command_id: UUID, means: Means) -> None:
        for _ in range(10):
            agent.clock.advance(minutes=9)
            await agent.says(acks=[ack(command_id, "running")])
            await listening.turn(means)
        assert (await known(means, command_id)).state == "running"

    async def test_fails_what_a_machine_that_is_gone_was_to_do(
        self, agent: Agent, command_id: UUID, means: Means
    ) -> None:
        await agent.changes(FleetRental, stage="ended", ended_at=agent.clock.now(), why_ended="interrupted")
        await listening.turn(means)
        assert (await known(means, command_id)).error_code == "machine_gone"

    async def test_comes_at_once_where_it_is_withdrawn(self, agent: Agent, command_id: UUID, means: Means) -> None:
        async with means.db.begin() as tx:
            await commands.withdraw(means.work(tx), [agent.rental_id], "The instance is destroyed.")
        assert (await known(means, command_id)).error_code == "withdrawn"
        assert (await agent.beats())["commands"] == []


class TestRun:
    """What goes on for days is a burden to no heartbeat, and its end is heard whenever it comes."""

    @pytest.fixture
    async def run_id(self, agent: Agent, means: Means) -> UUID:
        await agent.beats()
        async with means.db.begin() as tx:
            rental, until = await tx.get_one(FleetRental, agent.rental_id), START + timedelta(seconds=commands.FOR_GOOD)
            return await commands.put(means.work(tx), means.vault, rental, "run", {"script": "x"}, expires=until)

    async def test_is_handed_out_until_its_agent_has_begun_it(self, agent: Agent, run_id: UUID) -> None:
        for _ in range(2):
            assert [each["id"] for each in (await agent.beats())["commands"]] == [str(run_id)]
        answer = await agent.says(acks=[ack(run_id, "running")])
        assert answer.json()["commands"] == []
        assert (await agent.beats())["commands"] == []

    async def test_ends_though_its_agent_was_silent_for_long(self, agent: Agent, run_id: UUID, means: Means) -> None:
        await agent.beats()
        await agent.says(acks=[ack(run_id, "running")])
        agent.clock.advance(days=3)
        await listening.turn(means)
        assert (await known(means, run_id)).state == "running"
        await agent.changes(FleetInstance, look_at=agent.clock.now() + timedelta(days=1))
        await agent.says(acks=[ack(run_id, result={"code": 3})])
        found = await known(means, run_id)
        assert (found.state, found.result) == ("done", {"code": 3})
        assert (await agent.instance()).look_at == agent.clock.now()

    async def test_is_lost_where_an_agent_that_tells_all_does_not_know_it(
        self, agent: Agent, run_id: UUID, means: Means
    ) -> None:
        await agent.beats()
        await agent.says(facts=FACTS)
        assert (await known(means, run_id)).state == "sent"  # it may not have come through
        await agent.says(acks=[ack(run_id, "running")], facts=FACTS)
        await agent.beats()
        assert (await known(means, run_id)).state == "running"
        await agent.changes(FleetInstance, look_at=agent.clock.now() + timedelta(days=1))
        await agent.says(facts=FACTS)
        found = await known(means, run_id)
        assert (found.state, found.error_code) == ("failed", "forgotten")
        assert (await agent.instance()).look_at == agent.clock.now()


class TestStartScript:
    @pytest.mark.parametrize(
        ("state", "said", "told"),
        [
            ("failed", {"error_code": "killed", "error_message": "Killed.\nOOM"}, "The start script failed: Killed."),
            ("done", {"result": {"code": 7}}, "The start script ended with 7; its log says why."),
            ("done", {"result": {"code": 0}}, None),
        ],
    )
    async def test_is_told_of_once_when_it_fails_also_where_nobody_waits_for_it(
        self, agent: Agent, command_id: UUID, means: Means, state: str, said: dict[str, Any], told: str | None
    ) -> None:
        await agent.changes(FleetInstance, onstart_command_id=command_id, state="running", wish="running")
        for _ in range(2):
            await agent.says(acks=[ack(command_id, state, **said)])
        assert await failures(means, agent) == ([told] if told else [])

    async def test_that_ends_with_its_machine_has_not_failed(
        self, agent: Agent, command_id: UUID, means: Means
    ) -> None:
        await agent.changes(FleetInstance, onstart_command_id=command_id, state="hibernating", wish="hibernated")
        await agent.says(acks=[ack(command_id, "failed", error_code="killed", error_message="Killed.")])
        assert await failures(means, agent) == []


class TestSettingUpAnew:
    @pytest.mark.parametrize(("state", "is_told"), [("running", True), ("launching", False)])
    async def test_that_fails_on_a_machine_in_use_is_told(
        self, agent: Agent, command_id: UUID, means: Means, state: str, *, is_told: bool
    ) -> None:
        await agent.changes(FleetInstance, setup_command_id=command_id, state=state, wish="running")
        said = {"error_code": "restic_absent", "error_message": "There is no restic. Run: apk add -q restic"}
        for _ in range(2):
            await agent.says(acks=[ack(command_id, "failed", **said)])
        told = ["What was changed did not reach its machine: There is no restic. Run: apk add -q restic"]
        assert await failures(means, agent) == (told if is_told else [])


async def failures(means: Means, agent: Agent) -> list[str]:
    async with means.db.begin() as tx:
        query = select(FleetEvent.why).where(FleetEvent.instance_id == agent.instance_id, FleetEvent.kind == "failure")
        return list((await tx.execute(query)).scalars().all())
