"""API keys: scoped, shown once, gone at once."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from dumont.accounts.rules import tokens
from dumont.accounts.tables import ApiKey
from dumont.platform.db import Db
from tests.build.accounts import Person
from tests.fakes.clock import FakeClock


async def make_key(person: Person, *scopes: str, **more: str) -> dict[str, str]:
    body = {"name": "robot", "scopes": scopes or ("account:read",), **more}
    made: dict[str, str] = await person.does("POST", "/api-keys", body)
    return made


class TestApiKey:
    async def test_is_shown_once_and_kept_as_a_hash(self, ada: Person, db: Db) -> None:
        made = await make_key(ada)
        assert made["key"].startswith(f"dmt_{made['prefix']}_")
        assert "key" not in (await ada.gets("/api-keys"))["items"][0]
        async with db.begin() as tx:
            row = (await tx.execute(select(ApiKey))).scalar_one()
        assert row.hash == tokens.digest(made["key"].split("_", 2)[2])

    async def test_does_what_its_scopes_allow_and_no_more(self, ada: Person) -> None:
        robot = ada.with_key((await make_key(ada, "account:read", "teams:read"))["key"])
        assert (await robot.gets("/auth/me"))["permissions"] == ["account:read", "teams:read"]
        assert (await robot.gets("/teams"))["items"] == []
        refused = await robot.asks("POST", "/teams", {"name": "Mine"})
        assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
        assert "teams:write" in refused.json()["hint"]

    async def test_can_not_be_given_what_its_maker_has_not(self, ada: Person) -> None:
        refused = await ada.asks("POST", "/api-keys", {"name": "x", "scopes": ["users:manage"]})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "scopes")

    async def test_can_not_make_a_stronger_one(self, ada: Person) -> None:
        robot = ada.with_key((await make_key(ada, "account:write"))["key"])
        refused = await robot.asks("POST", "/api-keys", {"name": "x", "scopes": ["teams:write"]})
        assert refused.status_code == 422

    async def test_can_not_make_one_that_outlives_it(self, ada: Person, clock: FakeClock) -> None:
        ends = (clock.now() + timedelta(minutes=5)).isoformat()
        robot = ada.with_key((await make_key(ada, "account:write", expires_at=ends))["key"])
        for later in (None, (clock.now() + timedelta(minutes=6)).isoformat()):
            body = {"name": "x", "scopes": ["account:write"], "expires_at": later}
            refused = await robot.asks("POST", "/api-keys", body)
            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "expires_at")
        assert (await make_key(robot, "account:write", expires_at=ends))["key"]

    async def test_loses_what_its_owner_loses(self, admin: Person, ada: Person) -> None:
        await admin.does("PATCH", f"/admin/users/{await ada.id()}", {"role": "operator"})
        robot = ada.with_key((await make_key(ada, "audit:read"))["key"])
        assert (await robot.asks("GET", "/admin/audit")).status_code == 200
        await admin.does("PATCH", f"/admin/users/{await ada.id()}", {"role": "user"})
        assert (await robot.asks("GET", "/admin/audit")).status_code == 403

    async def test_stops_working_when_it_is_removed(self, ada: Person) -> None:
        made = await make_key(ada)
        await ada.does("DELETE", f"/api-keys/{made['id']}")
        assert (await ada.with_key(made["key"]).asks("GET", "/auth/me")).json()["code"] == "not_signed_in"
        assert (await ada.asks("DELETE", f"/api-keys/{made['id']}")).status_code == 404

    async def test_stops_working_when_it_expires(self, ada: Person, clock: FakeClock) -> None:
        made = await make_key(ada, expires_at=(clock.now() + timedelta(minutes=5)).isoformat())
        robot = ada.with_key(made["key"])
        assert (await robot.asks("GET", "/auth/me")).status_code == 200
        clock.advance(minutes=5)
        assert (await robot.asks("GET", "/auth/me")).json()["code"] == "token_expired"

    @pytest.mark.parametrize(
        "expires_at", ["2020-01-01T00:00:00Z", "2030-01-01T00:00", "9999-12-31T23:59-23:59", "soon"]
    )
    async def test_must_expire_at_a_moment_to_come(self, ada: Person, expires_at: str) -> None:
        body = {"name": "x", "scopes": ["account:read"], "expires_at": expires_at}
        answer = await ada.asks("POST", "/api-keys", body)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "expires_at")

    async def test_is_refused_with_a_wrong_secret(self, ada: Person) -> None:
        key = (await make_key(ada))["key"]
        forged = f"{key[:-1]}{'A' if key[-1] != 'A' else 'B'}"
        assert (await ada.with_key(forged).asks("GET", "/auth/me")).status_code == 401

    async def test_tells_to_the_minute_when_it_was_used(self, ada: Person, clock: FakeClock) -> None:
        robot = ada.with_key((await make_key(ada))["key"])
        first = clock.advance(seconds=10)
        await robot.gets("/auth/me")
        clock.advance(seconds=59)
        await robot.gets("/auth/me")
        used = (await ada.gets("/api-keys"))["items"][0]["last_used_at"]
        assert used == first.isoformat().replace("+00:00", "Z")

    async def test_has_no_session_to_sign_out_of(self, ada: Person) -> None:
        robot = ada.with_key((await make_key(ada))["key"])
        assert (await robot.asks("POST", "/auth/logout")).json()["code"] == "no_session"

    async def test_is_made_once_for_one_idempotency_key(self, ada: Person) -> None:
        body, headers = {"name": "robot", "scopes": ["account:read"]}, {"idempotency-key": "only-one"}
        first = await ada.asks("POST", "/api-keys", body, headers=headers)
        again = await ada.asks("POST", "/api-keys", body, headers=headers)
        assert (again.status_code, again.json()) == (201, first.json())
        assert len((await ada.gets("/api-keys"))["items"]) == 1


class TestList:
    async def test_goes_on_from_page_to_page_by_link(self, client: httpx.AsyncClient, ada: Person) -> None:
        made = [(await make_key(ada))["id"] for _ in range(5)]
        seen: list[str] = []
        url = "?limit=2"
        while url:
            answer = await ada.asks("GET", f"/api-keys{url}")
            seen += [item["id"] for item in answer.json()["items"]]
            url = answer.links["next"]["url"] if "next" in answer.links else ""
            assert ("next" in answer.links) == (answer.json()["next_cursor"] is not None)
        assert sorted(seen) == sorted(made)

    async def test_refuses_a_cursor_that_it_did_not_give(self, ada: Person) -> None:
        answer = await ada.asks("GET", "/api-keys?cursor=nonsense")
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor")
