"""RunPod on paper: its API version 2 for pods, catalogue, SSH keys and bills, and the bit of GraphQL that is left.

Its own faults, beside those of all clouds: `no_funds`, `no_access`, `rule` (a 400 that is not about capacity),
`too_fast` (seconds; with the headers that say so), `quota` (left, seconds: headers alone), `error_after` (a 500 after
the pod was made), `dearer` (times: costs more than the catalogue said), `never_ready` (runs without its container),
`no_public_ip` (seconds, or for ever), `list_lag` (seconds), `gpu_taken` (at start: comes back with none),
`start_refused`, `unheard_of` (a GPU in the catalogue), `graphql_error`, `graphql_retired`. `/_sim/act` knows
`broke`: the balance is gone.
"""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from dumont.simulators import runpod_catalog as catalog
from dumont.simulators.rentals import Billing, Rental
from dumont.simulators.runpod_pods import Pods, Problem, stamp
from dumont.simulators.world import Setup, World

SETUP = Setup(
    provider="runpod",
    billing=Billing(disk=frozenset({"running", "stopped", "failed"})),
    boot_median_seconds=75,
    boot_sigma=0.6,
    stock=catalog.make_stock,
)
TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    422: "Unprocessable Entity",
    429: "Too Many Requests",
    500: "Internal Server Error",
}
QUOTAS = {"minute": 60, "hour": 3600, "day": 86400}
PUBLIC_KEY = re.compile(r"(ssh|ecdsa|sk)-[^\s]+ [^\s]+([ \t][^\n\r]*)?")
Endpoint = Callable[[Request], Awaitable[Response]]


def app(world: World) -> ASGIApp:
    cloud = _Cloud(world, Pods(world))
    world.actions["broke"] = lambda _rental, _given: cloud.run_dry()
    routes = [
        ("GET", "/v2/catalog/gpus", cloud.gpus),
        ("GET", "/v2/catalog/gpus/{id}", cloud.gpu),
        ("GET", "/v2/catalog/datacenters", cloud.centres),
        ("GET", "/v2/pods", cloud.listing),
        ("POST", "/v2/pods", cloud.create),
        ("GET", "/v2/pods/{id}", cloud.show),
        ("PATCH", "/v2/pods/{id}", cloud.change),
        ("DELETE", "/v2/pods/{id}", cloud.end),
        ("POST", "/v2/pods/{id}/action", cloud.act),
        ("GET", "/v2/account/ssh-keys", cloud.keys),
        ("PUT", "/v2/account/ssh-keys", cloud.replace_keys),
        ("GET", "/v2/billing/pods", cloud.bills),
    ]
    made = [Route(path, _door(world, endpoint), methods=[method]) for method, path, endpoint in routes]
    return Starlette(routes=[*made, Route("/graphql", cloud.graphql, methods=["POST"])])


@dataclass
class _Cloud:
    world: World
    pods: Pods

    async def gpus(self, request: Request) -> Response:
        if self.world.faults.take("empty_list", _call(request)):
            return _json({"gpus": []})
        countries = [code for code in request.query_params.get("countryCodes", "").split(",") if code]
        rows = catalog.gpu_types(self.world, _stock_asked(request), countries)
        rows += [catalog.unheard_of(self.world)] if self.world.faults.take("unheard_of") else []
        return _json({"gpus": rows})

    async def gpu(self, request: Request) -> Response:
        gpu_id = request.path_params["id"]
        if not catalog.sold(self.world, gpu_id):
            raise Problem(404, "gpu type not found")
        return _json(catalog.gpu_type(self.world, gpu_id, _stock_asked(request)))

    async def centres(self, request: Request) -> Response:
        with_stock = "GPU_AVAILABILITY" in request.query_params.get("include", "")
        return _json({"dataCenters": catalog.centres(self.world, with_stock)})

    async def listing(self, request: Request) -> Response:
        self._collect()
        empty = self.world.faults.take("empty_list", _call(request))
        return _json({"pods": [] if empty else self.pods.listed()})

    async def create(self, request: Request) -> Response:
        if self.world.faults.take("no_funds", _call(request)):
            raise Problem(402, "Your account balance is too low. Please add funds and try again.")
        if self.world.faults.take("no_access", _call(request)):
            raise Problem(403, "access denied")
        if self.world.faults.take("rule", _call(request)):
            raise Problem(400, "request could not be processed")
        pod = self.pods.create(await _body(request), self._balance(), _call(request))
        if self.world.faults.take("error_after", _call(request)):
            raise Problem(500, "internal error")
        return _json(pod, 201)

    async def show(self, request: Request) -> Response:
        self._collect()
        return _json(self.pods.told(self.pods.find(request.path_params["id"])))

    async def change(self, request: Request) -> Response:
        return _json(self.pods.change(self.pods.find(request.path_params["id"]), await _body(request)))

    async def end(self, request: Request) -> Response:
        self.world.end(self.pods.find(request.path_params["id"]), "terminated")
        return Response(status_code=204)

    async def act(self, request: Request) -> Response:
        body = await _body(request)
        if set(body) != {"action"} or body["action"] not in ("start", "stop", "restart", "terminate"):
            raise Problem(422, "Request validation failed.", ["$.action: must be start, stop, restart or terminate"])
        pod = self.pods.act(self.pods.find(request.path_params["id"]), body["action"], _call(request))
        return Response(status_code=204) if pod is None else _json(pod)

    async def keys(self, _request: Request) -> Response:
        return _json({"keys": self.world.extra.setdefault("keys", [])})

    async def replace_keys(self, request: Request) -> Response:
        keys = (await _body(request)).get("keys")
        if not isinstance(keys, list) or not all(PUBLIC_KEY.fullmatch(str(key)) for key in keys):
            raise Problem(422, "Request validation failed.", ["$.keys: does not match pattern"])
        self.world.extra["keys"] = keys
        return _json({"keys": keys})

    async def bills(self, request: Request) -> Response:
        wanted, now = request.query_params.get("podId"), self.world.now()
        rentals = [r for r in self.world.rentals.values() if self._is_ours(r) and wanted in (None, r.id)]
        records = [_record(rental, now) for rental in rentals]
        keys = ("totalAmount", "gpuAmount", "cpuAmount", "diskAmount")
        query = {"startTime": stamp(self.world.start), "endTime": stamp(now), "bucketSize": "year", "podId": wanted}
        metadata = {
            "query": query,
            "recordCount": len(records),
            "uniquePodCount": len(records),
            "totals": {key: sum(float(record[key]) for record in records) for key in keys},
        }
        return _json({"records": records, "metadata": metadata})

    async def graphql(self, request: Request) -> Response:
        if self.world.faults.take("graphql_retired"):
            return _json({"error": "gone"}, 410)
        if not _is_known(self.world, request):
            return _json(
                {"errors": [{"message": "Unauthorized request, please check your API key (401)"}], "data": None}
            )
        asked = str((await _body(request)).get("query", ""))
        if self.world.faults.take("graphql_error") or "myself" not in asked:
            return _json(
                {"errors": [{"message": "Something went wrong", "extensions": {"code": "INTERNAL"}}], "data": None}
            )
        running = [r for r in self.world.live(self.world.setup.key) if r.state == "running"]
        known: dict[str, Any] = {
            "id": "user_1",
            "clientBalance": float(round(self._balance(), 4)),
            "currentSpendPerHr": float(sum(r.price_hour for r in running)),
            "spendLimit": 80,
        }
        return _json({"data": {"myself": {key: known[key] for key in known if re.search(rf"\b{key}\b", asked)}}})

    def run_dry(self) -> bool:
        """Pods without a network volume are ended when the balance is gone."""
        self.world.credit = self.world.spent()
        for rental in self.world.live(self.world.setup.key):
            self.world.end(rental, "no balance left")
        return True

    def _collect(self) -> None:
        if self._balance() <= 0:
            self.run_dry()

    def _balance(self) -> Decimal:
        return self.world.credit - sum(
            (r.cost(self.world.now()) for r in self.world.rentals.values() if self._is_ours(r)), Decimal(0)
        )

    def _is_ours(self, rental: Rental) -> bool:
        return rental.account == self.world.setup.key


def _door(world: World, endpoint: Endpoint) -> Endpoint:
    """Who is it, is it too often, and what went wrong, in RunPod's words."""

    async def answer(request: Request) -> Response:
        if not _is_known(world, request):
            return _problem(Problem(401, "missing bearer token"))
        if fault := world.faults.take("too_fast", _call(request)):
            seconds = str(int(fault.number("seconds", 12)))
            told = _problem(Problem(429, "rate limit exceeded for the minute window"))
            told.headers.update({"Retry-After": seconds, "RateLimit": f'"minute";r=0;t={seconds}'})
            return told
        try:
            told = await endpoint(request)
        except Problem as problem:
            told = _problem(problem)
        told.headers.update(_quota(world, request))
        return told

    return answer


def _quota(world: World, request: Request) -> dict[str, str]:
    """Far from used up, unless a fault says so; what RunPod's quotas are is not known."""
    low = world.faults.take("quota", _call(request))
    left = {window: (1000, seconds) for window, seconds in QUOTAS.items()}
    if low:
        left["minute"] = (int(low.number("left", 0)), int(low.number("seconds", 12)))
    return {
        "RateLimit": ", ".join(f'"{window}";r={count};t={seconds}' for window, (count, seconds) in left.items()),
        "RateLimit-Policy": ", ".join(f'"{window}";q=1000;w={seconds}' for window, seconds in QUOTAS.items()),
    }


def _is_known(world: World, request: Request) -> bool:
    return request.headers.get("authorization") == f"Bearer {world.setup.key}"


def _stock_asked(request: Request) -> tuple[str, int] | None:
    asked = request.query_params
    if ("product" in asked) != (asked.get("include") == "AVAILABILITY"):
        raise Problem(400, "product is required with include=AVAILABILITY, and valid only with it")
    if "product" not in asked:
        return None
    if asked.get("cloud", "SECURE") not in ("SECURE", "COMMUNITY") or not asked.get("count", "1").isdigit():
        raise Problem(422, "Request validation failed.", ["query: cloud or count"])
    return asked.get("cloud", "SECURE"), int(asked.get("count", "1"))


def _record(rental: Rental, now: datetime) -> dict[str, Any]:
    bill = rental.bill(now)
    return {
        "podId": rental.id,
        "startTime": stamp(rental.created_at),
        "endTime": stamp(now),
        "totalAmount": float(bill["total"]),
        "gpuAmount": float(bill.get("gpu", 0)),
        "cpuAmount": 0.0,
        "diskAmount": float(bill.get("disk", 0)),
    }


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise Problem(400, "request body is not JSON") from None
    if not isinstance(body, dict):
        raise Problem(422, "Request validation failed.", ["$: must be an object"])
    return body


def _call(request: Request) -> str:
    return f"{request.method} {request.url.path}"


def _json(body: Any, status: int = 200) -> Response:
    return JSONResponse(body, status)


def _problem(problem: Problem) -> Response:
    body = {"title": TITLES[problem.status], "status": problem.status, "detail": problem.detail}
    if problem.errors:
        body["errors"] = problem.errors
    return JSONResponse(body, problem.status, media_type="application/problem+json")
