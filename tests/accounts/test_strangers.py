"""Another's things are as good as none: every route with an id, of every context, asked by a stranger, tells nothing.

A route that needs what every person may do answers 404; one for operators and administrators answers 403.
"""

from collections.abc import Iterator
from typing import Any, cast
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext

from dumont.accounts import guard
from dumont.accounts.rules.roles import BY_ROLE
from dumont.main.contexts import contexts
from dumont.main.web import endpoints_of, make_app
from dumont.market.following import Market
from dumont.platform.jobs import Jobs
from dumont.platform.parts import Parts
from dumont.providers.opening import Clouds
from dumont.snapshots.standing import Standing
from tests.accounts.conftest import client_of
from tests.accounts.test_teams import make_team
from tests.build.accounts import Person

BODIES: dict[str, Any] = {
    "rename_team": {"name": "Mine now"},
    "change_member": {"role": "member"},
    "invite_to_team": {"email": "eve@example.com", "role": "member"},
    "start_restore": {"target": "/workspace"},
    "lend_download": {"path": "model.bin"},
    "change_instance": {"name": "mine"},
    "keep_instance_awake": {"seconds": 60},
    "report_instance_progress": {"done_hours": 1},
    "add_instance_schedule": {"action": "wake", "cron": "0 8 * * *"},
    "put_instance_standby": {"enabled": False},
    "change_webhook": {"enabled": False},
}
FOR_EVERYBODY = {*BY_ROLE["user"], guard.ANYONE, guard.SIGNED_IN}
NOBODYS = UUID(int=0)
OF_THE_FLEET = dict.fromkeys(("instance_id", "operation_id", "schedule_id"), str(NOBODYS))
"""A launch takes the market, which is not here: `tests/fleet/doors/test_strangers.py` asks for real ones."""
OF_ALL = {"machine_id"}
"""What a machine did before is for everybody to see; what is one's own there hangs on the caller, not on an id."""


def permissions_of(dependant: Dependant) -> Iterator[str]:
    permission = guard.permission_of(dependant.call)
    if permission is not None:
        yield permission
    for inner in dependant.dependencies:
        yield from permissions_of(inner)


def is_for_everybody(route: RouteContext) -> bool:
    return set(permissions_of(route.dependant)) <= FOR_EVERYBODY


def ids_in(route: RouteContext) -> list[str]:
    names = [part.partition("}")[0] for part in str(route.path_format).split("{")[1:]]
    return [name for name in names if name.endswith("_id") and name not in OF_ALL]


WITH_IDS = [found for found in endpoints_of(make_app(contexts())) if ids_in(found)]
OF_SOMEONE = [found for found in WITH_IDS if is_for_everybody(found)]
OF_OPERATORS = [found for found in WITH_IDS if not is_for_everybody(found)]


@pytest.fixture
def client(parts: Parts, app: FastAPI) -> httpx.AsyncClient:
    """All contexts. Their parts need not be there: a stranger is refused before any of them does a thing."""
    for kind in (Jobs, Clouds, Market, Standing):
        parts.put(kind, cast(Any, None))
    return client_of(parts, app=app)


@pytest.fixture
async def eve(admin: Person) -> Person:
    return await Person.joins(admin.client, "eve@example.com")


@pytest.mark.parametrize("route", OF_SOMEONE, ids=lambda route: route.name)
async def test_a_stranger_finds_nothing(route: RouteContext, ada: Person, eve: Person) -> None:
    ids = await things_of(ada)
    if missing := set(ids_in(route)) - set(ids):
        pytest.fail(f"{route.name} has an id that is not known here: let `things_of` make a thing for {missing}")
    for method in route.methods or ():
        answer = await eve.asks(method, path_of(route, ids), BODIES.get(str(route.name)))
        if answer.status_code == 422:
            pytest.fail(f"{route.name} wants a body: add a good one to BODIES. It says {answer.text}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert ids == await things_of(ada, ids)


@pytest.mark.parametrize("route", OF_OPERATORS, ids=lambda route: route.name)
async def test_only_operators_and_administrators_see_what_is_of_all(
    route: RouteContext, ada: Person, eve: Person
) -> None:
    ids = dict.fromkeys(ids_in(route), str(NOBODYS)) | {"user_id": await ada.id()}
    for method in route.methods or ():
        answer = await eve.asks(method, path_of(route, ids), {})
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_every_context_is_walked() -> None:
    assert {route.name for route in OF_SOMEONE} >= {"get_team", "delete_api_key", "end_session", "accept_invitation"}
    assert {route.name for route in OF_OPERATORS} >= {"get_user", "show_job"}


def path_of(route: RouteContext, ids: dict[str, str]) -> str:
    return str(route.path_format).removeprefix("/api/v1").format(**ids)


async def things_of(owner: Person, known: dict[str, str] | None = None) -> dict[str, str]:
    """One of each thing that has an id; with `known`, what is still there of them."""
    if known is None:
        team = await make_team(owner)
        hook = {"name": "x", "url": "https://example.com/hook", "topics": ["hibernated"]}
        await owner.does("POST", "/webhooks", hook)
        await owner.does("POST", "/api-keys", {"name": "x", "scopes": ["account:read"]})
        await owner.does("POST", f"/teams/{team}/invitations", {"email": "bob@example.com", "role": "member"})
        await owner.does("POST", "/snapshots", {"path": "/workspace"})
    detail = await owner.gets(f"/teams/{(await owner.gets('/teams'))['items'][0]['id']}")
    return {
        "team_id": detail["id"],
        "user_id": detail["members"][0]["user_id"],
        "invitation_id": detail["invitations"][0]["id"],
        "webhook_id": (await owner.gets("/webhooks"))["items"][0]["id"],
        "key_id": (await owner.gets("/api-keys"))["items"][0]["id"],
        "session_id": (await owner.gets("/auth/sessions"))["items"][0]["id"],
        **await snapshot_and_restore(owner),
        **OF_THE_FLEET,
    }


async def snapshot_and_restore(owner: Person) -> dict[str, str]:
    """There is no restore before a snapshot is complete, so one that is not there stands in for it here; a real one
    is asked for by a stranger in `tests/snapshots/test_restores.py`."""
    snapshot = (await owner.gets("/snapshots"))["items"][0]["id"]
    return {"snapshot_id": snapshot, "other_id": snapshot, "restore_id": str(NOBODYS)}
