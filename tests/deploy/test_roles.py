"""The roles of the database, made by the script that Compose and the chart run, in a real PostgreSQL."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from dumont.accounts.audit import AUDIT
from dumont.platform.db import migrate
from dumont.platform.db.engine import make_db, make_engine
from dumont.platform.db.partitions import tend
from dumont.platform.settings import load
from tests.deploy.roles import acting, database_with_roles, execute

# Roles belong to the whole server: these tests share one process.
pytestmark = pytest.mark.xdist_group("roles")


@pytest.fixture(scope="module")
def server(postgres: str) -> Iterator[str]:
    with database_with_roles(postgres) as url:
        yield url


class TestOwner:
    async def test_makes_and_drops_partitions(self, server: str) -> None:
        day = datetime(2031, 5, 17, tzinfo=UTC)
        span = f"FROM ('{day.isoformat()}') TO ('{(day + timedelta(days=1)).isoformat()}')"
        await execute(acting(server, "owner"), f"CREATE TABLE events_later PARTITION OF events FOR VALUES {span}")
        await execute(acting(server, "app"), INSERT_EVENT.format(at=day.isoformat()))
        assert await execute(server, "SELECT count(*) FROM events_later") == 1
        await execute(acting(server, "owner"), "DROP TABLE events_later")

    async def test_is_no_superuser(self, server: str) -> None:
        answer = await execute(
            server,
            "SELECT bool_or(rolsuper OR rolcreaterole OR rolcreatedb) FROM pg_roles WHERE rolname LIKE 'dumont\\_%'"
            " AND rolname IN ('dumont_owner', 'dumont_app')",
        )
        assert answer is False


class TestApp:
    async def test_may_do_with_rows_what_it_has_to(self, server: str) -> None:
        wanting = await execute(
            server,
            "SELECT array_agg(relname::text) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND (relkind IN ('r', 'p') AND NOT (SELECT bool_and(has_table_privilege('dumont_app', oid, right_))"
            "       FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS right_)"
            "  OR relkind = 'S' AND NOT has_sequence_privilege('dumont_app', oid, 'USAGE'))",
        )
        assert wanting is None

    async def test_sees_that_the_schema_is_the_newest(self, server: str) -> None:
        migrate.demand_newest(await migrate.status(acting(server, "app")))

    @pytest.mark.parametrize(
        "statement",
        [
            "CREATE TABLE mine (id int)",
            "CREATE SCHEMA mine",
            "CREATE TEMPORARY TABLE mine (id int)",
            "ALTER TABLE users ADD COLUMN mine int",
            "DROP TABLE users",
            "TRUNCATE users",
            "ALTER TABLE audit_entries DISABLE TRIGGER ALL",
            "CREATE ROLE mine",
            "SET ROLE dumont_owner",
        ],
    )
    async def test_can_not_change_what_there_is(self, server: str, statement: str) -> None:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await execute(acting(server, "app"), statement)

    @pytest.mark.parametrize("change", ["UPDATE audit_entries SET summary = 'no'", "DELETE FROM audit_entries"])
    async def test_can_not_rewrite_the_audit_log(self, server: str, change: str) -> None:
        await execute(acting(server, "app"), INSERT_ENTRY)
        # Whoever tends partitions says so by this setting; saying so does not make one the owner.
        with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
            await execute(acting(server, "app"), "SET dumont.tending = 'on'", change)

    async def test_leaves_forgetting_to_the_owner(self, server: str) -> None:
        await execute(acting(server, "app"), INSERT_ENTRY)
        engine = make_engine(acting(server, "owner"), load({}).settings, name="tests")
        try:
            tended = await tend(make_db(engine).begin, AUDIT, datetime(2032, 1, 1, tzinfo=UTC), 30)
        finally:
            await engine.dispose()
        assert tended.made
        assert tended.dropped
        assert await execute(server, "SELECT count(*) FROM audit_entries") == 0


INSERT_ENTRY = (
    "INSERT INTO audit_entries (id, at, action, object_type, object_id, summary, ip, request_id, details)"
    " VALUES (gen_random_uuid(), now(), 'test.tried', 'test', '1', 'Tried', '', '', '{}') RETURNING id"
)
INSERT_EVENT = (
    "INSERT INTO events (kind, topics, payload, at) VALUES ('tests.happened', '{{}}', '{{}}', '{at}') RETURNING id"
)
