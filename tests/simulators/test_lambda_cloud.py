"""The simulated Lambda keeps Lambda's envelope, its one key a launch, and its bills in whole cents."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from dumont.basics.gpu import gpus
from dumont.simulators import server
from dumont.simulators.stock import read_stock
from dumont.simulators.world import World

KEY = {"name": "mine", "public_key": "ssh-ed25519 AAAA me"}


@pytest.fixture
def sim() -> World:
    return server.worlds(["lambda"])["lambda"]


@pytest.fixture
async def api(sim: World) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(server.all_in_one({"lambda": sim}))
    headers = {"Authorization": "Bearer sim-key"}
    async with httpx.AsyncClient(transport=transport, base_url="http://sim/lambda", headers=headers) as client:
        await client.post("/ssh-keys", json=KEY)
        yield client


async def launched(api: httpx.AsyncClient, **changed: Any) -> httpx.Response:
    types = (await api.get("/instance-types")).json()["data"]
    region = types["gpu_1x_a10"]["regions_with_capacity_available"][0]["name"]
    order = {"region_name": region, "instance_type_name": "gpu_1x_a10", "ssh_key_names": ["mine"], "name": "one"}
    return await api.post("/instance-operations/launch", json=order | changed)


class TestTypes:
    async def test_are_sold_in_whole_cents_where_there_is_room(self, api: httpx.AsyncClient) -> None:
        types = (await api.get("/instance-types")).json()["data"]
        assert types["gpu_8x_h100_sxm5"]["instance_type"]["price_cents_per_hour"] == 2392
        assert types["gpu_8x_h100_sxm5"]["instance_type"]["description"] == "8x H100 (80 GB SXM5)"
        assert any(not row["regions_with_capacity_available"] for row in types.values())

    async def test_lose_a_region_when_its_last_machine_is_taken(self, api: httpx.AsyncClient, sim: World) -> None:
        row = {"gpu": "A10", "gpu_count": 1, "extra": {"region": "us-west-1"}}
        sim.replace_stock(read_stock([row]))
        await launched(api)
        types = (await api.get("/instance-types")).json()["data"]
        assert types["gpu_1x_a10"]["regions_with_capacity_available"] == []

    async def test_are_made_of_any_stock_but_cards_for_gamers(self, api: httpx.AsyncClient, sim: World) -> None:
        sim.replace_stock(read_stock([{"number": n, "gpu": name} for n, name in enumerate(gpus())]))
        types = (await api.get("/instance-types")).json()["data"]
        free = {name for name, row in types.items() if row["regions_with_capacity_available"]}
        assert "gpu_1x_h100_sxm5" in free
        assert not any("rtx_4090" in name for name in types)


class TestLaunch:
    @pytest.mark.parametrize(
        "changed",
        [
            {"ssh_key_names": []},
            {"ssh_key_names": ["mine", "mine"]},
            {"ssh_key_names": ["unknown"]},
            {"name": "n" * 65},
            {"region_name": "mars-1"},
            {"quantity": 2},
        ],
    )
    async def test_refuses_what_the_api_refuses(self, api: httpx.AsyncClient, changed: dict[str, Any]) -> None:
        answer = await launched(api, **changed)
        assert answer.status_code == 400
        assert answer.json()["error"]["code"] == "global/invalid-parameters"

    async def test_bills_from_running_to_the_order_to_end(self, api: httpx.AsyncClient, sim: World) -> None:
        (machine_id,) = (await launched(api)).json()["data"]["instance_ids"]
        rental = sim.rentals[machine_id]
        assert rental.boots_at is not None
        sim.advance((rental.boots_at - sim.now()).total_seconds() + 3600)
        ended = await api.post("/instance-operations/terminate", json={"instance_ids": [machine_id]})
        assert ended.json()["data"]["terminated_instances"][0]["status"] == "terminating"
        sim.advance(3600)
        assert float(rental.bill(sim.now())["total"]) == 0.75

    async def test_shows_an_ended_machine_for_a_while(self, api: httpx.AsyncClient, sim: World) -> None:
        (machine_id,) = (await launched(api)).json()["data"]["instance_ids"]
        await api.post("/instance-operations/terminate", json={"instance_ids": [machine_id]})
        sim.advance(90)
        statuses = [row["status"] for row in (await api.get("/instances")).json()["data"]]
        sim.advance(60)
        assert (statuses, (await api.get("/instances")).json()["data"]) == (["terminated"], [])


class TestKeys:
    async def test_have_names_of_their_own(self, api: httpx.AsyncClient) -> None:
        again = await api.post("/ssh-keys", json=KEY)
        assert again.json()["error"]["code"] == "global/duplicate"
        made = (await api.post("/ssh-keys", json={"name": "other"})).json()["data"]
        assert made["private_key"]
        await api.delete(f"/ssh-keys/{made['id']}")
        assert [key["name"] for key in (await api.get("/ssh-keys")).json()["data"]] == ["mine"]
