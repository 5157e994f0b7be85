"""Changing a password, and getting a new one by link."""

import asyncio

import httpx
import pytest
from sqlalchemy import text

from dumont.accounts.events import ResetAsked
from dumont.platform.db import Db
from tests.build.accounts import PASSWORD, Person
from tests.fakes.clock import FakeClock
from tests.fakes.hasher import FakeHasher
from tests.fakes.publisher import FakePublisher

NEW = "seven green bottles 12"


async def log_in(client: httpx.AsyncClient, email: str, password: str) -> int:
    return (await client.post("/auth/login", json={"email": email, "password": password})).status_code


async def reset(client: httpx.AsyncClient, token: str, password: str = NEW) -> httpx.Response:
    return await client.post("/auth/password/reset", json={"token": token, "new_password": password})


async def link_for(admin: Person, person: Person) -> str:
    answer = await admin.does("POST", f"/admin/users/{await person.id()}/reset-link")
    return str(answer["url"].split("token=")[1])


class TestChange:
    async def test_ends_every_session_but_this_one(self, client: httpx.AsyncClient, ada: Person) -> None:
        elsewhere = await Person.signs_in(client, ada.email)
        await ada.does("POST", "/auth/password", {"current_password": PASSWORD, "new_password": NEW})
        assert (await elsewhere.asks("GET", "/auth/me")).json()["code"] == "session_revoked"
        renewed = await client.post("/auth/refresh", json={"refresh_token": ada.refresh_token})
        ada.access_token = renewed.json()["access_token"]
        assert len((await ada.gets("/auth/sessions"))["items"]) == 1
        assert [await log_in(client, ada.email, word) for word in (PASSWORD, NEW)] == [401, 200]

    async def test_makes_the_old_access_token_of_this_session_ask_for_a_fresh_one(self, ada: Person) -> None:
        await ada.does("POST", "/auth/password", {"current_password": PASSWORD, "new_password": NEW})
        assert (await ada.asks("GET", "/auth/me")).json()["code"] == "token_expired"

    async def test_leaves_the_api_keys(self, ada: Person) -> None:
        wish = {"name": "robot", "scopes": ["account:read"]}
        robot = ada.with_key((await ada.does("POST", "/api-keys", wish))["key"])
        await ada.does("POST", "/auth/password", {"current_password": PASSWORD, "new_password": NEW})
        assert (await robot.asks("GET", "/auth/me")).status_code == 200

    async def test_asks_for_the_current_one(self, ada: Person) -> None:
        body = {"current_password": "guess", "new_password": NEW}
        answer = await ada.asks("POST", "/auth/password", body)
        assert (answer.status_code, answer.json()["code"]) == (422, "wrong_password")
        assert answer.json()["errors"][0]["field"] == "current_password"

    async def test_stops_one_who_borrowed_the_session_from_guessing(self, ada: Person) -> None:
        body = {"current_password": "guess", "new_password": NEW}
        codes = [(await ada.asks("POST", "/auth/password", body)).status_code for _ in range(11)]
        assert codes == [422] * 10 + [429]

    async def test_can_be_tried_again_with_the_same_idempotency_key(self, ada: Person) -> None:
        body, headers = {"current_password": "guess", "new_password": NEW}, {"idempotency-key": "same"}
        for _ in range(2):
            answer = await ada.asks("POST", "/auth/password", body, headers=headers)
            assert answer.json()["code"] == "wrong_password"

    async def test_refuses_a_weak_one_by_its_field(self, ada: Person) -> None:
        body = {"current_password": PASSWORD, "new_password": "password1"}
        answer = await ada.asks("POST", "/auth/password", body)
        assert (answer.json()["code"], answer.json()["errors"][0]["field"]) == ("weak_password", "new_password")

    async def test_leaves_no_session_to_one_who_signs_in_meanwhile_with_the_old_one(
        self, crowd: httpx.AsyncClient, hasher: FakeHasher
    ) -> None:
        ada = await Person.joins(crowd, "ada@example.com")
        body = {"current_password": PASSWORD, "new_password": NEW}
        hasher.meanwhile.append(ada.does("POST", "/auth/password", body))
        thief = await Person.signs_in(crowd, ada.email)
        assert (await thief.asks("GET", "/auth/me")).json()["code"] == "session_revoked"


class TestHash:
    async def test_of_an_old_kind_is_made_anew_at_sign_in(self, client: httpx.AsyncClient, ada: Person, db: Db) -> None:
        kinds = []
        async with db.begin() as tx:
            await tx.execute(text("UPDATE users SET password_hash = replace(password_hash, 'fake:', 'old:')"))
        for password, status in (("guess", 401), (PASSWORD, 200), (PASSWORD, 200)):
            assert await log_in(client, ada.email, password) == status
            async with db.begin() as tx:
                query = text("SELECT password_hash FROM users WHERE email = :email")
                kinds.append((await tx.execute(query, {"email": ada.email})).scalar_one().partition(":")[0])
        assert kinds == ["old", "fake", "fake"]
        assert await ada.gets("/auth/me"), "sessions stay"


class TestForgot:
    async def test_answers_and_does_the_same_for_any_address(
        self, client: httpx.AsyncClient, ada: Person, published: FakePublisher
    ) -> None:
        known = await client.post("/auth/password/forgot", json={"email": ada.email})
        unknown = await client.post("/auth/password/forgot", json={"email": "nobody@example.com"})
        assert (known.status_code, known.content) == (unknown.status_code, unknown.content) == (202, known.content)
        assert [event.email for event in published.of(ResetAsked)] == [ada.email, "nobody@example.com"]


class TestReset:
    async def test_lets_in_with_the_new_password_and_ends_all_sessions(
        self, client: httpx.AsyncClient, admin: Person, ada: Person
    ) -> None:
        assert (await reset(client, await link_for(admin, ada))).status_code == 204
        assert (await ada.asks("GET", "/auth/me")).json()["code"] == "session_revoked"
        assert [await log_in(client, ada.email, word) for word in (PASSWORD, NEW)] == [401, 200]

    async def test_takes_the_api_keys_away_and_says_how_many(
        self, client: httpx.AsyncClient, admin: Person, ada: Person
    ) -> None:
        wish = {"name": "robot", "scopes": ["account:read"]}
        robots = [
            person.with_key((await person.does("POST", "/api-keys", wish))["key"]) for person in (ada, ada, admin)
        ]
        await reset(client, await link_for(admin, ada))
        assert [(await robot.asks("GET", "/auth/me")).status_code for robot in robots] == [401, 401, 200]
        line = (await admin.gets("/admin/audit?action=password.reset"))["items"][0]
        assert line["details"] == {"api_keys_removed": 2}

    async def test_is_good_once_and_ends_the_other_links(
        self, client: httpx.AsyncClient, admin: Person, ada: Person
    ) -> None:
        first, second = await link_for(admin, ada), await link_for(admin, ada)
        assert (await reset(client, first)).status_code == 204
        for token in (first, second, "x" * 43):
            assert (await reset(client, token)).json()["code"] == "reset_link_over"

    async def test_lets_one_of_two_links_win_that_are_used_at_once(self, crowd: httpx.AsyncClient) -> None:
        admin, ada = await Person.joins(crowd, "root@example.com"), await Person.joins(crowd, "ada@example.com")
        links = [await link_for(admin, ada) for _ in range(4)]
        answers = await asyncio.gather(*(reset(crowd, token) for token in links))
        assert sorted(answer.status_code for answer in answers) == [204, 422, 422, 422]

    async def test_is_good_for_an_hour(
        self, client: httpx.AsyncClient, admin: Person, ada: Person, clock: FakeClock
    ) -> None:
        token = await link_for(admin, ada)
        clock.advance(hours=1)
        assert (await reset(client, token)).status_code == 422

    async def test_keeps_the_link_when_the_new_password_is_weak(
        self, client: httpx.AsyncClient, admin: Person, ada: Person
    ) -> None:
        token = await link_for(admin, ada)
        assert (await reset(client, token, "password1")).json()["code"] == "weak_password"
        assert (await reset(client, token)).status_code == 204


class TestStrength:
    @pytest.mark.parametrize(("password", "acceptable"), [("password1", False), (PASSWORD, True)])
    async def test_is_told_to_anyone(self, client: httpx.AsyncClient, password: str, acceptable: bool) -> None:
        answer = await client.post("/auth/password/strength", json={"password": password, "email": None})
        assert answer.json()["acceptable"] is acceptable

    async def test_judges_what_sign_up_judges(self, client: httpx.AsyncClient) -> None:
        body = {"password": "lovelace99xy", "email": "ada.lovelace@example.com"}
        answer = (await client.post("/auth/password/strength", json=body)).json()
        assert answer["warning"] == "Must not contain your name or address."
