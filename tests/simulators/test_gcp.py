"""The simulated Google Compute Engine: tokens, names, operations and the bill."""

import json
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from dumont.simulators import gcp
from dumont.simulators.control import steered
from dumont.simulators.gcp_sign_in import AUDIENCE, EMAIL, credentials
from dumont.simulators.world import World

ZONE = "/compute/v1/projects/p/zones/us-central1-a"
BODY: dict[str, Any] = {
    "name": "mine",
    "machineType": "zones/us-central1-a/machineTypes/e2-medium",
    "labels": {"dumont": "1"},
    "disks": [{"initializeParams": {"diskSizeGb": "20", "sourceImage": "debian"}}],
}


@pytest.fixture
def world() -> World:
    return World(gcp.SETUP)


@pytest.fixture
async def sim(world: World) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(steered(world, gcp.app(world)))
    headers = {"authorization": f"Bearer {gcp.SETUP.key}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://sim", headers=headers) as client:
        yield client


async def insert(sim: httpx.AsyncClient, request_id: str = "", **changed: Any) -> httpx.Response:
    params = {"requestId": request_id} if request_id else {}
    return await sim.post(f"{ZONE}/instances", params=params, json=BODY | changed)


class TestSignIn:
    async def test_gives_a_token_to_its_own_key_only(self, sim: httpx.AsyncClient, world: World) -> None:
        ours = json.loads(credentials(world, "")["service_account"])["private_key"]
        theirs = rsa.generate_private_key(65537, 2048)
        claims = {"iss": EMAIL, "aud": AUDIENCE, "iat": 1, "exp": 3601}
        answers = [
            await sim.post("/token", data={"assertion": jwt.encode(claims, key, algorithm="RS256")})
            for key in (ours, theirs)
        ]
        assert [answer.status_code for answer in answers] == [200, 400]
        assert answers[0].json()["access_token"] == gcp.SETUP.key
        assert answers[1].json()["error"] == "invalid_grant"

    async def test_lets_nobody_in_without_a_token(self, sim: httpx.AsyncClient) -> None:
        assert (await sim.get(f"{ZONE}/instances/mine", headers={"authorization": "Bearer x"})).status_code == 401


class TestInsert:
    async def test_is_under_way_first_and_done_when_waited_for(self, sim: httpx.AsyncClient) -> None:
        operation = (await insert(sim)).json()
        assert operation["status"] == "RUNNING"
        done = (await sim.post(f"{ZONE}/operations/{operation['name']}/wait")).json()
        assert (done["status"], "error" in done) == ("DONE", False)

    async def test_of_the_same_request_is_one_and_of_the_same_name_refused(
        self, sim: httpx.AsyncClient, world: World
    ) -> None:
        first, again, other = await insert(sim, "a"), await insert(sim, "a"), await insert(sim, "b")
        assert first.json() == again.json()
        assert (other.status_code, other.json()["error"]["errors"][0]["reason"]) == (409, "alreadyExists")
        assert len(world.rentals) == 1

    @pytest.mark.parametrize("changed", [{"name": "Mine"}, {"labels": {"dumont-label": "With Capitals"}}])
    async def test_refuses_names_and_labels_that_google_refuses(
        self, sim: httpx.AsyncClient, changed: dict[str, Any]
    ) -> None:
        assert (await insert(sim, **changed)).status_code == 400

    async def test_without_stock_fails_in_its_operation(self, sim: httpx.AsyncClient, world: World) -> None:
        world.replace_stock([])
        operation = (await insert(sim)).json()
        done = (await sim.post(f"{ZONE}/operations/{operation['name']}/wait")).json()
        assert done["error"]["errors"][0]["code"] == "ZONE_RESOURCE_POOL_EXHAUSTED"
        assert not world.rentals


class TestBill:
    async def test_counts_a_small_machine_by_the_second_at_the_price_of_the_list(
        self, sim: httpx.AsyncClient, world: World
    ) -> None:
        await insert(sim)
        world.advance(600)
        (rental,) = world.rentals.values()
        before = rental.cost(world.now())
        world.advance(1000)
        owed = (Decimal("0.033506") + rental.disk_hour) * 1000 / 3600
        assert abs(rental.cost(world.now()) - before - owed) < Decimal("0.000001")


class TestPreempt:
    async def test_takes_back_spot_machines_only(self, sim: httpx.AsyncClient, world: World) -> None:
        await insert(sim)
        (rental,) = world.rentals.values()
        answer = await sim.post("/_sim/act", json={"action": "preempt", "id": rental.id})
        assert (answer.status_code, rental.state) == (404, "booting")
