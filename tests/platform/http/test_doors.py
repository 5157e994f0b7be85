"""The door: it commits before the answer leaves, leaves nothing behind on failure, and does a repeat only once."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from random import Random
from typing import Annotated
from uuid import UUID, uuid4

import pytest
from fastapi import APIRouter, Depends, FastAPI, Query, Request
from httpx import ASGITransport, AsyncClient, Response
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from dumont.basics.clock import Clock
from dumont.basics.errors import Conflict, NotAllowed
from dumont.main import failures
from dumont.platform.db.engine import Db, make_db, make_engine
from dumont.platform.events import Event
from dumont.platform.http.doors import Door, work_of
from dumont.platform.http.envelope import Envelope
from dumont.platform.parts import Parts
from dumont.platform.secrets import Vault, new_key
from dumont.platform.settings import Settings
from dumont.platform.work import Caller, Publisher, Work
from tests.fakes.clock import FakeClock

SOMEBODY = uuid4()
SOMEBODY_ELSE = uuid4()


class Kept(Conflict):
    keeps_work = True


class Note(BaseModel):
    words: str


class Silence:
    async def publish(self, tx: object, event: Event, now: object) -> None: ...


async def signed_in(request: Request) -> Work:
    return await work_of(request, Caller("user", UUID(request.headers.get("x-me", str(SOMEBODY)))))


Mine = Annotated[Work, Depends(signed_in)]
router = APIRouter(route_class=Door)


@router.post("/notes", status_code=201)
async def write(note: Note, work: Mine) -> dict[str, str]:
    await work.tx.execute(text("INSERT INTO notes (words) VALUES (:words)"), {"words": note.words})
    if note.words == "refuse":
        raise NotAllowed("No.")
    if note.words == "keep":
        raise Kept("No, and it is kept.")
    if note.words == "break":
        raise RuntimeError("bug")
    return {"id": str(uuid4())}


@dataclass
class Which:
    state: Annotated[str, Query()] = ""


@router.get("/notes")
async def count(
    work: Mine, _which: Annotated[Which, Depends()], _limit: Annotated[int, Query(alias="limit")] = 1
) -> int:
    return int(await work.tx.scalar(text("SELECT count(*) FROM notes")) or 0)


@pytest.fixture
async def engine(fresh_database_url: str, settings: Settings) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(fresh_database_url, settings, name="doors")
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE notes (words text)"))
    yield engine
    await engine.dispose()


@pytest.fixture
async def client(engine: AsyncEngine, settings: Settings, clock: FakeClock) -> AsyncIterator[AsyncClient]:
    parts = Parts()
    parts.put(Db, make_db(engine))
    parts.put(Clock, clock)
    parts.put(Random, Random(7))
    parts.put(Settings, settings)
    parts.put(Publisher, Silence())
    parts.put(Vault, Vault([new_key()]))
    app = FastAPI()
    app.include_router(router)
    app.state.parts = parts
    failures.install(app)
    transport = ASGITransport(Envelope(app, hsts=False), raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def post(client: AsyncClient, words: str, key: str | None = None, me: UUID = SOMEBODY) -> Response:
    headers = {"x-me": str(me)} | ({"idempotency-key": key} if key else {})
    return await client.post("/notes", json={"words": words}, headers=headers)


async def notes(client: AsyncClient) -> int:
    return int((await client.get("/notes")).json())


class TestTransaction:
    async def test_is_committed_when_the_answer_is_here(self, client: AsyncClient) -> None:
        assert (await post(client, "one")).status_code == 201
        assert await notes(client) == 1

    @pytest.mark.parametrize(("words", "status"), [("refuse", 403), ("break", 500)])
    async def test_leaves_nothing_behind_when_it_fails(self, client: AsyncClient, words: str, status: int) -> None:
        answer = await post(client, words)
        assert (answer.status_code, await notes(client)) == (status, 0)

    async def test_keeps_what_a_refusal_that_is_a_fact_has_written(self, client: AsyncClient) -> None:
        answer = await post(client, "keep")
        assert (answer.status_code, await notes(client)) == (409, 1)

    async def test_tells_nothing_of_our_mistakes(self, client: AsyncClient) -> None:
        answer = await post(client, "break")
        assert "bug" not in answer.text
        assert answer.json()["request_id"] == answer.headers["x-request-id"]


class TestIdempotencyKey:
    async def test_gives_a_repeat_the_first_answer(self, client: AsyncClient) -> None:
        first, again = await post(client, "one", "k"), await post(client, "one", "k")
        assert again.json() == first.json()
        assert (again.status_code, again.headers["idempotent-replayed"]) == (201, "true")
        assert await notes(client) == 1

    async def test_refuses_the_key_for_another_request(self, client: AsyncClient) -> None:
        await post(client, "one", "k")
        answer = await post(client, "two", "k")
        assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")
        assert await notes(client) == 1

    async def test_is_free_again_after_a_day_also_before_anything_is_pruned(
        self, client: AsyncClient, clock: FakeClock
    ) -> None:
        await post(client, "one", "k")
        clock.advance(hours=24)
        assert (await post(client, "one", "k")).headers["idempotent-replayed"] == "true"
        clock.advance(seconds=1)
        second = await post(client, "two", "k")
        assert second.status_code == 201
        assert (await post(client, "two", "k")).json() == second.json()
        assert await notes(client) == 2

    async def test_belongs_to_its_owner(self, client: AsyncClient) -> None:
        first, other = await post(client, "one", "k"), await post(client, "one", "k", SOMEBODY_ELSE)
        assert first.json() != other.json()

    async def test_is_free_again_after_a_failure(self, client: AsyncClient) -> None:
        assert (await post(client, "refuse", "k")).status_code == 403
        assert (await post(client, "one", "k")).status_code == 201

    async def test_does_the_work_of_many_at_once_only_once(self, client: AsyncClient) -> None:
        import asyncio

        answers = await asyncio.gather(*[post(client, "one", "k") for _ in range(8)])
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert await notes(client) == 1

    async def test_keeps_answers_sealed(self, client: AsyncClient, engine: AsyncEngine) -> None:
        shown = (await post(client, "one", "k")).json()["id"]
        async with engine.connect() as connection:
            kept = await connection.scalar(text("SELECT answer FROM idempotent_answers"))
        assert kept.startswith("v1.")
        assert shown not in kept

    async def test_must_be_of_sane_length(self, client: AsyncClient) -> None:
        answer = await post(client, "one", "k" * 201)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


class TestETag:
    async def test_spares_the_body_until_something_changed(self, client: AsyncClient) -> None:
        tag = (await client.get("/notes")).headers["etag"]
        assert (await client.get("/notes", headers={"if-none-match": tag})).status_code == 304
        await post(client, "one")
        assert (await client.get("/notes", headers={"if-none-match": tag})).status_code == 200


class TestQuery:
    async def test_that_nobody_reads_is_refused_with_the_nearest_name(self, client: AsyncClient) -> None:
        answer = await client.get("/notes", params={"stat": "done"})
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown_parameter")
        assert answer.json()["hint"] == "Do you mean state?"
        assert [fault["field"] for fault in answer.json()["errors"]] == ["stat"]
        assert (await client.get("/notes", params={"wholly": "other"})).json()["hint"] == "It takes limit, state."
        assert (await client.get("/notes", params={"state": "done", "limit": 3})).status_code == 200

    async def test_with_what_no_text_holds_is_refused_before_the_database_is_asked(self, client: AsyncClient) -> None:
        answer = await client.get("/notes", params={"state": "d\0ne"})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "state")

    async def test_of_a_writing_request_is_let_be(self, client: AsyncClient) -> None:
        assert (await client.post("/notes", params={"from": "letter"}, json={"words": "a"})).status_code == 201
