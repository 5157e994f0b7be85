"""The guard at every door: one question to the database, and the right refusal."""

from collections.abc import Callable
from typing import Any

import asyncpg
import httpx
import pytest

from dumont.accounts import guard
from dumont.accounts.signer import AccessClaims, Signer
from dumont.platform.db import Db
from dumont.platform.db.glance import Glance
from dumont.platform.http.limits import RateLimits
from dumont.platform.parts import Parts
from dumont.platform.settings import Settings
from tests.accounts.conftest import client_of
from tests.build.accounts import Person
from tests.fakes.clock import FakeClock
from tests.fakes.glance import GlanceInSession


class Watched:
    """A glance that remembers what it was asked."""

    def __init__(self, glance: Glance) -> None:
        self._glance = glance
        self.asked: list[str] = []

    async def row(self, statement: str, *arguments: Any) -> asyncpg.Record | None:
        self.asked.append(statement)
        return await self._glance.row(statement, *arguments)


class TestGuard:
    async def test_asks_one_question_of_the_database(self, ada: Person, parts: Parts) -> None:
        key = (await ada.does("POST", "/api-keys", {"name": "x", "scopes": ["account:read"]}))["key"]
        robot = ada.with_key(key)
        await robot.gets("/auth/me")
        for person, table in ((ada, "sessions"), (robot, "api_keys")):
            watched = parts.put(Glance, Watched(GlanceInSession(parts.get(Db))))
            await person.gets("/auth/me")
            (asked,) = watched.asked
            assert table in asked

    async def test_knows_whom_a_token_belongs_to_on_every_way_in(self, ada: Person, parts: Parts) -> None:
        caller = await guard.identify(ada.access_token, parts)
        assert str(caller.user_id) == await ada.id()
        assert caller.session_id is not None
        assert caller.may("account:write")
        assert not caller.may("users:manage")

    async def test_refuses_a_good_token_for_the_session_of_another(
        self, admin: Person, ada: Person, client: httpx.AsyncClient, clock: FakeClock
    ) -> None:
        signer = Signer("k" * 32)
        hers = signer.read(ada.access_token, clock.now())
        his = signer.read(admin.access_token, clock.now())
        mixed = AccessClaims(his.user_id, hers.session_id, hers.session_version)
        forged = Person(client, "", signer.sign(mixed, clock.now(), 900), "")
        assert (await forged.asks("GET", "/auth/me")).json()["code"] == "session_revoked"

    async def test_slows_down_a_machine_that_tries_tokens(
        self, wire: Callable[[Db], Parts], db: Db, settings: Settings
    ) -> None:
        parts = wire(db)
        parts.put(RateLimits, RateLimits(settings.model_copy(update={"rate_limit_anonymous": "3/minute"})))
        async with client_of(parts) as client:
            guesses = [Person(client, "", f"dmt_{number:012x}_{'A' * 43}", "") for number in range(5)]
            answers = [(await guess.asks("GET", "/auth/me")).status_code for guess in guesses]
        assert answers == [401, 401, 401, 429, 429]

    @pytest.mark.parametrize("header", ["", "Bearer", "Basic YTpi", "bearer "])
    async def test_says_how_to_sign_in(self, client: httpx.AsyncClient, header: str) -> None:
        answer = await client.get("/auth/me", headers={"authorization": header})
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.json()["hint"]
