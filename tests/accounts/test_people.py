"""What administrators do with the accounts of others."""

import asyncio

import httpx
import pytest

from dumont.accounts.events import AccountChanged
from tests.build.accounts import PASSWORD, Person
from tests.fakes.publisher import FakePublisher


class TestPeople:
    async def test_are_closed_to_everybody_else(self, ada: Person) -> None:
        refused = await ada.asks("GET", "/admin/users")
        assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
        assert "users:manage" in refused.json()["hint"]

    async def test_are_found_by_text_role_and_state(self, admin: Person, ada: Person) -> None:
        await Person.joins(admin.client, "grace@example.com", name="100% Grace_")
        await admin.does("PATCH", f"/admin/users/{await ada.id()}", {"disabled": True})
        grace = ["grace@example.com"]
        expected = {
            "q=GRACE": grace,
            "q=100%25": grace,
            "q=_": grace,
            "q=%25a": [],
            "role=admin": [admin.email],
            "state=disabled": [ada.email],
            "state=active&role=user": grace,
        }
        for query, emails in expected.items():
            found = (await admin.gets(f"/admin/users?{query}"))["items"]
            assert [user["email"] for user in found] == emails, query

    async def test_show_in_how_many_places_they_are_signed_in(self, admin: Person, ada: Person) -> None:
        await Person.signs_in(admin.client, ada.email)
        assert (await admin.gets(f"/admin/users/{await ada.id()}"))["sessions"] == 2

    async def test_are_no_way_for_a_key_to_gain_what_it_has_not(self, admin: Person, ada: Person) -> None:
        made = await admin.does("POST", "/api-keys", {"name": "x", "scopes": ["users:manage"]})
        robot, her = admin.with_key(made["key"]), f"/admin/users/{await ada.id()}"
        himself = f"/admin/users/{await admin.id()}"
        for method, path, body in (
            ("POST", f"{himself}/reset-link", None),
            ("POST", f"{her}/reset-link", None),
            ("PATCH", her, {"role": "admin"}),
        ):
            refused = await robot.asks(method, path, body)
            assert (refused.status_code, "account:write" in refused.json()["hint"]) == (403, True), path
        assert (await robot.does("PATCH", her, {"disabled": True}))["role"] == "user"


class TestDisabling:
    async def test_wakes_what_holds_a_connection_of_the_account(
        self, admin: Person, ada: Person, published: FakePublisher
    ) -> None:
        her_id = await ada.id()
        await admin.does("PATCH", f"/admin/users/{her_id}", {"disabled": True})
        assert f"account:{her_id}" in published.of(AccountChanged)[-1].topics()

    async def test_shuts_out_at_once_and_for_good(self, admin: Person, ada: Person) -> None:
        key = (await ada.does("POST", "/api-keys", {"name": "x", "scopes": ["account:read"]}))["key"]
        path = f"/admin/users/{await ada.id()}"
        assert (await admin.does("PATCH", path, {"disabled": True}))["disabled"] is True
        assert (await ada.asks("GET", "/auth/me")).json()["code"] == "session_revoked"
        assert (await ada.with_key(key).asks("GET", "/auth/me")).json()["code"] == "session_revoked"
        refreshed = await ada.client.post("/auth/refresh", json={"refresh_token": ada.refresh_token})
        assert refreshed.json()["code"] == "session_revoked"
        signed_in = await ada.client.post("/auth/login", json={"email": ada.email, "password": PASSWORD})
        assert signed_in.json()["code"] == "wrong_credentials"
        await admin.does("PATCH", path, {"disabled": False})
        assert (await ada.asks("GET", "/auth/me")).status_code == 401
        assert (await (await Person.signs_in(ada.client, ada.email)).asks("GET", "/auth/me")).status_code == 200


class TestRoles:
    async def test_count_from_the_next_request(self, admin: Person, ada: Person) -> None:
        path = f"/admin/users/{await ada.id()}"
        await admin.does("PATCH", path, {"role": "operator"})
        assert "jobs:manage" in (await ada.gets("/auth/me"))["permissions"]
        await admin.does("PATCH", path, {"role": "user"})
        assert (await ada.asks("GET", "/admin/audit")).status_code == 403

    @pytest.mark.parametrize("change", [{"role": "user"}, {"role": "operator"}, {"disabled": True}])
    async def test_leave_an_administrator(self, admin: Person, ada: Person, change: dict[str, object]) -> None:
        path = f"/admin/users/{await admin.id()}"
        refused = await admin.asks("PATCH", path, change)
        assert (refused.status_code, refused.json()["code"]) == (409, "last_admin")
        await admin.does("PATCH", f"/admin/users/{await ada.id()}", {"role": "admin"})
        assert (await admin.asks("PATCH", path, change)).status_code == 200

    async def test_leave_an_administrator_when_two_step_down_at_once(self, crowd: httpx.AsyncClient) -> None:
        admin, ada = await Person.joins(crowd, "root@example.com"), await Person.joins(crowd, "ada@example.com")
        await admin.does("PATCH", f"/admin/users/{await ada.id()}", {"role": "admin"})
        stepping = [(person, f"/admin/users/{await person.id()}") for person in (admin, ada)]
        answers = await asyncio.gather(*(person.asks("PATCH", path, {"role": "user"}) for person, path in stepping))
        assert sorted(answer.status_code for answer in answers) == [200, 409]


class TestSignOut:
    async def test_ends_all_sessions_of_the_person(self, admin: Person, ada: Person) -> None:
        await admin.does("POST", f"/admin/users/{await ada.id()}/sign-out")
        assert (await ada.asks("GET", "/auth/me")).json()["code"] == "session_revoked"
        assert (await admin.asks("GET", "/auth/me")).status_code == 200
