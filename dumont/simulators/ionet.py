"""The simulated io.net: its enterprise API for virtual machines, where hours are bought in advance.

Its own faults, beside those of all clouds: `dearer` (the price rises between the listing and the order), `sold_out` (no
replica left at the order), `no_funds`, `stuck` (a deployment stays `deployment requested`), `fails` (it fails after a
while and is paid back), `no_ssh` (no `ssh_access`, for ever), `extend_refused`, `error_after` (500 after the deployment
was made), `nameless` (an order's answer without its number). Where the documents are silent: a name that is taken is
refused with 409, too little credit with 402, no free machine with 400, each with `{"detail": "..."}`.

A deployment's name stays taken after its end. Pages of the list begin at 0, as the document's default says.
"""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from dumont.simulators.ionet_blocks import Blocks, Refused, stock
from dumont.simulators.rentals import Billing, Rental
from dumont.simulators.world import Setup, World

PREFIX = "/enterprise/v1/io-cloud/vmaas"
SETUP = Setup(
    provider="ionet",
    billing=Billing(compute=frozenset(), disk=frozenset()),
    boot_median_seconds=300,
    boot_sigma=0.5,
    stock=stock,
    pages=("GET /ionet/enterprise/v1/io-cloud/vmaas/deployments",),
)
PAGE_MAX = 100
STATUSES = ("running", "completed", "failed", "deployment requested", "termination requested", "destroyed")
Endpoint = Callable[[Request], Awaitable[Response]]


def app(world: World) -> ASGIApp:
    cloud = _Cloud(world)
    routes = [
        ("GET", "/hardware/max-gpus-per-vm", cloud.hardware),
        ("GET", "/available-vms", cloud.places),
        ("GET", "/price", cloud.price),
        ("POST", "/deploy", cloud.deploy),
        ("GET", "/deployments", cloud.deployments),
        ("GET", "/deployment/{id}", cloud.show),
        ("DELETE", "/deployment/{id}", cloud.destroy),
        ("GET", "/deployment/{id}/vms", cloud.machines),
        ("POST", "/deployment/{id}/extend", cloud.extend),
    ]
    return Starlette(
        routes=[Route(PREFIX + path, _door(world, door), methods=[method]) for method, path, door in routes]
    )


class _Cloud:
    def __init__(self, world: World) -> None:
        self.world = world
        self.blocks = Blocks(world)

    async def hardware(self, request: Request) -> Response:
        empty = self.world.faults.take("empty_list", _call(request))
        rows = [] if empty else self.blocks.hardware()
        return _json({"data": {"hardware": rows, "total": len(rows)}})

    async def places(self, request: Request) -> Response:
        found = self.blocks.places(_whole(request, "hardware_id"), _whole(request, "hardware_qty"))
        return _json({"data": found})

    async def price(self, request: Request) -> Response:
        gpus, hours = _whole(request, "gpus_per_vm"), _whole(request, "duration_hours")
        hardware, location = _whole(request, "hardware_id"), _whole(request, "location_ids")
        if request.query_params.get("currency") not in ("usdc", "iocoin"):
            raise _invalid("query", "currency", "Input should be 'usdc' or 'iocoin'", "enum")
        replicas = _whole(request, "replica_count")
        cost, fee = self.blocks.quote(hardware, location, gpus, hours * replicas, _call(request))
        free = self.blocks.replicas(hardware, location, gpus)
        told = {"replica_count": replicas, "gpus_per_vm": gpus, "available_replica_count": [free], "discount": 0.0}
        told |= {"ionet_fee": float(fee), "ionet_fee_percent": 2.0, "total_cost_usdc": float(cost)}
        return _json({"data": told | {"currency_conversion_fee": 0.0, "currency_conversion_fee_percent": 0.0}})

    async def deploy(self, request: Request) -> Response:
        call = _call(request)
        made = self.blocks.deploy(_order(await _body(request)), call)
        if self.world.faults.take("error_after", call):
            raise Refused(500, "Internal Server Error")
        if self.world.faults.take("nameless", call):
            return _json({"status": "deployment requested"})
        return _json({"status": "deployment requested", "deployment_id": made.id})

    async def deployments(self, request: Request) -> Response:
        page, size = _whole(request, "page", 0), _whole(request, "page_size", 10)
        if not 1 <= size <= PAGE_MAX:
            raise _invalid("query", "page_size", f"Input should be between 1 and {PAGE_MAX}", "less_than_equal")
        wanted = request.query_params.get("status")
        rentals = [r for r in self.blocks.all() if wanted in (None, self.blocks.status(r))]
        if self.world.faults.take("empty_list", _call(request)):
            rentals = []
        if self.world.faults.take("first_page_only", _call(request)):
            page, size = (0, 1) if page == 0 else (PAGE_MAX, size)
        rows = [self._row(rental) for rental in rentals[page * size : (page + 1) * size]]
        return _json({"data": {"deployments": rows, "total": len(rentals), "statuses": list(STATUSES)}})

    async def show(self, request: Request) -> Response:
        return _json({"data": self._detail(self._find(request))})

    async def destroy(self, request: Request) -> Response:
        self.blocks.destroy(self._find(request))
        return _json(None)

    async def machines(self, request: Request) -> Response:
        rental = self._find(request)
        status = self.blocks.status(rental)
        workers = [] if status == "deployment requested" else [self._worker(rental, _call(request))]
        return _json({"data": {"total": len(workers), "workers": workers}})

    async def extend(self, request: Request) -> Response:
        body = await _body(request)
        if not isinstance(body.get("duration_hours"), int):
            raise _invalid("body", "duration_hours", "Field required", "missing")
        rental = self._find(request)
        if self.world.faults.take("extend_refused", _call(request)):
            raise Refused(400, "Not enough available capacity to extend")
        self.blocks.extend(rental, body["duration_hours"])
        return _json({"data": self._detail(rental)})

    def _find(self, request: Request) -> Rental:
        given = request.path_params["id"]
        try:
            found = self.blocks.find(str(UUID(given)))
        except ValueError:
            raise _invalid("path", "deployment_id", "Input should be a valid UUID", "uuid_parsing") from None
        if found is None:
            raise Refused(404, "Deployment not found")
        return found

    def _row(self, rental: Rental) -> dict[str, Any]:
        served, left = self.blocks.minutes(rental)
        return {
            "id": rental.id,
            "status": self.blocks.status(rental),
            "name": rental.label,
            "completed_percent": round(100 * served / (served + left), 2) if served + left else 0.0,
            "hardware_quantity": len(rental.slots),
            "brand_name": "NVIDIA",
            "hardware_name": rental.extra["hardware_name"],
            "compute_minutes_served": served,
            "compute_minutes_remaining": left,
        }

    def _detail(self, rental: Rental) -> dict[str, Any]:
        row = self._row(rental)
        own = rental.extra
        told = {name: row[name] for name in row if name not in ("name", "hardware_quantity")}
        return told | {
            "created_at": _stamp(rental.created_at),
            "started_at": _stamp(own.get("started_at")),
            "finished_at": _stamp(own.get("finished_at")),
            "amount_paid": float(round(own["paid"], 6)),
            "total_gpus": len(rental.slots),
            "gpus_per_vm": len(rental.slots),
            "total_vms": 1,
            "hardware_id": own["hardware"],
            "locations": [own["place"]],
            "ssh_keys": own["ssh_keys"],
            "github_ids": [],
        }

    def _worker(self, rental: Rental, call: str) -> dict[str, Any]:
        running = rental.state == "running"
        ready = running and not self.world.faults.take("no_ssh", call)
        number = 2000 + int(rental.id[:4], 16) % 20000
        services = {
            name: service | {"public_ip": "203.0.113.7", "public_port": number + i, "srv_record": f"_{name}._tcp"}
            for i, (name, service) in enumerate(rental.extra["services"].items(), 1)
        }
        return {
            "device_id": rental.id,
            "vm_id": f"vm-{rental.id[:8]}",
            "hardware": rental.extra["hardware_name"],
            "brand_name": "NVIDIA",
            "created_at": _stamp(rental.created_at),
            "uptime_percent": 100.0 if running else 0.0,
            "gpus_per_vm": len(rental.slots),
            "status": rental.state,
            "vm_events": [{"time": _stamp(at), "message": said} for at, said in rental.extra["events"]] or None,
            "network_services": services,
            "ssh_access": f"ssh ionet@203.0.113.7 -p {number}" if ready else "",
        }


def _door(world: World, door: Endpoint) -> Endpoint:
    async def answer(request: Request) -> Response:
        if request.headers.get("x-api-key") != world.setup.key:
            return _json({"detail": "Invalid API key"}, 401)
        try:
            return await door(request)
        except Refused as refused:
            return _json({"detail": refused.detail}, refused.status)

    return answer


def _order(body: dict[str, Any]) -> dict[str, Any]:
    for name, kind in (("resource_private_name", str), ("gpus_per_vm", int), ("hardware_id", int), ("vms_qty", int)):
        if not isinstance(body.get(name), kind):
            raise _invalid("body", name, "Field required", "missing")
    if not 1 <= body["gpus_per_vm"] <= 8:
        raise _invalid("body", "gpus_per_vm", "Input should be less than or equal to 8", "less_than_equal")
    if len(body.get("location_ids") or ()) != 1:
        raise _invalid("body", "location_ids", "List should have at least 1 item", "too_short")
    return body


def _invalid(part: str, name: str, message: str, kind: str) -> Refused:
    return Refused(422, [{"loc": [part, name], "msg": message, "type": kind}])


def _whole(request: Request, name: str, default: int | None = None) -> int:
    given = request.query_params.get(name, None if default is None else str(default))
    if given is None:
        raise _invalid("query", name, "Field required", "missing")
    if not given.isdigit():
        raise _invalid("query", name, "Input should be a valid integer", "int_parsing")
    return int(given)


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise _invalid("body", "", "JSON decode error", "json_invalid") from None
    if not isinstance(body, dict):
        raise _invalid("body", "", "Input should be a valid dictionary", "dict_type")
    return body


def _stamp(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None


def _call(request: Request) -> str:
    return f"{request.method} {request.url.path}"


def _json(body: Any, status: int = 200) -> Response:
    return JSONResponse(body, status)
