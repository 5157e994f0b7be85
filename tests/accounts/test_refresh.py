"""Refresh tokens: each good once, kind to callers at the same moment, deadly to a thief."""

import asyncio

import httpx

from tests.build.accounts import PASSWORD, Person
from tests.fakes.clock import FakeClock

COOKIE = {"email": "ada@example.com", "password": PASSWORD, "remember": "cookie"}


async def refresh(client: httpx.AsyncClient, token: str | None) -> httpx.Response:
    return await client.post("/auth/refresh", json={"refresh_token": token})


class TestRefresh:
    async def test_answers_new_tokens_that_work(self, client: httpx.AsyncClient, ada: Person, clock: FakeClock) -> None:
        clock.advance(minutes=20)
        answer = (await refresh(client, ada.refresh_token)).json()
        assert answer["refresh_token"] != ada.refresh_token
        ada.access_token = answer["access_token"]
        assert (await ada.gets("/auth/me"))["email"] == ada.email
        assert (await refresh(client, answer["refresh_token"])).status_code == 200

    async def test_gives_a_lost_answer_again_and_the_session_goes_on(
        self, client: httpx.AsyncClient, ada: Person, clock: FakeClock
    ) -> None:
        lost = (await refresh(client, ada.refresh_token)).json()
        clock.advance(seconds=10)
        again = (await refresh(client, ada.refresh_token)).json()
        assert again["refresh_token"] == lost["refresh_token"]
        clock.advance(minutes=20)
        assert (await refresh(client, again["refresh_token"])).json()["refresh_token"]

    async def test_lets_a_late_twin_go_on_without_a_refresh_token_that_another_used_already(
        self, client: httpx.AsyncClient, ada: Person, clock: FakeClock
    ) -> None:
        second = (await refresh(client, ada.refresh_token)).json()
        third = (await refresh(client, second["refresh_token"])).json()
        clock.advance(seconds=10)
        twin = await refresh(client, ada.refresh_token)
        assert (twin.status_code, twin.json()["refresh_token"]) == (200, None)
        assert (await refresh(client, third["refresh_token"])).status_code == 200

    async def test_ends_the_whole_session_when_an_old_token_comes_back(
        self, client: httpx.AsyncClient, ada: Person, clock: FakeClock
    ) -> None:
        second = (await refresh(client, ada.refresh_token)).json()
        third = (await refresh(client, second["refresh_token"])).json()
        clock.advance(seconds=11)
        replayed = await refresh(client, ada.refresh_token)
        assert (replayed.status_code, replayed.json()["code"]) == (401, "session_revoked")
        assert (await refresh(client, third["refresh_token"])).json()["code"] == "session_revoked"
        thief = Person(client, ada.email, third["access_token"], "")
        assert (await thief.asks("GET", "/auth/me")).json()["code"] == "session_revoked"

    async def test_keeps_the_replay_in_the_audit_log_though_it_is_refused(
        self, client: httpx.AsyncClient, admin: Person, ada: Person, clock: FakeClock
    ) -> None:
        await refresh(client, ada.refresh_token)
        clock.advance(seconds=11)
        await refresh(client, ada.refresh_token)
        found = await admin.gets("/admin/audit?action=session.revoked")
        assert [item["actor_email"] for item in found["items"]] == [ada.email]

    async def test_refuses_a_token_of_nobody_and_none(self, client: httpx.AsyncClient) -> None:
        for token in ("x" * 43, None):
            answer = await refresh(client, token)
            assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")

    async def test_refuses_a_session_that_nobody_used_for_long(
        self, client: httpx.AsyncClient, ada: Person, clock: FakeClock
    ) -> None:
        clock.advance(days=30)
        assert (await refresh(client, ada.refresh_token)).json()["code"] == "session_revoked"

    async def test_goes_round_for_32_callers_at_once(self, crowd: httpx.AsyncClient, clock: FakeClock) -> None:
        ada = await Person.joins(crowd, "ada@example.com")
        answers = await asyncio.gather(*(refresh(crowd, ada.refresh_token) for _ in range(32)))
        assert [answer.status_code for answer in answers] == [200] * 32
        (following,) = {answer.json()["refresh_token"] for answer in answers}
        for answer in answers:
            person = Person(crowd, ada.email, answer.json()["access_token"], "")
            assert (await person.asks("GET", "/auth/me")).status_code == 200
        clock.advance(minutes=10)
        assert (await refresh(crowd, following)).status_code == 200


class TestCookie:
    async def test_carries_the_refresh_token_out_of_sight(self, client: httpx.AsyncClient, ada: Person) -> None:
        answer = await client.post("/auth/login", json=COOKIE)
        assert answer.json()["refresh_token"] is None
        assert "HttpOnly; Max-Age=2592000; Path=/api; SameSite=strict" in answer.headers["set-cookie"]
        before = client.cookies["dumont_refresh"]
        renewed = await client.post("/auth/refresh")
        assert (renewed.status_code, renewed.json()["refresh_token"]) == (200, None)
        assert client.cookies["dumont_refresh"] != before

    async def test_comes_again_when_the_answer_that_brought_it_was_lost(
        self, client: httpx.AsyncClient, ada: Person, clock: FakeClock
    ) -> None:
        await client.post("/auth/login", json=COOKIE)
        before = client.cookies["dumont_refresh"]
        await client.post("/auth/refresh")
        renewed = client.cookies["dumont_refresh"]
        client.cookies.clear()
        again = await client.post("/auth/refresh", headers={"cookie": f"dumont_refresh={before}"})
        assert f"dumont_refresh={renewed};" in again.headers["set-cookie"]
        clock.advance(minutes=10)
        assert (await client.post("/auth/refresh")).status_code == 200

    async def test_belongs_to_this_host_alone_where_there_is_tls(self, client: httpx.AsyncClient, ada: Person) -> None:
        answer = await client.post("https://dumont.test/api/v1/auth/login", json=COOKIE)
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-dumont_refresh=")
        assert all(part in cookie for part in ("; HttpOnly", "; Path=/;", "; SameSite=strict", "; Secure"))
        assert "Domain" not in cookie

    async def test_is_taken_away_at_sign_out(self, client: httpx.AsyncClient, ada: Person) -> None:
        answer = await client.post("/auth/login", json=COOKIE)
        leaving = Person(client, ada.email, answer.json()["access_token"], "")
        await leaving.does("POST", "/auth/logout")
        assert "dumont_refresh" not in client.cookies
