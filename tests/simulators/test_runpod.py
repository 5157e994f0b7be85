"""The simulated RunPod keeps to RunPod's own document, in what it answers and in what it takes."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from dumont.basics.gpu import gpus
from dumont.providers.adapters import runpod_forms
from dumont.providers.port import Listed
from dumont.simulators import server
from dumont.simulators.stock import read_stock
from dumont.simulators.world import World
from tests.providers.adapters.orders import order
from tests.providers.adapters.test_runpod import GPU
from tests.simulators.contracts import Contract

STOCK = {"include": "AVAILABILITY", "product": "POD", "cloud": "SECURE", "count": 2}
WANTED = {
    "name": "a-pod",
    "image": "ubuntu:24.04",
    "gpu": {"id": GPU, "count": 2},
    "disk": 20,
    "ports": ["22/tcp"],
    "env": {"A": "b"},
    "mounts": {"persistent": {"size": 50, "path": "/workspace"}},
}


@pytest.fixture
def contract() -> Contract:
    return Contract("runpod-v2")


@pytest.fixture
def sim() -> World:
    return server.worlds(["runpod"])["runpod"]


@pytest.fixture
async def api(sim: World) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(server.all_in_one({"runpod": sim}))
    headers = {"Authorization": "Bearer sim-key"}
    async with httpx.AsyncClient(transport=transport, base_url="http://sim/runpod", headers=headers) as client:
        yield client


async def made(api: httpx.AsyncClient, **changed: Any) -> dict[str, Any]:
    answer = await api.post("/v2/pods", json=WANTED | changed)
    assert answer.status_code == 201, answer.text
    pod: dict[str, Any] = answer.json()
    return pod


class TestAnswers:
    async def test_fit_for_the_catalogue(self, api: httpx.AsyncClient, contract: Contract) -> None:
        for params in ({}, STOCK, {**STOCK, "cloud": "COMMUNITY", "count": 8}):
            told = (await api.get("/v2/catalog/gpus", params=params)).json()
            assert contract.misfits("ListGpuTypesResponse", told) == []
            assert len(told["gpus"]) > 10
        one = (await api.get(f"/v2/catalog/gpus/{GPU}", params=STOCK)).json()
        assert contract.misfits("GpuType", one) == []
        assert one["dataCenters"]
        centres = (await api.get("/v2/catalog/datacenters", params={"include": "GPU_AVAILABILITY"})).json()
        assert contract.misfits("ListDataCentersResponse", centres) == []

    async def test_fit_for_a_pod_in_every_state(self, api: httpx.AsyncClient, sim: World, contract: Contract) -> None:
        pod = await made(api)
        seen = [pod]
        for seconds, action in ((3600, "stop"), (1, "start"), (3600, "restart")):
            sim.advance(seconds)
            seen.append((await api.get(f"/v2/pods/{pod['id']}")).json())
            seen.append((await api.post(f"/v2/pods/{pod['id']}/action", json={"action": action})).json())
        assert [each["status"] for each in seen] == [
            *("PROVISIONING", "RUNNING", "EXITED", "EXITED", "PROVISIONING", "RUNNING", "RUNNING")
        ]
        assert [misfit for each in seen for misfit in contract.misfits("Pod", each)] == []
        assert contract.misfits("ListPodsResponse", (await api.get("/v2/pods")).json()) == []

    async def test_fit_for_bills_and_keys(self, api: httpx.AsyncClient, sim: World, contract: Contract) -> None:
        await made(api)
        sim.advance(7200)
        bills = (await api.get("/v2/billing/pods")).json()
        assert contract.misfits("ListPodBillingResponse", bills) == []
        assert bills["metadata"]["totals"]["gpuAmount"] > 0
        keys = (await api.put("/v2/account/ssh-keys", json={"keys": ["ssh-ed25519 AAAA me"]})).json()
        assert contract.misfits("SshKeys", keys) == []
        assert (await api.get("/v2/account/ssh-keys")).json() == keys

    async def test_fit_for_every_error(self, api: httpx.AsyncClient, sim: World, contract: Contract) -> None:
        pod = await made(api)
        sim.faults.replace([{"fault": "too_fast", "call": "GET /runpod/v2/pods", "times": 1}])
        answers = [
            await api.get("/v2/pods"),
            await api.get("/v2/pods/none"),
            await api.post("/v2/pods", json={"name": "x", "bogus": 1}),
            await api.post("/v2/pods", json=WANTED | {"gpu": {"id": GPU, "count": 64}}),
            await api.post(f"/v2/pods/{pod['id']}/action", json={"action": "start"}),
            await api.get("/v2/catalog/gpus", params={"include": "AVAILABILITY"}),
            await api.get("/v2/pods", headers={"Authorization": "Bearer wrong"}),
        ]
        assert [answer.status_code for answer in answers] == [429, 404, 422, 400, 409, 400, 401]
        for answer in answers:
            assert answer.headers["content-type"] == "application/problem+json"
            assert contract.misfits("ErrorResponse", answer.json()) == []
            assert answer.json()["status"] == answer.status_code
        assert answers[0].headers["retry-after"] == "12"
        assert '"minute";r=0;t=12' in answers[0].headers["ratelimit"]


class TestRequests:
    def test_of_ours_fit(self, contract: Contract) -> None:
        offer = Listed(
            provider_offer_id=f"SECURE:{GPU}:EU-RO-1:2",
            machine_id="",
            gpu_name="RTX 4090",
            gpu_count=2,
            price_hour=None,
        )
        wanted = runpod_forms.pod_wanted(order(offer, env={"A": "b"}, ports=[8080], onstart="true"))
        assert contract.misfits("CreatePodRequest", wanted) == []
        assert contract.misfits("UpdatePodRequest", {"name": "other"}) == []

    def test_that_do_not_fit_are_seen(self, contract: Contract) -> None:
        assert contract.misfits("CreatePodRequest", {"image": "x", "disk": 0}) != []


class TestWorld:
    async def test_lets_the_gpus_of_a_stopped_pod_to_others(self, api: httpx.AsyncClient, sim: World) -> None:
        sim.replace_stock([machine for machine in sim.stock if machine.gpu == "RTX 4090" and machine.verified][:1])
        pod = await made(api, gpu={"id": GPU, "count": 8})
        sim.advance(3600)
        await api.post(f"/v2/pods/{pod['id']}/action", json={"action": "stop"})
        await made(api, gpu={"id": GPU, "count": 1})
        back = (await api.post(f"/v2/pods/{pod['id']}/action", json={"action": "start"})).json()
        assert back["gpu"]["count"] == 0

    async def test_bills_compute_by_the_second_and_a_stopped_volume_at_the_higher_price(
        self, api: httpx.AsyncClient, sim: World
    ) -> None:
        pod = await made(api)
        rental = sim.rentals[pod["id"]]
        assert rental.boots_at is not None
        sim.advance((rental.boots_at - sim.now()).total_seconds() + 1800)
        await api.post(f"/v2/pods/{pod['id']}/action", json={"action": "stop"})
        sim.advance(3600)
        bill = rental.bill(sim.now())
        assert float(bill["gpu"]) == pytest.approx(1.38 / 2)
        assert float(bill["disk"]) == pytest.approx(70 * 0.10 / 720 / 2 + 50 * 0.20 / 720)

    async def test_sells_whatever_it_is_given_under_names_that_the_adapter_knows(
        self, api: httpx.AsyncClient, sim: World, contract: Contract
    ) -> None:
        sim.replace_stock(read_stock([{"number": n, "gpu": name} for n, name in enumerate(gpus())]))
        told = (await api.get("/v2/catalog/gpus", params={**STOCK, "count": 1})).json()
        assert contract.misfits("ListGpuTypesResponse", told) == []
        found = runpod_forms.Found()
        runpod_forms.read_catalogue(told["gpus"], "SECURE", 1, found)
        twins = {gpu.aliases[0]: gpu.name for gpu in reversed(gpus().values())}  # of two of one name, it lists one
        assert {offer.gpu_name for offer in found.offers} == set(twins.values())

    async def test_wants_credit_for_an_hour_and_ends_all_pods_when_it_is_used_up(
        self, api: httpx.AsyncClient, sim: World
    ) -> None:
        sim.credit = Decimal("1.30")
        poor = await api.post("/v2/pods", json=WANTED)
        assert poor.status_code == 402
        sim.credit = Decimal("1.50")
        await made(api)
        sim.advance(24 * 3600)
        assert (await api.get("/v2/pods")).json() == {"pods": []}
