"""Another's things are as good as none: every route with an id, asked by a stranger, answers 404."""

from typing import Any

import pytest
from fastapi.routing import APIRoute

from dumont.accounts.api import auth, keys, passwords, people, teams
from tests.accounts.test_teams import make_team
from tests.build.accounts import Person

BODIES: dict[str, Any] = {
    "rename_team": {"name": "Mine now"},
    "change_member": {"role": "member"},
    "invite_to_team": {"email": "eve@example.com", "role": "member"},
}
OF_SOMEONE = [
    route
    for door in (auth, passwords, keys, teams)
    for route in door.router.routes
    if isinstance(route, APIRoute) and "_id}" in route.path
]
OF_ADMINISTRATORS = [
    route for route in people.router.routes if isinstance(route, APIRoute) and route.path.startswith("/admin/")
]


@pytest.fixture
async def eve(admin: Person) -> Person:
    return await Person.joins(admin.client, "eve@example.com")


@pytest.mark.parametrize("route", OF_SOMEONE, ids=lambda route: route.name)
async def test_a_stranger_finds_nothing(route: APIRoute, ada: Person, eve: Person) -> None:
    ids = await things_of(ada)
    for method in route.methods or ():
        answer = await eve.asks(method, route.path.format(**ids), BODIES.get(route.name))
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert ids == await things_of(ada, ids)


@pytest.mark.parametrize("route", OF_ADMINISTRATORS, ids=lambda route: route.name)
async def test_only_administrators_see_the_accounts_of_others(route: APIRoute, ada: Person, eve: Person) -> None:
    for method in route.methods or ():
        answer = await eve.asks(method, route.path.format(user_id=await ada.id()), {})
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


async def things_of(owner: Person, known: dict[str, str] | None = None) -> dict[str, str]:
    """One of each thing that has an id; with `known`, what is still there of them."""
    if known is None:
        team = await make_team(owner)
        await owner.does("POST", "/api-keys", {"name": "x", "scopes": ["account:read"]})
        await owner.does("POST", f"/teams/{team}/invitations", {"email": "bob@example.com", "role": "member"})
    detail = await owner.gets(f"/teams/{(await owner.gets('/teams'))['items'][0]['id']}")
    return {
        "team_id": detail["id"],
        "user_id": detail["members"][0]["user_id"],
        "invitation_id": detail["invitations"][0]["id"],
        "key_id": (await owner.gets("/api-keys"))["items"][0]["id"],
        "session_id": (await owner.gets("/auth/sessions"))["items"][0]["id"],
    }
