"""The outbox: an event, its wake-up call and its listeners' jobs stand and fall with the transaction."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import ClassVar

import asyncpg
import pytest
from pydantic import BaseModel
from sqlalchemy import event as on
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from dumont.platform.db.engine import Db, asyncpg_url, make_db, make_engine
from dumont.platform.events import Event
from dumont.platform.jobs.port import Job, Listener, Run
from dumont.platform.outbox import CHANNEL, Outbox
from dumont.platform.settings import Settings
from tests.fakes.live import Noted, Stop

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


class Silent(Event):
    kind: ClassVar[str] = "tests.silent"
    number: int


class Queue:
    """Keeps what was enqueued in a table, in the transaction that it was given."""

    def __init__(self) -> None:
        self.jobs: list[tuple[str, BaseModel]] = []

    async def enqueue(self, tx: AsyncSession, job: Job, args: BaseModel) -> None:
        assert tx.in_transaction()
        self.jobs.append((job.name, args))


async def listen(_run: Run, _event: Noted) -> None: ...


@pytest.fixture
async def engine_of_its_own(fresh_database_url: str, settings: Settings) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(fresh_database_url, settings, name="outbox")
    yield engine
    await engine.dispose()


@pytest.fixture
def own_db(engine_of_its_own: AsyncEngine) -> Db:
    return make_db(engine_of_its_own)


@pytest.fixture
async def heard(fresh_database_url: str) -> AsyncIterator[list[str]]:
    """Ids of the events announced."""
    connection = await asyncpg.connect(asyncpg_url(fresh_database_url))
    ids: list[str] = []
    await connection.add_listener(CHANNEL, lambda *call: ids.append(call[-1]))
    yield ids
    await connection.close()


async def rows(db: Db) -> list[tuple[str, list[str], dict[str, object], datetime]]:
    async with db.begin() as tx:
        found = await tx.execute(text("SELECT kind, topics, payload, at FROM events ORDER BY id"))
        return [tuple(row) for row in found]  # type: ignore[misc]


async def until_heard(heard: list[str], many: int) -> None:
    async with asyncio.timeout(30):
        while len(heard) < many:
            await asyncio.sleep(0.005)


class TestPublish:
    async def test_records_what_happened_and_when(self, own_db: Db) -> None:
        async with own_db.begin() as tx:
            await Outbox((), Queue().enqueue).publish(tx, Noted(note="ü'\"\\", on=("a", "b", "a")), NOW)
        payload = {"note": "ü'\"\\", "on": ["a", "b", "a"]}
        assert await rows(own_db) == [("tests.noted", ["a", "b"], payload, NOW)]

    async def test_records_what_nobody_waits_for_and_announces_it_not(self, own_db: Db, heard: list[str]) -> None:
        async with own_db.begin() as tx:
            await Outbox((), Queue().enqueue).publish(tx, Silent(number=1), NOW)
            await Outbox((), Queue().enqueue).publish(tx, Noted(note="loud"), NOW)
        await until_heard(heard, 1)
        assert [kind for kind, *_ in await rows(own_db)] == ["tests.silent", "tests.noted"]
        assert len(heard) == 1

    async def test_leaves_nothing_of_a_transaction_that_fails(self, own_db: Db, heard: list[str]) -> None:
        outbox = Outbox((), Queue().enqueue)
        with suppress(Stop):
            async with own_db.begin() as tx:
                await outbox.publish(tx, Noted(note="first statement of all"), NOW)
                raise Stop
        async with own_db.begin() as tx:
            await outbox.publish(tx, Noted(note="stays"), NOW)
        await until_heard(heard, 1)
        assert [payload["note"] for _, _, payload, _ in await rows(own_db)] == ["stays"]
        assert len(heard) == 1

    async def test_enqueues_a_job_for_each_listener_of_this_kind(self, own_db: Db) -> None:
        queue = Queue()
        listeners = [
            Listener("tests.one", Noted, listen),
            Listener("tests.two", Noted, listen),
            Listener("tests.other", Silent, listen),
        ]
        noted = Noted(note="x")
        async with own_db.begin() as tx:
            await Outbox(listeners, queue.enqueue).publisher(tx, NOW)(noted)
        assert queue.jobs == [("tests.one", noted), ("tests.two", noted)]

    async def test_takes_one_statement(self, own_db: Db, engine_of_its_own: AsyncEngine) -> None:
        statements: list[str] = []

        @on.listens_for(engine_of_its_own.sync_engine, "before_cursor_execute")
        def _count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            statements.append(statement)

        async with own_db.begin() as tx:
            await Outbox((), Queue().enqueue).publish(tx, Noted(note="x"), NOW)
        assert len(statements) == 1

    async def test_names_the_oldest_transaction_that_still_ran(self, own_db: Db) -> None:
        outbox = Outbox((), Queue().enqueue)
        async with own_db.begin() as older:
            number = await older.execute(text("SELECT pg_current_xact_id()::text::bigint"))
            oldest = number.scalar_one()
            async with own_db.begin() as tx:
                await outbox.publish(tx, Noted(note="x"), NOW)
        async with own_db.begin() as tx:
            found = await tx.execute(text("SELECT horizon::text::bigint, xid::text::bigint FROM events"))
            horizon, xid = found.one()
        assert horizon <= oldest < xid
