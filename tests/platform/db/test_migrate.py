"""Migrations: forward, once, one process at a time, whole or not at all, and true to the models."""

import asyncio
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

import dumont
from dumont.basics.errors import Unavailable
from dumont.main.contexts import contexts
from dumont.platform.db import migrate
from dumont.platform.db.engine import sqlalchemy_url
from dumont.platform.db.tables import Base
from tests.conftest import DatabaseMaker
from tests.forks import FORKS


def upgrade(url: str, together: Any, done: Any) -> None:
    together.wait()
    done.put(asyncio.run(migrate.upgrade(url)).current)


async def ask(url: str, act: Callable[[Connection], Any]) -> Any:
    engine = create_async_engine(sqlalchemy_url(url), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(act)
    finally:
        await engine.dispose()


async def tell(url: str, *statements: str) -> None:
    def act(connection: Connection) -> None:
        for statement in statements:
            connection.execute(text(statement))

    await ask(url, act)


def tables(connection: Connection) -> set[str]:
    found = connection.execute(text("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"))
    return set(found.scalars())


@pytest.fixture
async def empty(make_database: DatabaseMaker) -> str:
    """A database of which nothing has been made yet."""
    url = await make_database.make()
    await tell(url, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    return url


class TestUpgrade:
    async def test_makes_an_empty_database_new(self, empty: str) -> None:
        before = await migrate.status(empty)
        assert (before.current, before.unknown) == (None, False)
        assert before.pending[0] == "0001_requests"
        assert before.pending[-1] == before.newest

        after = await migrate.upgrade(empty)
        assert (after.current, after.pending, after.unknown) == (before.newest, (), False)
        assert {"users", "jobs", "events", "pgqueuer", "audit_entries"} <= await ask(empty, tables)

    async def test_twice_changes_nothing(self, fresh_database_url: str) -> None:
        before = await ask(fresh_database_url, tables)
        assert (await migrate.upgrade(fresh_database_url)).pending == ()
        assert await ask(fresh_database_url, tables) == before

    async def test_goes_on_from_where_a_database_is(self, fresh_database_url: str) -> None:
        steps = [script.revision for script in reversed(list(migrate.scripts().walk_revisions()))]
        await tell(fresh_database_url, f"UPDATE alembic_version SET version_num = '{steps[-2]}'")
        status = await migrate.status(fresh_database_url)
        assert (status.current, status.pending) == (steps[-2], (steps[-1],))
        with pytest.raises(Unavailable) as behind:
            migrate.demand_newest(status)
        assert (behind.value.code, behind.value.hint) == ("database_behind", "Run `dumont db upgrade`.")

    async def test_leaves_a_database_of_a_newer_release_alone(self, fresh_database_url: str) -> None:
        await tell(fresh_database_url, "UPDATE alembic_version SET version_num = '9999_future'")
        status = await migrate.upgrade(fresh_database_url)
        assert (status.current, status.unknown, status.pending) == ("9999_future", True, ())
        migrate.demand_newest(status)

    async def test_that_fails_leaves_nothing_of_it(self, empty: str) -> None:
        await tell(empty, "CREATE TABLE users (mine text)")
        with pytest.raises(Exception, match="already exists"):
            await migrate.upgrade(empty)
        assert await ask(empty, tables) == {"users"}
        assert (await migrate.status(empty)).current is None

    async def test_by_five_processes_at_once_is_done_once(self, empty: str) -> None:
        together, done = FORKS.Barrier(5), FORKS.SimpleQueue()
        five = [FORKS.Process(target=upgrade, args=(empty, together, done)) for _ in range(5)]
        for process in five:
            process.start()
        for process in five:
            await asyncio.to_thread(process.join, 60)
        assert {process.exitcode for process in five} == {0}
        assert {done.get() for _ in five} == {(await migrate.status(empty)).newest}

    @pytest.mark.parametrize(
        "url", ["postgresql://a:hunter2@127.0.0.1:1/x", "postgresql://a:hunter2@/x?host=/nowhere", "wrong", "nameless"]
    )
    async def test_of_what_can_not_be_reached_is_one_sentence(self, url: str, database_url: str) -> None:
        password = str(make_url(database_url).password)
        if url == "wrong":
            url = database_url.replace(password, "hunter2")
        if url == "nameless":
            head, _, query = database_url.partition("?")
            url = f"{head.rsplit('/', 1)[0]}/no_such_database?{query}"
        with pytest.raises(Unavailable) as away:
            await migrate.status(url)
        assert away.value.message.startswith("The database does not answer: ")
        assert "\n" not in away.value.message
        for secret in (password, "hunter2"):
            assert secret not in f"{away.value.message} {away.value.hint}"


class TestScripts:
    def test_are_one_line_without_branches(self) -> None:
        directory = migrate.scripts()
        assert len(directory.get_heads()) == len(directory.get_bases()) == 1
        assert [script.revision[:4] for script in reversed(list(directory.walk_revisions()))] == [
            f"{number:04}" for number in range(1, len(list(directory.walk_revisions())) + 1)
        ]

    def test_go_forward_only_and_stay_in_the_transaction(self) -> None:
        for script in migrate.scripts().walk_revisions():
            source = Path(script.path).read_text()
            assert "def downgrade" not in source, script.revision
            assert "autocommit_block" not in source, script.revision
            assert "CONCURRENTLY" not in source, script.revision


@pytest.fixture(scope="module")
def every_model() -> None:
    """Some contexts write their statements out, and nothing that runs imports their models."""
    root = Path(dumont.__file__).parent
    for file in sorted(root.rglob("tables.py")):
        import_module(".".join(("dumont", *file.relative_to(root).with_suffix("").parts)))


@pytest.mark.usefixtures("every_model")
class TestModels:
    async def test_are_what_the_migrations_make(self, database_url: str) -> None:
        assert contexts()  # has imported every table
        partitions: set[str] = set()

        def differences(connection: Connection) -> list[Any]:
            partitions.update(
                connection.execute(text("SELECT inhrelid::regclass::text FROM pg_inherits")).scalars().all()
            )
            options = {"include_name": is_ours, "compare_type": True, "target_metadata": Base.metadata}
            return compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata)

        def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
            return kind != "table" or (name in Base.metadata.tables and name not in partitions)

        assert len(Base.metadata.tables) > 10
        assert await ask(database_url, differences) == []

    async def test_leave_out_only_what_is_asked_for_by_hand(self, database_url: str) -> None:
        """The tables without a model: jobs and events, whose every statement is written out, and the queue's."""
        made = await ask(
            database_url,
            lambda connection: set(
                connection.execute(
                    text(
                        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
                        " AND relnamespace = 'public'::regnamespace"
                    )
                ).scalars()
            ),
        )
        queue = {"pgqueuer", "pgqueuer_log", "pgqueuer_schedules", "pgqueuer_statistics"}
        by_hand = {"jobs", "workers", "schedules", "events", "alembic_version"}
        assert made - set(Base.metadata.tables) == queue | by_hand
