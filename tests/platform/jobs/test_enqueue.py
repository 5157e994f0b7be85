"""Putting jobs on the queue, in the transaction of whoever wants them."""

from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
from pydantic import BaseModel, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from dumont.platform.jobs import Job, Order, Run
from dumont.platform.jobs.events import JobChanged, JobsEnqueued
from dumont.platform.settings import Settings
from dumont.platform.work import Caller, Work
from tests.platform.jobs.conftest import System

OWNER = UUID(int=7)


class Greeting(BaseModel):
    whom: str
    times: int = 1


async def nothing(run: Run, args: Greeting) -> None: ...


GREET = Job("test.greet", nothing, args=Greeting, key=lambda args: args.whom, priority=3)
PLAIN = Job("test.plain", nothing)


class TestEnqueue:
    async def test_leaves_nothing_behind_when_the_caller_rolls_back(self, system: System) -> None:
        system.declare(PLAIN)
        async with system.db.begin() as tx:
            await system.jobs.enqueue(tx, PLAIN)
            await tx.rollback()
        assert await system.ask("SELECT count(*) FROM jobs") == 0
        assert await system.ask("SELECT count(*) FROM pgqueuer") == 0

    async def test_takes_key_priority_and_deadline_from_the_declaration(self, system: System) -> None:
        system.declare(GREET)
        row = await system.get(await system.enqueue(GREET, Greeting(whom="Ada")))
        assert (row.state, row.key, row.priority, row.args) == ("queued", "Ada", 3, {"whom": "Ada", "times": 1})
        assert await system.has_no_loose_ends()

    async def test_lets_the_caller_say_otherwise(self, system: System) -> None:
        system.declare(GREET)
        later = system.clock.now() + timedelta(hours=1)
        job_id = await system.enqueue("test.greet", Greeting(whom="Ada"), key="other", priority=-1, run_at=later)
        row = await system.get(job_id)
        assert (row.key, row.priority, row.run_at) == ("other", -1, later)
        wait = await system.ask("SELECT execute_after - now() FROM pgqueuer")
        assert timedelta(minutes=59) < wait <= timedelta(hours=1)

    async def test_notes_the_caller_and_moment_of_a_work(self, system: System, settings: Settings) -> None:
        system.declare(PLAIN)
        moment = system.clock.now() - timedelta(minutes=5)
        async with system.db.begin() as tx:
            job_id = await system.jobs.enqueue(_work(tx, moment, settings), PLAIN)
        row = await system.get(job_id)
        assert (row.created_by, row.created_at) == (OWNER, moment)

    async def test_refuses_a_name_that_nobody_declared(self, system: System) -> None:
        system.declare(PLAIN)
        with pytest.raises(LookupError, match=r"test\.unheard"):
            await system.enqueue("test.unheard")

    async def test_refuses_arguments_of_another_job(self, system: System) -> None:
        system.declare(GREET)
        with pytest.raises(ValidationError):
            await system.enqueue(GREET)

    async def test_publishes_what_it_queued(self, system: System) -> None:
        system.declare(PLAIN)
        job_id = await system.enqueue(PLAIN)
        [event] = system.published
        assert isinstance(event, JobChanged)
        assert (event.id, event.state) == (job_id, "queued")
        assert event.topics() == ("jobs", f"jobs:{job_id}")


class TestEnqueueAll:
    async def test_keeps_the_order_and_publishes_one_event(self, system: System) -> None:
        system.declare(GREET, PLAIN)
        orders = [Order(GREET, Greeting(whom=f"w{n}")) for n in range(500)] + [Order("test.plain")]
        async with system.db.begin() as tx:
            ids = await system.jobs.enqueue_all(tx, orders)
            assert await system.jobs.enqueue_all(tx, []) == []
        assert (await system.get(ids[123])).key == "w123"
        assert [type(event) for event in system.published] == [JobsEnqueued]
        assert await system.ask("SELECT count(*) FROM pgqueuer") == 501
        assert await system.has_no_loose_ends()


def _work(tx: AsyncSession, moment: object, settings: Settings) -> Work:
    async def publish(_event: object) -> None: ...

    return Work(tx, moment, Random(1), Caller("user", user_id=OWNER), publish, settings)  # type: ignore[arg-type]
