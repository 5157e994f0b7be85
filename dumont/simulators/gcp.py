"""Google Compute Engine on paper: tokens, machine types, instances and operations, as the API tells them.

Its own faults: `op_error` (`code`, `status`: the operation of an insert or a start fails), `refuse` (`status`,
`reason`, `message`), `after_commit` (503, but it was done), `expired` (the token is no longer taken), `unreachable`
(`zone`: missing from aggregated lists), `no_ip`, and the act `preempt` (half a minute later the machine is stopped).
"""

import re
from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from dumont.simulators.gcp_rows import aggregated, filtered, instance, machine_type, refusal
from dumont.simulators.gcp_sign_in import credentials, token_for
from dumont.simulators.gcp_stock import price_of, stock, type_of
from dumont.simulators.rentals import Rental
from dumont.simulators.stock import SimMachine
from dumont.simulators.world import Setup, SoldOut, Wanted, World

__all__ = ["SETUP", "app", "credentials"]

SETUP = Setup(
    provider="gcp",
    key="ya29.simulated",
    boot_median_seconds=25,
    boot_sigma=0.3,
    stock=stock,
    slices=False,
    pages=("aggregated/machineTypes", "aggregated/instances"),
)
PAGE = 500
PREEMPT_SECONDS = 30
NAME = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")


def app(world: World) -> ASGIApp:
    cloud = Compute(world)
    world.actions["preempt"] = cloud.preempt
    project = "/compute/v1/projects/{project}"
    zone = f"{project}/zones/{{zone}}"
    one = f"{zone}/instances/{{name}}"
    return Starlette(
        routes=[
            Route("/token", cloud.token, methods=["POST"]),
            Route(f"{project}/aggregated/{{what}}", cloud.everywhere),
            Route(f"{project}/global/firewalls", cloud.firewall, methods=["POST"]),
            Route(f"{project}/global/operations/{{op}}/wait", cloud.wait, methods=["POST"]),
            Route(f"{zone}/operations/{{op}}/wait", cloud.wait, methods=["POST"]),
            Route(f"{zone}/operations", cloud.operations),
            Route(f"{zone}/instances", cloud.insert, methods=["POST"]),
            Route(one, cloud.get, methods=["GET"]),
            Route(one, cloud.delete, methods=["DELETE"]),
            Route(f"{one}/serialPort", cloud.serial),
            Route(f"{one}/setLabels", cloud.set_labels, methods=["POST"]),
            Route(f"{one}/{{verb}}", cloud.turn, methods=["POST"]),
        ]
    )


class Compute:
    def __init__(self, world: World) -> None:
        self._world = world

    async def token(self, request: Request) -> Response:
        form = await request.form()
        if not token_for(str(form.get("assertion", ""))):
            return JSONResponse({"error": "invalid_grant", "error_description": "Invalid JWT Signature."}, 400)
        return JSONResponse({"access_token": self._world.setup.key, "expires_in": 3599, "token_type": "Bearer"})

    async def everywhere(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        what, call = request.path_params["what"], _call(request)
        rows = self._types() if what == "machineTypes" else [self._row(rental) for rental in self._live()]
        rows = [] if self._world.faults.take("empty_list", call) else filtered(rows, request.query_params.get("filter"))
        begin = int(request.query_params.get("pageToken", 0))
        size = min(self._world.extra.get("page", PAGE), int(request.query_params.get("maxResults", PAGE)))
        if self._world.faults.take("first_page_only", call):
            if begin:
                return refusal(503, "backendError", "Internal error. Please try again or contact Google Support.")
            size = min(size, len(rows) // 2)  # a page may be shorter than asked for, even empty
        lost = self._world.faults.take("unreachable", call)
        zone = str(lost.given.get("zone", "us-central1-a")) if lost else None
        page = aggregated(what, rows[begin : begin + size], zone)
        if begin + size < len(rows):
            page["nextPageToken"] = str(begin + size)
        return JSONResponse(page)

    async def firewall(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        body, known = await request.json(), self._world.extra.setdefault("firewalls", set())
        if body["name"] in known:
            return refusal(409, "alreadyExists", f"The resource 'firewalls/{body['name']}' already exists")
        known.add(body["name"])
        return JSONResponse(self._operation("insert", zone=None))

    async def insert(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        zone, body = request.path_params["zone"], await request.json()
        repeated = self._requests.get(request.query_params.get("requestId", ""))
        if repeated:
            return JSONResponse(repeated)
        if not NAME.fullmatch(body["name"]) or not all(
            re.fullmatch(r"[\w-]{0,63}", v) for v in body["labels"].values()
        ):
            return refusal(400, "invalid", "Invalid value for field 'resource.name' or 'resource.labels'.")
        if self._named(zone, body["name"]):
            return refusal(409, "alreadyExists", f"The resource '{body['name']}' already exists")
        operation = self._inserted(zone, body, request)
        if "requestId" in request.query_params:
            self._requests[request.query_params["requestId"]] = operation
        if self._world.faults.take("after_commit", _call(request)):
            return refusal(503, "backendError", "Internal error. Please try again or contact Google Support.")
        return JSONResponse(operation)

    async def get(self, request: Request) -> Response:
        rental = self._found(request)
        return rental if isinstance(rental, Response) else JSONResponse(self._row(rental, _call(request)))

    async def delete(self, request: Request) -> Response:
        rental = self._found(request)
        if isinstance(rental, Response):
            return rental
        rental.extra["leaving"] = True
        self._world.end(rental, "deleted")
        return JSONResponse(self._operation("delete", rental=rental))

    async def serial(self, request: Request) -> Response:
        rental = self._found(request)
        if isinstance(rental, Response):
            return rental
        lines = [f"[    {i}.000000] {rental.extra['name']} systemd[1]: step {i}" for i in range(40)]
        return JSONResponse({"contents": "\n".join(lines), "start": "0", "next": "1600"})

    async def set_labels(self, request: Request) -> Response:
        rental = self._found(request)
        if isinstance(rental, Response):
            return rental
        body = await request.json()
        if body.get("labelFingerprint") != self._row(rental)["labelFingerprint"]:
            return refusal(412, "conditionNotMet", "Labels fingerprint either invalid or resource labels have changed")
        rental.extra["labels"] = body["labels"]
        rental.label = body["labels"].get("dumont-label-0", "")
        return JSONResponse(self._operation("setLabels", rental=rental))

    async def turn(self, request: Request) -> Response:
        rental = self._found(request)
        if isinstance(rental, Response):
            return rental
        if request.path_params["verb"] == "stop":
            self._world.stop(rental)
            return JSONResponse(self._operation("stop", rental=rental))
        if request.path_params["verb"] != "start":
            return refusal(404, "notFound", "no such verb")
        failed = self._world.faults.take("op_error", _call(request))
        if failed is None and rental.state == "stopped":
            rental.wants = "running"
            rental.become("booting", self._world.now())
            self._world.boot(rental, call=_call(request))
        return JSONResponse(self._operation("start", rental=rental, failed=failed.given if failed else None))

    async def operations(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        rows = self._world.extra.get("preempted", [])
        return JSONResponse({"items": [row for row in rows if row["zone"].endswith(request.path_params["zone"])]})

    async def wait(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        known = self._world.extra.get("operations", {}).get(request.path_params["op"])
        return JSONResponse(known) if known else refusal(404, "notFound", "no such operation")

    def preempt(self, rental: Rental | None, _given: Mapping[str, Any]) -> bool:
        """As a spot machine is taken back: half a minute to end, then stopped, with a note in the zone's operations."""
        if rental is None or not rental.spot:
            return False
        row = {
            "operationType": "compute.instances.preempted",
            "targetId": rental.id,
            "zone": f"zones/{rental.extra['zone']}",
            "status": "DONE",
        }
        self._world.extra.setdefault("preempted", []).append(row)
        rental.become("stopping", self._world.now())
        self._world.after(PREEMPT_SECONDS, lambda: self._world.stop(rental, "preempted"))
        return True

    @property
    def _requests(self) -> dict[str, Any]:
        known: dict[str, Any] = self._world.extra.setdefault("requests", {})
        return known

    def _inserted(self, zone: str, body: Mapping[str, Any], request: Request) -> dict[str, Any]:
        """The operation; whatever is wrong with it is told there, not here."""
        if fault := self._world.faults.take("op_error", _call(request)):
            return self._operation("insert", zone=zone, failed=fault.given)
        kind = body["machineType"].rpartition("/")[2]
        spot = body.get("scheduling", {}).get("provisioningModel") == "SPOT"
        machine = self._free(kind, zone)
        price = price_of(machine, spot=spot) if machine else None
        if machine is None or price is None:
            return self._operation("insert", zone=zone, failed={})
        disk = body["disks"][0]["initializeParams"]
        wanted = Wanted(
            machine=machine,
            count=machine.gpu_count,
            label=body["labels"].get("dumont-label-0", ""),
            price_hour=price,
            disk_gb=float(disk["diskSizeGb"]),
            spot=spot,
            image=disk["sourceImage"],
            extra={"name": body["name"], "zone": zone, "type": kind, "labels": dict(body["labels"])},
        )
        try:
            rental = self._world.rent(wanted, _call(request))
        except SoldOut:
            return self._operation("insert", zone=zone, failed={})
        return self._operation("insert", rental=rental)

    def _operation(
        self,
        what: str,
        *,
        zone: str | None = None,
        rental: Rental | None = None,
        failed: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Under way in the first answer, done when it is waited for."""
        name = f"operation-{self._world.new_id()}"
        zone = rental.extra["zone"] if rental else zone
        done: dict[str, Any] = {"kind": "compute#operation", "name": name, "operationType": what, "status": "DONE"}
        done |= {"targetId": rental.id} if rental else {}
        done |= {"zone": f"https://www.googleapis.com/compute/v1/projects/p/zones/{zone}"} if zone else {}
        if failed is not None:
            code = failed.get("code", "ZONE_RESOURCE_POOL_EXHAUSTED")
            told = {"code": code, "message": "The zone does not have enough resources available."}
            done |= {"error": {"errors": [told]}, "httpErrorStatusCode": int(failed.get("status", 503))}
        self._world.extra.setdefault("operations", {})[name] = done
        return {**{key: value for key, value in done.items() if key not in ("error", "httpErrorStatusCode")}} | {
            "status": "RUNNING"
        }

    def _refused(self, request: Request) -> Response | None:
        told, call = request.headers.get("authorization"), _call(request)
        if told != f"Bearer {self._world.setup.key}" or self._world.faults.take("expired", call):
            return refusal(401, "authError", "Request had invalid authentication credentials.")
        if fault := self._world.faults.take("refuse", call):
            given = fault.given
            return refusal(int(given.get("status", 403)), given["reason"], given.get("message", "simulated"))
        return None

    def _found(self, request: Request) -> Rental | Response:
        if refused := self._refused(request):
            return refused
        zone, name = request.path_params["zone"], request.path_params["name"]
        return self._named(zone, name) or refusal(404, "notFound", f"The resource '{name}' was not found")

    def _named(self, zone: str, name: str) -> Rental | None:
        return next((r for r in self._live() if (r.extra["zone"], r.extra["name"]) == (zone, name)), None)

    def _live(self) -> list[Rental]:
        return [rental for rental in self._world.live() if "name" in rental.extra]

    def _row(self, rental: Rental, call: str = "") -> dict[str, Any]:
        return instance(rental, self._world.now(), no_ip=bool(self._world.faults.take("no_ip", call)))

    def _types(self) -> list[dict[str, Any]]:
        places = sorted({(type_of(machine), machine.region) for machine in self._world.stock} - {("", "")})
        return [machine_type(kind, zone) for kind, zone in places if kind]

    def _free(self, kind: str, zone: str) -> SimMachine | None:
        fitting = (machine for machine in self._world.stock if (type_of(machine), machine.region) == (kind, zone))
        return next((m for m in fitting if len(self._world.free(m)) == max(1, m.gpu_count)), None)


def _call(request: Request) -> str:
    return f"{request.method} {request.url.path}"
