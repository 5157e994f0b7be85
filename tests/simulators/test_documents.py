"""What simulated Akash and io.net answer, held against the documents that the clouds publish of their APIs.

Where a document is silent or wrong, that is said beside the route here.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from dumont.simulators import akash, ionet
from dumont.simulators.control import steered
from dumont.simulators.world import World

DOCUMENTS = Path(__file__).parents[3] / "shared" / "providers" / "openapi"
LOST_BACKSLASH = r"^\d+$"
"""Akash's document has `^d+$` for a deployment's number, which no number fits."""
pytestmark = pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="the clouds' own documents are not beside the project")
SDL = {
    "version": "2.0",
    "services": {
        "box": {"image": "x", "env": ["DUMONT_LABEL=one"], "expose": [{"port": 22, "as": 22, "to": [{"global": True}]}]}
    },
    "profiles": {
        "compute": {
            "box": {
                "resources": {
                    "cpu": {"units": 8},
                    "memory": {"size": "32Gi"},
                    "storage": [{"size": "50Gi"}],
                    "gpu": {"units": 1, "attributes": {"vendor": {"nvidia": [{"model": "rtx4090", "ram": "24Gi"}]}}},
                }
            }
        },
        "placement": {"any": {"pricing": {"box": {"denom": "uact", "amount": 2000}}}},
    },
    "deployment": {"box": {"any": {"profile": "box", "count": 1}}},
}


class Document:
    def __init__(self, file: str) -> None:
        self._all = json.loads((DOCUMENTS / file).read_text())

    def check(self, route: str, answer: httpx.Response) -> Any:
        """`route` is `GET /path/{as}/written`."""
        method, path = route.split()
        answers = self._all["paths"][path][method.lower()]["responses"]
        assert str(answer.status_code) in answers, answer.text
        schema = answers[str(answer.status_code)]["content"]["application/json"]["schema"]
        whole = {**_with_nulls(schema), "components": _with_nulls(self._all.get("components", {}))}
        errors = [
            f"{error.json_path}: {error.message}" for error in Draft202012Validator(whole).iter_errors(answer.json())
        ]
        assert errors == []
        return answer.json()


def _with_nulls(schema: Any) -> Any:
    """`nullable` is a word of OpenAPI 3.0 that JSON Schema does not know."""
    if isinstance(schema, list):
        return [_with_nulls(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _with_nulls(value) for name, value in schema.items() if name != "nullable"}
    if schema.get("pattern") == "^d+$":
        made["pattern"] = LOST_BACKSLASH
    if schema.get("nullable") is True and isinstance(schema.get("type"), str):
        made["type"] = [schema["type"], "null"]
    return made


def client(module: Any, world: World) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(steered(world, module.app(world)))
    return httpx.AsyncClient(transport=transport, base_url="http://cloud", headers={"x-api-key": module.SETUP.key})


class TestAkash:
    async def test_answers_as_the_document_says(self) -> None:
        world, document = World(akash.SETUP), Document("akash-console.json")
        async with client(akash, world) as http:
            for route in ("/v1/gpu-prices", "/v1/providers", "/v1/balances"):
                document.check(f"GET {route}", await http.get(route))
            wanted = {"data": {"sdl": json.dumps(SDL), "deposit": 5}}
            made = document.check("POST /v1/deployments", await http.post("/v1/deployments", json=wanted))["data"]
            document.check("GET /v1/deployments/{dseq}", await http.get(f"/v1/deployments/{made['dseq']}"))
            world.advance(60)
            bids = document.check("GET /v1/bids", await http.get("/v1/bids", params={"dseq": made["dseq"]}))["data"]
            first = {name: bids[0]["bid"]["id"][name] for name in ("dseq", "gseq", "oseq", "provider")}
            lease = {"manifest": made["manifest"], "leases": [first]}
            document.check("POST /v1/leases", await http.post("/v1/leases", json=lease))
            world.advance(900)
            show = "GET /v1/deployments/{dseq}"
            running = document.check(show, await http.get(f"/v1/deployments/{made['dseq']}"))["data"]
            assert running["leases"][0]["status"]["services"]["box"]["available"] == 1
            document.check("GET /v1/deployments", await http.get("/v1/deployments"))
            more = {"data": {"dseq": made["dseq"], "deposit": 5}}
            document.check("POST /v1/deposit-deployment", await http.post("/v1/deposit-deployment", json=more))
            gone = await http.delete(f"/v1/deployments/{made['dseq']}")
            document.check("DELETE /v1/deployments/{dseq}", gone)
            document.check(show, await http.get(f"/v1/deployments/{made['dseq']}"))

    async def test_goes_beyond_the_document_where_the_cloud_does(self) -> None:
        """The document promises a price and a status always; the console's code sends null for both. It lists no
        errors at all: their form is the one that the code writes."""
        world = World(akash.SETUP)
        async with client(akash, world) as http:
            world.faults.replace([{"fault": "null_prices"}])
            assert (await http.get("/v1/gpu-prices")).json()["models"][0]["price"] is None
            refused = await http.get("/v1/deployments/1")
            assert (refused.status_code, refused.json()["message"]) == (404, "Deployment not found")
            stranger = await http.get("/v1/deployments", headers={"x-api-key": "other"})
            assert (stranger.status_code, set(stranger.json())) == (401, {"error", "message", "code", "type"})


class TestIoNet:
    async def test_answers_as_the_document_says(self) -> None:
        world, document = World(ionet.SETUP), Document("ionet.json")
        async with client(ionet, world) as http:

            async def told(route: str, *, json: Any = None, **params: Any) -> Any:
                method, path = route.split()
                where = ionet.PREFIX + path.replace("{deployment_id}", number)
                return document.check(
                    f"{method} {ionet.PREFIX}{path}", await http.request(method, where, json=json, params=params)
                )

            number = ""
            hardware = (await told("GET /hardware/max-gpus-per-vm"))["data"]["hardware"][0]["hardware_id"]
            (place, *_) = (await told("GET /available-vms", hardware_id=hardware, hardware_qty=1))["data"]
            quote = {"location_ids": place["id"], "hardware_id": hardware, "currency": "usdc", "gpus_per_vm": 1}
            await told("GET /price", **quote, duration_hours=2, replica_count=1)
            order = _order(hardware, place["id"])
            # An order's answer has no schema in the document; that of containers is used for machines too.
            number = (await told("POST /deploy", json=order))["deployment_id"]
            await told("GET /deployments", page=0, page_size=10)
            await told("GET /deployment/{deployment_id}")
            await told("GET /deployment/{deployment_id}/vms")
            world.advance(1800)
            worker = (await told("GET /deployment/{deployment_id}/vms"))["data"]["workers"][0]
            assert worker["ssh_access"].startswith("ssh ")
            await told("POST /deployment/{deployment_id}/extend", json={"duration_hours": 1})
            await told("DELETE /deployment/{deployment_id}")
            await told("GET /deployment/{deployment_id}")

    @pytest.mark.parametrize("missing", ["resource_private_name", "gpus_per_vm", "hardware_id", "vms_qty"])
    async def test_refuses_half_an_order_as_the_document_says(self, missing: str) -> None:
        world, document = World(ionet.SETUP), Document("ionet.json")
        async with client(ionet, world) as http:
            order: Mapping[str, Any] = {k: v for k, v in _order(203, 7).items() if k != missing}
            told = await http.post(f"{ionet.PREFIX}/deploy", json=order)
            assert told.status_code == 422
            said = document.check(f"POST {ionet.PREFIX}/deploy", told)
            assert said["detail"][0]["loc"] == ["body", missing]


def _order(hardware: int, location: int) -> dict[str, Any]:
    return {
        "resource_private_name": "one",
        "duration_hours": 2,
        "gpus_per_vm": 1,
        "hardware_id": hardware,
        "location_ids": [location],
        "vms_qty": 1,
        "ssh_keys": {"me": "ssh-ed25519 AAAA"},
        "network_services": {"web": {"port": 8000, "protocol": "tcp", "whitelist": ["0.0.0.0/0"]}},
    }
