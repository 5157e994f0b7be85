"""The audit log: a line for each change, secrets in none of them."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from dumont.accounts.events import ChangeRecorded
from tests.accounts.test_teams import add, make_team
from tests.build.accounts import PASSWORD, Person
from tests.fakes.clock import FakeClock
from tests.fakes.publisher import FakePublisher

NEW_PASSWORD = "seven green bottles 12"
PROVIDER_SECRET = "sk-live-0123456789-abcd"


async def actions(admin: Person, query: str = "") -> list[str]:
    """Oldest first."""
    found = await admin.gets(f"/admin/audit?limit=200{query}")
    return [item["action"] for item in reversed(found["items"])]


async def a_busy_day(admin: Person, ada: Person) -> AsyncIterator[tuple[str, Any]]:
    """Every change there is, with what was answered."""
    client, bob = ada.client, await Person.joins(ada.client, "bob@example.com")
    me, his = await ada.id(), await bob.id()
    yield "account.renamed", await ada.does("PATCH", "/auth/me", {"name": "Ada L."})
    other = await Person.signs_in(client, ada.email)
    yield "session.opened", None
    yield "session.ended", await other.does("POST", "/auth/logout")
    key = await ada.does("POST", "/api-keys", {"name": "robot", "scopes": ["account:read"]})
    yield "api_key.created", None
    yield "api_key.removed", await ada.does("DELETE", f"/api-keys/{key['id']}")
    fields = {"fields": {"api_key": PROVIDER_SECRET}}
    yield "provider_key.set", await ada.does("PUT", "/provider-keys/vast", fields)
    yield "provider_key.removed", await ada.does("DELETE", "/provider-keys/vast")
    team = await make_team(ada)
    yield "team.created", None
    yield "team.renamed", await ada.does("PATCH", f"/teams/{team}", {"name": "Ours"})
    invitation = await ada.does("POST", f"/teams/{team}/invitations", {"email": bob.email, "role": "member"})
    yield "team.invited", invitation
    yield "team.declined", await bob.does("POST", f"/invitations/{invitation['id']}/decline")
    await add(ada, team, bob)
    yield "team.joined", None
    yield "team.member_changed", await ada.does("PATCH", f"/teams/{team}/members/{his}", {"role": "admin"})
    yield "team.member_removed", await ada.does("DELETE", f"/teams/{team}/members/{his}")
    invitation = await ada.does("POST", f"/teams/{team}/invitations", {"email": bob.email, "role": "member"})
    path = f"/teams/{team}/invitations/{invitation['id']}"
    yield "team.invitation_withdrawn", await ada.does("DELETE", path)
    yield "team.removed", await ada.does("DELETE", f"/teams/{team}")
    yield "account.role_changed", await admin.does("PATCH", f"/admin/users/{his}", {"role": "operator"})
    yield "account.disabled", await admin.does("PATCH", f"/admin/users/{his}", {"disabled": True})
    yield "account.enabled", await admin.does("PATCH", f"/admin/users/{his}", {"disabled": False})
    body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    yield "password.changed", await ada.does("POST", "/auth/password", body)
    link = await admin.does("POST", f"/admin/users/{me}/reset-link")
    yield "password.reset_link_made", None
    token = link["url"].split("token=")[1]
    await client.post("/auth/password/reset", json={"token": token, "new_password": PASSWORD})
    yield "password.reset", None
    again = await Person.signs_in(client, ada.email)
    yield "session.all_ended", await again.does("POST", "/auth/logout-everywhere")
    await client.post("/auth/signup", json={"email": ada.email, "name": "x", "password": NEW_PASSWORD})
    yield "account.address_taken", None


class TestAudit:
    async def test_has_a_line_for_each_change_and_a_secret_in_none(
        self, admin: Person, ada: Person, published: FakePublisher, capsys: pytest.CaptureFixture[str]
    ) -> None:
        async for action, answer in a_busy_day(admin, ada):
            assert action in await actions(admin)
            for secret in (PASSWORD, NEW_PASSWORD, PROVIDER_SECRET):
                assert secret not in str(answer)
        log = await admin.gets("/admin/audit?limit=200")
        everything = f"{log} {published.events} {capsys.readouterr()}"
        for secret in (PASSWORD, NEW_PASSWORD, PROVIDER_SECRET, "token=", "dmt_", ada.refresh_token, ada.access_token):
            assert secret not in everything

    async def test_says_who_from_where_and_what(self, admin: Person, ada: Person) -> None:
        await admin.does("PATCH", f"/admin/users/{await ada.id()}", {"role": "operator"})
        line = (await admin.gets("/admin/audit?action=account.role_changed"))["items"][0]
        assert (line["actor_email"], line["actor_id"]) == (admin.email, await admin.id())
        assert (line["object_type"], line["object_id"]) == ("user", await ada.id())
        assert line["details"] == {"before": "user", "after": "operator"}
        assert line["ip"] == "127.0.0.1"

    async def test_is_filtered_and_paged(self, admin: Person, ada: Person, clock: FakeClock) -> None:
        later = clock.advance(hours=1)
        ada = await Person.signs_in(ada.client, ada.email)
        admin = await Person.signs_in(admin.client, admin.email)
        for name in "abc":
            clock.advance(seconds=1)
            await ada.does("POST", "/teams", {"name": name})
        assert await actions(admin, f"&actor={await ada.id()}&since={later.isoformat().replace('+', '%2B')}") == [
            "session.opened", *["team.created"] * 3
        ]  # fmt: skip
        assert "team.created" not in await actions(admin, f"&until={later.isoformat().replace('+', '%2B')}")
        first = await admin.gets("/admin/audit?object_type=team&limit=2")
        second = await admin.gets(f"/admin/audit?object_type=team&limit=2&cursor={first['next_cursor']}")
        assert [item["summary"][-1] for item in first["items"] + second["items"]] == ["c", "b", "a"]
        assert second["next_cursor"] is None

    async def test_shows_everybody_the_own_lines_only(self, admin: Person, ada: Person) -> None:
        assert {item["actor_email"] for item in (await ada.gets("/audit"))["items"]} == {ada.email}
        assert (await ada.asks("GET", "/admin/audit")).status_code == 403

    async def test_tells_open_pages(self, ada: Person, published: FakePublisher) -> None:
        await ada.does("PATCH", "/auth/me", {"name": "Ada L."})
        event = published.of(ChangeRecorded)[-1]
        assert event.topics() == ("audit", f"user:{await ada.id()}")


async def test_a_change_that_fails_leaves_no_line(client: httpx.AsyncClient, admin: Person, ada: Person) -> None:
    team = await make_team(ada)
    before = await actions(admin)
    await ada.asks("DELETE", f"/teams/{team}/members/{await ada.id()}")
    assert await actions(admin) == before
