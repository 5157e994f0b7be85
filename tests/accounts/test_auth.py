"""Sign-up, sign-in, me: through the real application."""

import httpx
import pytest

from dumont.accounts.events import AccountOpened, AddressTaken, SessionEnded
from tests.build.accounts import PASSWORD, Person
from tests.fakes.clock import FakeClock
from tests.fakes.hasher import FakeHasher
from tests.fakes.publisher import FakePublisher


async def sign_up(client: httpx.AsyncClient, **changes: str) -> httpx.Response:
    body = {"email": "ada@example.com", "name": "Ada", "password": PASSWORD, **changes}
    return await client.post("/auth/signup", json=body)


async def log_in(client: httpx.AsyncClient, email: str, password: str = PASSWORD) -> httpx.Response:
    return await client.post("/auth/login", json={"email": email, "password": password})


class TestSignUp:
    async def test_makes_the_first_account_admin_and_the_second_a_user(self, admin: Person, ada: Person) -> None:
        assert (await admin.gets("/auth/me"))["role"] == "admin"
        assert (await ada.gets("/auth/me"))["role"] == "user"

    async def test_publishes_that_an_account_was_opened(self, ada: Person, published: FakePublisher) -> None:
        assert [str(event.user_id) for event in published.of(AccountOpened)][-1] == await ada.id()

    async def test_answers_the_same_for_a_taken_address_at_the_same_cost(
        self, client: httpx.AsyncClient, hasher: FakeHasher, published: FakePublisher
    ) -> None:
        new = await sign_up(client)
        before = hasher.hashed
        taken = await sign_up(client, email=" ADA@example.com", password="another long one 77")
        assert (taken.status_code, taken.content) == (new.status_code, new.content)
        assert hasher.hashed == before + 1
        assert len(published.of(AddressTaken)) == 1
        assert (await log_in(client, "ada@example.com", "another long one 77")).status_code == 401

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("password", "short"),
            ("password", "password123"),
            ("password", "ada@example.com"),
            ("email", "ada"),
            ("name", ""),
            ("name", "a\x00b"),
        ],
    )
    async def test_names_the_field_that_is_wrong(self, client: httpx.AsyncClient, field: str, value: str) -> None:
        answer = await sign_up(client, **{field: value})
        assert answer.status_code == 422
        assert [problem["field"] for problem in answer.json()["errors"]] == [field]
        assert value not in answer.text or len(value) < 6


class TestLogin:
    async def test_takes_the_form_of_oauth2(self, client: httpx.AsyncClient, ada: Person) -> None:
        form = {"grant_type": "password", "username": "Ada@Example.com", "password": PASSWORD}
        answer = await client.post("/auth/login", data=form)
        assert answer.status_code == 200
        assert answer.json()["token_type"] == "bearer"
        assert answer.headers["cache-control"] == "no-store"

    async def test_tells_unknown_address_and_wrong_password_alike(
        self, client: httpx.AsyncClient, ada: Person, hasher: FakeHasher
    ) -> None:
        hasher.checked.clear()
        wrong = await log_in(client, "ada@example.com", "not the one")
        unknown = await log_in(client, "nobody@example.com", "not the one")
        strip = ("request_id",)
        assert {k: v for k, v in wrong.json().items() if k not in strip} == {
            k: v for k, v in unknown.json().items() if k not in strip
        }
        assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_credentials")
        assert len(hasher.checked) == 2

    async def test_names_the_field_of_the_form(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/auth/login", data={"username": "nobody"})
        assert {problem["field"] for problem in answer.json()["errors"]} == {"username", "password"}

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"\xff"])
    async def test_refuses_a_body_that_is_none(self, client: httpx.AsyncClient, body: bytes) -> None:
        answer = await client.post("/auth/login", content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 422

    @pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data", ""])
    async def test_signs_nobody_in_by_a_form_of_another_site(
        self, client: httpx.AsyncClient, ada: Person, kind: str
    ) -> None:
        body = f'{{"email": "{ada.email}", "password": "{PASSWORD}", "remember": "cookie", "x": "="}}'
        answer = await client.post("/auth/login", content=body, headers={"content-type": kind})
        assert (answer.status_code, "set-cookie" in answer.headers) == (422, False)


class TestMe:
    async def test_is_refused_without_a_token(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/auth/me")
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")

    @pytest.mark.parametrize("token", ["x", "a.b.c", "dmt_000000000000_" + "a" * 43])
    async def test_is_refused_with_a_token_of_nobody(self, client: httpx.AsyncClient, token: str) -> None:
        answer = await client.get("/auth/me", headers={"authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")

    async def test_says_when_the_token_has_expired(self, ada: Person, clock: FakeClock) -> None:
        clock.advance(minutes=14, seconds=59)
        assert (await ada.asks("GET", "/auth/me")).status_code == 200
        clock.advance(seconds=1)
        answer = await ada.asks("GET", "/auth/me")
        assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")

    async def test_changes_the_name(self, ada: Person) -> None:
        await ada.does("PATCH", "/auth/me", {"name": "Ada Lovelace"})
        assert (await ada.gets("/auth/me"))["name"] == "Ada Lovelace"

    async def test_refuses_a_field_that_it_does_not_know_and_names_it(self, ada: Person) -> None:
        answer = await ada.asks("PATCH", "/auth/me", {"nmae": "x"})
        assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, ["nmae"])


class TestSignOut:
    async def test_ends_the_session_at_once(self, ada: Person, published: FakePublisher) -> None:
        await ada.does("POST", "/auth/logout")
        ended = published.of(SessionEnded)[-1]
        assert f"session:{ended.session_id}" in ended.topics()
        answer = await ada.asks("GET", "/auth/me")
        assert (answer.status_code, answer.json()["code"]) == (401, "session_revoked")

    async def test_everywhere_ends_all_of_them(self, client: httpx.AsyncClient, ada: Person) -> None:
        elsewhere = await Person.signs_in(client, ada.email)
        await ada.does("POST", "/auth/logout-everywhere")
        for person in (ada, elsewhere):
            assert (await person.asks("GET", "/auth/me")).json()["code"] == "session_revoked"
        renewed = await client.post("/auth/refresh", json={"refresh_token": ada.refresh_token})
        assert renewed.json()["code"] == "session_revoked"

    async def test_lists_and_ends_single_sessions(self, client: httpx.AsyncClient, ada: Person) -> None:
        elsewhere = await Person.signs_in(client, ada.email)
        sessions = (await ada.gets("/auth/sessions"))["items"]
        other = next(item["id"] for item in sessions if not item["current"])
        await ada.does("DELETE", f"/auth/sessions/{other}")
        assert (await elsewhere.asks("GET", "/auth/me")).status_code == 401
        assert [item["current"] for item in (await ada.gets("/auth/sessions"))["items"]] == [True]
