"""Akash on paper: the console's API for a managed wallet, with its auction, its escrow and its ways to go wrong.

Its own faults, beside those of all clouds: `no_bids`, `high_bids` (all above the ceiling), `bid_not_open` (at the
lease; the provider bids again), `chain_refused` (an answer whose `signTx.code` is not 0), `no_funds` (402), `manifest`
(the provider refuses it after the lease), `error_after` (500 after the deployment was broadcast, its number lost),
`no_ports` (the container runs, and no port is forwarded), `no_status` (the provider does not answer for its lease),
`null_prices`. `/_sim/act` knows `close_lease` (reason?): the provider takes its machine back.

In a world that stands still a look at the bids lets two seconds go by, as no auction would end otherwise.
"""

import json
from collections.abc import Awaitable, Callable
from decimal import Decimal
from statistics import mean, median
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from dumont.simulators import akash_forms as forms
from dumont.simulators.akash_auction import Auction, Refused, address, model_of, stock
from dumont.simulators.rentals import Billing
from dumont.simulators.stock import SimMachine
from dumont.simulators.world import Setup, World

SETUP = Setup(
    provider="akash",
    billing=Billing(compute=frozenset({"booting", "running"}), disk=frozenset()),
    boot_median_seconds=90,
    boot_sigma=0.6,
    stock=stock,
    pages=("GET /akash/v1/deployments",),
)
LOOK_SECONDS = 2
Endpoint = Callable[[Request], Awaitable[Response]]


def app(world: World) -> ASGIApp:
    cloud = _Console(world)
    world.actions["close_lease"] = cloud.taken_back
    public = [("GET", "/v1/gpu-prices", cloud.prices), ("GET", "/v1/providers", cloud.providers)]
    private = [
        ("GET", "/v1/balances", cloud.balances),
        ("GET", "/v1/deployments", cloud.deployments),
        ("POST", "/v1/deployments", cloud.create),
        ("GET", "/v1/deployments/{dseq}", cloud.show),
        ("DELETE", "/v1/deployments/{dseq}", cloud.close),
        ("GET", "/v1/bids", cloud.bids),
        ("POST", "/v1/leases", cloud.lease),
        ("POST", "/v1/deposit-deployment", cloud.deposit),
    ]
    routes = [Route(path, _told(world, door, locked=False), methods=[method]) for method, path, door in public]
    routes += [Route(path, _told(world, door, locked=True), methods=[method]) for method, path, door in private]
    return Starlette(routes=routes)


class _Console:
    def __init__(self, world: World) -> None:
        self.world = world
        self.auction = Auction(world)

    async def prices(self, request: Request) -> Response:
        null = bool(self.world.faults.take("null_prices", _call(request)))
        models: dict[tuple[str, str, str], list[SimMachine]] = {}
        if not self.world.faults.take("empty_list", _call(request)):
            for machine in self.world.stock:
                models.setdefault(model_of(machine), []).append(machine)
        rows = [self._priced(model, machines, null) for model, machines in sorted(models.items())]
        sums = {name: sum(row["availability"][name] for row in rows) for name in ("total", "available")}
        return _json({"availability": sums, "models": rows})

    async def providers(self, request: Request) -> Response:
        hosts: dict[int, list[SimMachine]] = {}
        if not self.world.faults.take("empty_list", _call(request)):
            for machine in self.world.stock:
                hosts.setdefault(machine.host, []).append(machine)
        return _json([forms.provider(address(host), host, machines) for host, machines in sorted(hosts.items())])

    async def balances(self, _request: Request) -> Response:
        free, held = self.auction.free(), self.auction.held()
        told = {"balance": free, "deployments": held, "total": free + held}
        return _json({"data": {name: float(round(amount, 6)) for name, amount in told.items()}})

    async def deployments(self, request: Request) -> Response:
        skip, limit = (_number(request, name, given) for name, given in (("skip", 0), ("limit", 1000)))
        active = [each for each in self.auction.deployments.values() if each.state == "active"]
        shown = [] if self.world.faults.take("empty_list", _call(request)) else active
        page = shown[skip : skip + limit]
        if self.world.faults.take("first_page_only", _call(request)):
            page = shown[:1] if skip == 0 else []
        rows = [forms.deployment(self.auction, each, status=False) for each in page]
        more = skip + len(page) < len(shown)
        pages = {"total": len(shown), "skip": skip, "limit": limit, "hasMore": more}
        return _json({"data": {"deployments": rows, "pagination": pages}})

    async def create(self, request: Request) -> Response:
        wanted = (await _body(request)).get("data")
        if not isinstance(wanted, dict) or not isinstance(wanted.get("sdl"), str):
            raise Refused(400, "Validation error: data.sdl is required")
        call = _call(request)
        if self.world.faults.take("chain_refused", call):
            number = str(int(self.world.now().timestamp() * 1000))
            raw = "failed to execute message; message index: 0: Deposit invalid: insufficient balance"
            return _json({"data": forms.signed(number, code=5, log=raw)}, 201)
        made = self.auction.open(wanted["sdl"], wanted.get("deposit"), call)
        if self.world.faults.take("double_answer", call):
            self.auction.open(wanted["sdl"], wanted.get("deposit"), call)
        if self.world.faults.take("error_after", call):
            raise Refused(500, "Internal Server Error")
        return _json({"data": forms.signed(made.dseq)}, 201)

    async def show(self, request: Request) -> Response:
        found = self.auction.find(request.path_params["dseq"])
        status = not self.world.faults.take("no_status", _call(request))
        ports = not self.world.faults.take("no_ports", _call(request))
        return _json({"data": forms.deployment(self.auction, found, status=True, answers=status, ports=ports)})

    async def close(self, request: Request) -> Response:
        self.auction.close(self.auction.find(request.path_params["dseq"]))
        return _json({"data": {"success": True}})

    async def bids(self, request: Request) -> Response:
        found = self.auction.find(request.query_params.get("dseq", ""))
        if self.world.stands_still:
            self.world.advance(LOOK_SECONDS)
        return _json({"data": [forms.bid(found, each) for each in found.bids]})

    async def lease(self, request: Request) -> Response:
        body, call = await _body(request), _call(request)
        try:
            ((wanted,), manifest) = body["leases"], body["manifest"]
            dseq, provider = str(wanted["dseq"]), str(wanted["provider"])
        except (KeyError, TypeError, ValueError):
            raise Refused(400, "Validation error: manifest and leases are required") from None
        self.auction.lease(dseq, provider, call)
        if manifest != forms.manifest(dseq) or self.world.faults.take("manifest", call):
            raise Refused(502, "manifest version validation failed")
        return _json({"data": forms.deployment(self.auction, self.auction.find(dseq), status=True)})

    async def deposit(self, request: Request) -> Response:
        wanted = (await _body(request)).get("data") or {}
        found = self.auction.find(str(wanted.get("dseq")))
        self.auction.add(found, Decimal(str(wanted.get("deposit", 0))))
        return _json({"data": forms.deployment(self.auction, found, status=True)})

    def taken_back(self, rental: Any, given: Any) -> bool:
        if rental is None:
            return False
        self.world.end(rental, given.get("reason", "lease_closed_reason_unstable"))
        return True

    def _priced(self, model: tuple[str, str, str], machines: list[SimMachine], null: bool) -> dict[str, Any]:
        prices = [float(self.world.price(machine, 1)) for machine in machines]
        free = {machine.number: len(self.world.free(machine)) for machine in machines}
        hosts = {machine.host for machine in machines}
        price = {"currency": "USD", "min": min(prices), "max": max(prices), "avg": mean(prices)}
        return {
            "vendor": "nvidia",
            "model": model[0],
            "ram": model[1],
            "interface": model[2],
            "availability": {"total": sum(m.gpu_count for m in machines), "available": sum(free.values())},
            "providerAvailability": {
                "total": len(hosts),
                "available": len({machine.host for machine in machines if free[machine.number]}),
            },
            "price": None if null else price | {"weightedAverage": mean(prices), "med": median(prices)},
        }


def _told(world: World, door: Endpoint, *, locked: bool) -> Endpoint:
    async def answer(request: Request) -> Response:
        if locked and request.headers.get("x-api-key") != world.setup.key:
            return _json(forms.error(401, "Unauthorized"), 401)
        try:
            return await door(request)
        except Refused as refused:
            return _json(forms.error(refused.status, refused.message), refused.status)

    return answer


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise Refused(400, "Malformed JSON in request body") from None
    if not isinstance(body, dict):
        raise Refused(400, "Validation error: body must be an object")
    return body


def _number(request: Request, name: str, default: int) -> int:
    given = request.query_params.get(name, str(default))
    if not given.isdigit():
        raise Refused(400, f"Validation error: {name} must be a number")
    return int(given)


def _call(request: Request) -> str:
    return f"{request.method} {request.url.path}"


def _json(body: Any, status: int = 200) -> Response:
    return JSONResponse(body, status)
