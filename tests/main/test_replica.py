"""What may be some seconds old is read from the replica; everything else from the database that is written to."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from httpx import ASGITransport, AsyncClient
from pydantic import SecretStr
from sqlalchemy import text

from dumont.main.contexts import contexts
from dumont.main.web import enveloped, make_app
from dumont.main.wiring import wired
from dumont.platform.db.engine import make_engine
from dumont.platform.settings import Loaded
from tests.build.accounts import Person
from tests.conftest import DatabaseMaker


@pytest.fixture
async def replica_url(make_database: DatabaseMaker) -> str:
    return await make_database.make()


@pytest.fixture
async def ada(make_database: DatabaseMaker, replica_url: str, loaded: Loaded) -> AsyncIterator[Person]:
    """A replica that has fallen behind for good, so that it is plain which of the two has answered."""
    settings = loaded.settings.model_copy(update={"database_replica_url": SecretStr(replica_url)})
    given = replace(loaded, settings=settings)
    async with wired(given, await make_database.make(), contexts(), process="tests") as parts:
        app = enveloped(make_app(contexts(), parts), settings)
        async with AsyncClient(transport=ASGITransport(app), base_url="http://test/api/v1") as client:
            yield await Person.joins(client, "ada@example.com")


class TestReplica:
    @pytest.mark.parametrize("path", ["/audit", "/admin/audit"])
    async def test_answers_from_the_audit_log(self, ada: Person, path: str, replica_url: str, loaded: Loaded) -> None:
        assert (await ada.gets(path))["items"] == []
        await self._write(replica_url, loaded, await ada.id())
        assert [item["action"] for item in (await ada.gets(path))["items"]] == ["replica.told"]

    async def test_is_not_asked_where_a_change_must_be_seen_at_once(self, ada: Person) -> None:
        await ada.does("POST", "/teams", {"name": "Vision lab"})
        assert [team["name"] for team in (await ada.gets("/teams"))["items"]] == ["Vision lab"]
        assert len((await ada.gets("/admin/users"))["items"]) == 1

    async def _write(self, url: str, loaded: Loaded, actor: str) -> None:
        engine = make_engine(url, loaded.settings, name="tests")
        async with engine.begin() as connection:
            await connection.execute(
                text(
                    "INSERT INTO audit_entries (id, at, actor_id, action, object_type, object_id, summary, ip,"
                    " request_id, details) VALUES (gen_random_uuid(), now(), CAST(:actor AS uuid), 'replica.told',"
                    " 'test', '1', '', '', '', '{}')"
                ),
                {"actor": actor},
            )
        await engine.dispose()
