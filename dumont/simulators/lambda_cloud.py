"""Lambda Cloud on paper: types, instances and SSH keys, in its envelope of `data` or `error`.

Its own faults, beside those of all clouds: `error_after` (a 500 after the machine was made), `quota`, `pace` (two
launches within ten seconds are too fast), `no_ip`, `no_tags` (they are not told again), `redirect` (to the host of
before), `slice` (a type that is a part of a GPU is listed). `/_sim/act` knows `preempt`.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from dumont.simulators import lambda_types
from dumont.simulators.rentals import Billing, Rental
from dumont.simulators.world import Setup, SoldOut, Wanted, World

SETUP = Setup(
    provider="lambda",
    billing=Billing(disk=frozenset()),
    boot_median_seconds=240,
    boot_sigma=0.3,
    stock=lambda_types.make_stock,
    slices=False,
)
OLD_HOST = "https://cloud.lambdalabs.com"
ENDING_SECONDS = (30, 90)
SHOWN_AFTER_END = timedelta(seconds=60)
LAUNCH_PAUSE = timedelta(seconds=10)
STATUSES = {
    "pending": "booting",
    "booting": "booting",
    "running": "active",
    "failed": "unhealthy",
    "stopping": "terminating",
    "gone": "terminated",
}
NO_SUCH = "global/object-does-not-exist"
INVALID = "global/invalid-parameters"
SOLD_OUT = "instance-operations/launch/insufficient-capacity"
LAUNCH = {
    *("region_name", "instance_type_name", "ssh_key_names", "name", "tags", "user_data", "image", "hostname"),
    *("file_system_names", "file_system_mounts", "firewall_rulesets"),
}
Endpoint = Callable[[Request], Awaitable[Any]]


class Refused(Exception):
    def __init__(self, status: int, code: str, message: str, suggestion: str | None = None) -> None:
        super().__init__(code)
        self.status, self.body = status, {"code": code, "message": message, "suggestion": suggestion}


def app(world: World) -> ASGIApp:
    cloud = _Cloud(world)
    world.actions["preempt"] = cloud.preempt
    routes = [
        ("GET", "/instance-types", cloud.types),
        ("GET", "/instances", cloud.listing),
        ("GET", "/instances/{id}", cloud.show),
        ("POST", "/instances/{id}", cloud.rename),
        ("POST", "/instance-operations/launch", cloud.launch),
        ("POST", "/instance-operations/terminate", cloud.terminate),
        ("POST", "/instance-operations/restart", cloud.restart),
        ("GET", "/ssh-keys", cloud.keys),
        ("POST", "/ssh-keys", cloud.add_key),
        ("DELETE", "/ssh-keys/{id}", cloud.drop_key),
    ]
    return Starlette(routes=[Route(path, _door(world, end), methods=[method]) for method, path, end in routes])


@dataclass
class _Cloud:
    world: World

    async def types(self, request: Request) -> Any:
        if self.world.faults.take("empty_list", _call(request)):
            return {}
        rows = {kind.name: self._type_told(kind) for kind in lambda_types.types(self.world)}
        if self.world.faults.take("slice"):
            whole = rows["gpu_1x_a10"]["instance_type"]
            odd = {**whole, "name": "gpu_1x_a10_mig", "description": "1x A10 MIG 1g.6gb (6 GB)"}
            rows[odd["name"]] = {"instance_type": odd, "regions_with_capacity_available": []}
        return rows

    async def listing(self, request: Request) -> Any:
        if self.world.faults.take("empty_list", _call(request)):
            return []
        now = self.world.now()
        ours = [r for r in self.world.rentals.values() if r.account == self.world.setup.key]
        shown = [r for r in ours if r.state != "gone" or (r.why == "terminated" and now - r.since < SHOWN_AFTER_END)]
        return [self._told(rental) for rental in shown]

    async def show(self, request: Request) -> Any:
        return self._told(self._find(request.path_params["id"]))

    async def rename(self, request: Request) -> Any:
        rental = self._find(request.path_params["id"])
        rental.extra["order"]["name"] = rental.label = str((await _body(request)).get("name", ""))
        return self._told(rental)

    async def launch(self, request: Request) -> Any:
        order, call = await _body(request), _call(request)
        self._check_pace()
        kind = self._checked(order)
        if self.world.faults.take("quota", call):
            raise Refused(400, "global/quota-exceeded", "Quota exceeded.", "Contact support to increase your quota.")
        rental = self._rent(kind, order, call)
        if self.world.faults.take("error_after", call):
            raise Refused(500, "global/internal-error", "Something unexpected went wrong.")
        return {"instance_ids": [rental.id]}

    async def terminate(self, request: Request) -> Any:
        ended = [self._find(machine_id) for machine_id in (await _body(request)).get("instance_ids", [])]
        for rental in ended:
            self._end(rental)
        return {"terminated_instances": [self._told(rental) for rental in ended]}

    async def restart(self, request: Request) -> Any:
        found = [self._find(machine_id) for machine_id in (await _body(request)).get("instance_ids", [])]
        return {"restarted_instances": [self._told(rental) for rental in found]}

    async def keys(self, _request: Request) -> Any:
        return list(self._keys().values())

    async def add_key(self, request: Request) -> Any:
        wanted = await _body(request)
        name = str(wanted.get("name", ""))
        if not 0 < len(name) <= 64:
            raise Refused(400, INVALID, "Invalid request data")
        if name in self._keys():
            raise Refused(400, "global/duplicate", "An SSH key with that name already exists.")
        made = {} if "public_key" in wanted else {"private_key": "a private key on paper"}
        public = wanted.get("public_key", "ssh-ed25519 AAAAonpaper")
        row = {"id": f"{len(self._keys()):032x}", "name": name, "public_key": public}
        self._keys()[name] = row
        return {**row, **made}

    async def drop_key(self, request: Request) -> Any:
        name = next((k for k, row in self._keys().items() if row["id"] == request.path_params["id"]), None)
        if name is None:
            raise Refused(404, NO_SUCH, "Specified SSH key does not exist.")
        del self._keys()[name]
        return {}

    def preempt(self, rental: Rental | None, _given: Mapping[str, Any]) -> bool:
        if rental is None:
            return False
        rental.extra["preempted"] = True
        rental.become("failed", self.world.now(), "preempted")
        return True

    def _type_told(self, kind: lambda_types.Type) -> dict[str, Any]:
        regions = [lambda_types.region_told(name) for name in kind.regions(self.world)]
        return {"instance_type": lambda_types.told(kind, self.world), "regions_with_capacity_available": regions}

    def _check_pace(self) -> None:
        if self.world.faults.take("pace"):
            now, last = self.world.now(), self.world.extra.get("launched_at")
            self.world.extra["launched_at"] = now
            if last is not None and now - last < LAUNCH_PAUSE:
                raise Refused(429, "global/rate-limited", "Too many requests.", "Wait, and try again.")

    def _checked(self, order: Mapping[str, Any]) -> lambda_types.Type:
        keys = order.get("ssh_key_names")
        kinds = {kind.name: kind for kind in lambda_types.types(self.world)}
        wrong = [
            set(order) - LAUNCH,
            order.get("region_name") not in lambda_types.REGIONS,
            order.get("instance_type_name") not in kinds,
            not isinstance(keys, list) or len(keys) != 1 or keys[0] not in self._keys(),
            len(order.get("name", "")) > 64,
            len(order.get("user_data", "")) > 1_000_000,
        ]
        if any(wrong):
            raise Refused(400, INVALID, "Invalid request data", "Check the parameters, and exactly one SSH key.")
        return kinds[order["instance_type_name"]]

    def _rent(self, kind: lambda_types.Type, order: Mapping[str, Any], call: str) -> Rental:
        there = [m for m in kind.machines(self.world) if lambda_types.region_of(m) == order["region_name"]]
        machine = next((m for m in there if len(self.world.free(m)) == kind.count), None)
        if machine is None:
            raise _sold_out()
        price, label = Decimal(kind.cents(self.world)) / 100, order.get("name", "")
        extra = {"order": dict(order), "type": lambda_types.told(kind, self.world)}
        wanted = Wanted(machine=machine, count=kind.count, label=label, price_hour=price, extra=extra)
        try:
            rental = self.world.rent(wanted, call)
        except SoldOut:
            raise _sold_out() from None
        rental.extra["no_ip"] = bool(self.world.faults.take("no_ip", call))
        return rental

    def _find(self, machine_id: str) -> Rental:
        rental = self.world.rentals.get(machine_id)
        if rental is None or rental.state == "gone" or rental.account != self.world.setup.key:
            raise Refused(404, NO_SUCH, "Specified instance does not exist.")
        return rental

    def _end(self, rental: Rental) -> None:
        if rental.state != "stopping":
            rental.become("stopping", self.world.now())
            self.world.after(self.world.random.uniform(*ENDING_SECONDS), lambda: self.world.end(rental, "terminated"))

    def _keys(self) -> dict[str, dict[str, str]]:
        keys: dict[str, dict[str, str]] = self.world.extra.setdefault("keys", {})
        return keys

    def _told(self, rental: Rental) -> dict[str, Any]:
        order = rental.extra["order"]
        status = "preempted" if rental.extra.get("preempted") else STATUSES[rental.state]
        told = {
            "id": rental.id,
            "name": order.get("name"),
            "status": "terminated" if rental.state == "gone" else status,
            "private_ip": f"10.19.{rental.machine % 250}.{int(rental.id) % 250 + 1}",
            "ssh_key_names": order["ssh_key_names"],
            "file_system_names": order.get("file_system_names", []),
            "region": lambda_types.region_told(order["region_name"]),
            "instance_type": rental.extra["type"],
            "tags": [] if self.world.faults.take("no_tags") else order.get("tags", []),
            "firewall_rulesets": [],
            "actions": {name: {"available": status == "active"} for name in ("restart", "rebuild", "terminate")},
        }
        if rental.state not in ("pending", "booting") and not rental.extra["no_ip"]:
            told["ip"] = f"198.51.100.{int(rental.id) % 250 + 1}"
        return told


def _door(world: World, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        if world.faults.take("redirect", _call(request)):
            return RedirectResponse(f"{OLD_HOST}{request.url.path}", 301)
        try:
            _admit(world, request)
            return JSONResponse({"data": await endpoint(request)})
        except Refused as refused:
            return JSONResponse({"error": refused.body}, refused.status)

    return answer


def _admit(world: World, request: Request) -> None:
    if request.headers.get("authorization") != f"Bearer {world.setup.key}":
        raise Refused(401, "global/invalid-api-key", "API key was invalid, expired, or deleted.", "Check your API key.")


def _sold_out() -> Refused:
    advice = "Choose an instance type with more availability, or try again later."
    return Refused(400, SOLD_OUT, "Not enough capacity to fulfill launch request.", advice)


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body())
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refused(400, INVALID, "Invalid request data")
    return body


def _call(request: Request) -> str:
    return f"{request.method} {request.url.path}"
