"""What a grant opens: one owner's objects by the forms of their names, and nothing that must stay as it is."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from dumont.platform.db import Db
from dumont.platform.db.engine import make_db, make_engine
from dumont.platform.settings import Settings
from dumont.snapshots import objects
from dumont.snapshots.rules import names
from dumont.snapshots.rules.states import OPEN
from dumont.snapshots.store import grants, snapshots
from dumont.snapstore.blobs import checksum
from tests.build import snapshots as build
from tests.build.accounts import Person
from tests.build.snapshots import Granted
from tests.fakes.clock import FakeClock
from tests.locks import somebody_waits

PACK, MANIFEST = "packs/ab/ab" + "0" * 62, "snapshots/" + "cd" * 32


@pytest.fixture
async def granted(ada: Person, folder: Path) -> Granted:
    return await build.started(ada, folder)


@pytest.fixture
def agent(ada: Person, granted: Granted) -> Person:
    return ada.with_key(granted.token)


@pytest.fixture
def bare(api: httpx.AsyncClient) -> httpx.AsyncClient:
    """Sends no token along."""
    return api


async def lent(agent: Person, **wish: Any) -> dict[str, Any]:
    found: dict[str, Any] = await agent.does("POST", "/snapshots/grant/urls", wish)
    return found


class TestNames:
    @pytest.mark.parametrize(
        "name",
        [
            *("", "packs/ab", "packs/ac/ab" + "0" * 62, "packs/ab/ab" + "0" * 61, "../config", "config/", "hot/AB"),
            *("snapshots/" + "g" * 64, "packs/ab/../ab" + "0" * 59, "config\n"),
        ],
    )
    def test_of_another_form_are_none(self, name: str) -> None:
        assert not names.is_name(name)

    def test_that_only_the_server_writes_are_not_lent(self) -> None:
        assert names.is_name("doomed/" + "a" * 32)
        assert not names.may_put("doomed/" + "a" * 32, 10)

    def test_are_written_with_a_size_that_fits(self) -> None:
        assert names.may_put(PACK, 64 << 20)
        assert not names.may_put(PACK, (64 << 20) + 1)
        assert not names.may_put(PACK, 0)

    def test_are_deleted_by_a_writer_of_its_own_sign_alone(self) -> None:
        assert names.may_delete("writers/" + "a" * 32)
        assert not names.may_delete(PACK)


class TestDoor:
    async def test_takes_and_gives_what_was_signed(
        self, agent: Person, bare: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        body = bytes(range(256)) * 2500  # more than is sent at once
        url = (await lent(agent, put=[[PACK, len(body)]]))["put"][PACK]
        assert (await bare.put(url, content=body)).status_code == 200
        got = (await lent(agent, get=[PACK]))["get"][PACK]
        assert (await bare.get(got)).content == body
        part = await bare.get(got, headers={"range": "bytes=5-9"})
        assert (part.status_code, part.content) == (206, body[5:10])
        assert part.headers["content-range"] == f"bytes 5-9/{len(body)}"
        assert (await bare.get(got, headers={"range": "bytes=-3"})).content == body[-3:]
        for nowait in (objects.NOWAIT, 0):
            monkeypatch.setattr(objects, "NOWAIT", nowait)
            assert (await bare.get(got, headers={"range": f"bytes=3-{len(body) - 2}"})).content == body[3:-1]
        late = await bare.get(got, headers={"range": "bytes=9999999-"})
        assert (late.status_code, late.json()["code"]) == (422, "range_not_there")

    async def test_refuses_another_size_and_keeps_nothing_of_it(
        self, agent: Person, granted: Granted, bare: httpx.AsyncClient, store: Path
    ) -> None:
        url = (await lent(agent, put=[[PACK, 10]]))["put"][PACK]
        for body in (b"x" * 9, b"x" * 11):
            assert (await bare.put(url, content=body)).json()["code"] == "wrong_size"
        assert {path.name for path in build.things_in(store)} <= {str(granted.owner), "packs", "ab"}

    async def test_refuses_what_has_changed_on_its_way(
        self, agent: Person, granted: Granted, bare: httpx.AsyncClient, store: Path
    ) -> None:
        told = "=".join(checksum.of([b"bytes"]))
        lending = await agent.does("POST", "/snapshots/grant/urls", {"put": [[PACK, 5]], "checksums": {PACK: told}})
        url, headers = lending["put"][PACK], lending["headers"][PACK]
        assert (await bare.put(url, content=b"bytez", headers=headers)).json()["code"] == "wrong_checksum"
        assert {path.name for path in build.things_in(store)} <= {str(granted.owner), "packs", "ab"}
        assert (await bare.put(url, content=b"bytes", headers=headers)).status_code == 200

    @pytest.mark.parametrize("name", [MANIFEST, PACK])
    async def test_writes_over_nothing_that_others_need(
        self, agent: Person, bare: httpx.AsyncClient, name: str
    ) -> None:
        for body, status in ((b"first", 200), (b"first", 200), (b"other", 409)):
            url = (await lent(agent, put=[[name, 5]]))["put"][name]
            assert (await bare.put(url, content=body)).status_code == status
        got = (await lent(agent, get=[name]))["get"][name]
        assert (await bare.get(got)).content == b"first"

    async def test_knows_no_address_that_was_changed_or_is_over(
        self, agent: Person, bare: httpx.AsyncClient, clock: FakeClock
    ) -> None:
        url = (await lent(agent, get=[PACK]))["get"][PACK]
        assert (await bare.get(url)).json()["code"] == "object_missing"
        for other in (url.replace("packs/ab/ab0", "packs/ab/ab1"), url.replace("until=1", "until=2")):
            assert (await bare.get(other)).json()["code"] == "address_over"
        assert (await bare.put(url, content=b"")).json()["code"] == "address_over"
        assert (await bare.get(url.partition("?")[0])).status_code == 403
        clock.advance(minutes=16)
        assert (await bare.get(url)).json()["code"] == "address_over"


class TestGrant:
    async def test_opens_no_other_door(self, agent: Person) -> None:
        assert (await agent.asks("GET", "/snapshots")).status_code == 401

    async def test_is_no_token_of_an_account(self, ada: Person) -> None:
        assert (await ada.asks("GET", "/snapshots/grant")).status_code == 401

    async def test_reads_only_for_a_restore(self, ada: Person, snapshot: str) -> None:
        started = await ada.does("POST", f"/snapshots/{snapshot}/restore", {"target": "/there"})
        reader = ada.with_key(started["grant"]["token"])
        answer = await reader.asks("POST", "/snapshots/grant/urls", {"put": [[PACK, 10]]})
        assert (answer.status_code, answer.json()["code"]) == (403, "grant_read_only")
        found = await reader.gets("/snapshots/grant/list", params={"prefix": "snapshots/"})
        assert len(found["items"]) == 1

    async def test_lends_no_second_config(self, ada: Person, agent: Person, snapshot: str) -> None:
        answer = await agent.asks("POST", "/snapshots/grant/urls", {"put": [["config", 100]]})
        assert (answer.status_code, answer.json()["code"]) == (409, "config_stands")

    async def test_ends_when_it_is_silent_for_long(self, agent: Person, clock: FakeClock) -> None:
        clock.advance(minutes=50)
        await agent.does("POST", "/snapshots/grant/progress", {"bytes": 1})
        clock.advance(minutes=50)
        assert (await agent.gets("/snapshots/grant"))["state"] == "running"
        clock.advance(minutes=11)
        assert (await agent.asks("GET", "/snapshots/grant")).json()["code"] == "grant_over"

    async def test_refuses_names_of_no_form(self, agent: Person) -> None:
        for wish in ({"get": ["../../etc/passwd"]}, {"put": [["config", 10**9]]}, {"delete": [PACK]}):
            assert (await agent.asks("POST", "/snapshots/grant/urls", wish)).status_code == 422
        assert (await agent.asks("GET", "/snapshots/grant/list", params={"prefix": "../"})).status_code == 422


class TestAtOnce:
    @pytest.fixture
    async def db(self, fresh_database_url: str, settings: Settings) -> AsyncIterator[Db]:
        """With a connection and a transaction of its own for each who asks."""
        engine = make_engine(fresh_database_url, settings, name="at once")
        yield make_db(engine)
        await engine.dispose()

    async def test_its_last_report_does_not_bar_its_end(self, db: Db, agent: Person, granted: Granted) -> None:
        """Each locks the snapshot and its grant: in two orders, one of them would be thrown out."""
        async with db.begin() as tx:
            assert await snapshots.move(tx, UUID(granted.id), OPEN, {"state": "failed"})
            report = asyncio.create_task(agent.asks("POST", "/snapshots/grant/progress", {"bytes": 1}))
            await somebody_waits(tx)
            await grants.end(tx, snapshot_id=UUID(granted.id))
        answer = await report
        assert (answer.status_code, answer.json()["cancel"]) == (200, True)
