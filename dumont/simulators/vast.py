"""Vast.ai on paper: its marketplace, its bids, its trailing slashes, and the ways in which it is known to fail.

Faults of its own: `limits` (its least pauses are enforced), `false_null` (a living instance shows as null), `oci` (the
container can't start), `ports_late` (seconds), `start_never` (a start waits for its GPU), `destroy_slow` (seconds for
which a destroyed instance is still listed), `price_rise` (factor, between search and create), `lost_bids` (the search
for bids fails). Actions: `outbid` (seconds? until it runs again), `offline`, `online`, `rise` (price). A bid that is
too low leaves a stopped instance.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from dumont.simulators import vast_rows as rows
from dumont.simulators.rentals import Rental
from dumont.simulators.world import Ask, Setup, SoldOut, Wanted, World

SETUP = Setup(
    provider="vast",
    key="sim-vast-key-0123456789abcdef",
    pages=("POST /vast/api/v0/bundles", "GET /vast/api/v1/instances"),
)

SEARCH_LIMIT = 64
PAGE_MAX = 25
SEARCHES_A_MINUTE = 10
PAUSES = {
    "PUT asks": 4.5, "GET instances v1": 1.0, "GET instances": 2.0, "PUT instances": 1.0, "DELETE instances": 3.0,
}  # fmt: skip
LIST_KEYS = ("id", "label", "actual_status", "gpu_name", "verification", "machine_id")
UNKNOWN_ASK = "error 404/3603: no_such_ask Instance type by id {} is not available."


class Refused(Exception):
    def __init__(self, status: int, error: str, msg: str = "", **more: Any) -> None:
        super().__init__(msg)
        self.answer = JSONResponse({"success": False, "error": error, "msg": msg, **more}, status)


def app(world: World) -> ASGIApp:
    cloud = Vast(world)
    world.actions |= {"outbid": cloud.outbid, "offline": cloud.host, "online": cloud.host, "rise": cloud.rise}
    routes = [
        ("/api/v0/bundles/", cloud.search, "POST"),
        ("/api/v0/bundles/", cloud.search_by_url, "GET"),
        ("/api/v0/asks/{id:int}/", cloud.create, "PUT"),
        ("/api/v1/instances/", cloud.list, "GET"),
        ("/api/v0/instances/{id:int}/", cloud.show, "GET"),
        ("/api/v0/instances/{id:int}/", cloud.change, "PUT"),
        ("/api/v0/instances/{id:int}/", cloud.destroy, "DELETE"),
        ("/api/v0/instances/bid_price/{id:int}/", cloud.bid, "PUT"),
        ("/api/v0/instances/request_logs/{id:int}/", cloud.request_logs, "PUT"),
        ("/api/v0/instances/{id:int}/ssh/", cloud.attach, "POST"),
        ("/api/v0/users/current/", cloud.account, "GET"),
        ("/api/v0/charges/", cloud.charges, "GET"),
    ]
    made = Starlette(
        routes=[
            *(Route(path, _entry(world, work), methods=[method]) for path, work, method in routes),
            Route("/logs/{id:int}.log", cloud.log_file),
        ]
    )
    made.router.redirect_slashes = False
    return made


def _entry(world: World, work: Any) -> Any:
    async def enter(request: Request) -> Response:
        try:
            _known(world, request)
            _paced(world, request)
            answer: Response = await work(request)
        except Refused as refused:
            return refused.answer
        return answer

    return enter


class Vast:
    def __init__(self, world: World) -> None:
        self.world = world

    async def search(self, request: Request) -> Response:
        return self._search(await _body(request))

    async def search_by_url(self, request: Request) -> Response:
        return self._search(json.loads(request.query_params.get("q", "{}")))

    async def create(self, request: Request) -> Response:
        number, body = int(request.path_params["id"]), await _body(request)
        ask = self.world.find_ask(number)
        if ask is None:
            raise Refused(404, "invalid_args", UNKNOWN_ASK.format(number))
        if not isinstance(body.get("env") or {}, dict) or not body.get("image"):
            raise Refused(400, "invalid_args", "env must be an object, and an image is needed")
        if self.world.credit <= self.world.spent():
            raise Refused(400, "insufficient_credit", "Your account lacks credit; see the billing page.")
        price = self._price(ask, body)
        lowest = rows.lowest_bid(self.world, ask.machine, ask.count)
        if "price" in body and (lowest is None or Decimal(str(body["price"])) < lowest):
            return self._low_bid(ask, body, price)
        try:
            rental = self.world.rent(_wanted(ask, body, price), f"PUT {request.url.path}")
        except SoldOut:
            raise Refused(410, "no_such_ask", f"error 410/3907: ask {number} is no longer available.") from None
        for name in ("oci", "ports_late"):
            if fault := self.world.faults.take(name, request.url.path):
                rental.extra[name] = fault.number("seconds", 30)
        if "oci" in rental.extra:
            rental.become("failed", self.world.now())
        own_key = f"own-key-of-{rental.id}"
        return JSONResponse({"success": True, "new_contract": int(rental.id), "instance_api_key": own_key})

    async def list(self, request: Request) -> Response:
        query = request.query_params
        limit = min(PAGE_MAX, int(query.get("limit", 5))) if int(query.get("limit", 5)) > 0 else 5
        ours = self.world.live(self.world.setup.key)
        every = sorted((rows.instance_row(self.world, r) for r in ours), key=lambda row: row["id"])
        chosen = [row for row in every if self._listed(row, json.loads(query.get("select_filters", "{}")))]
        rest = [row for row in chosen if row["id"] > _after(query.get("after_token"))]
        page, call = rest[:limit], f"GET {request.url.path}"
        more = len(rest) > limit and not self.world.faults.take("first_page_only", call)
        if self.world.faults.take("empty_list", call):
            page, more = [], False
        labels = [row["label"] for row in chosen]
        return JSONResponse(
            {
                "success": True,
                "instances_found": len(page),
                "total_instances": len(chosen),
                "label_counts": {label: labels.count(label) for label in labels},
                "next_token": urlsafe_b64encode(str(page[-1]["id"]).encode()).decode() if more else None,
                "instances": page,
            }
        )

    async def show(self, request: Request) -> Response:
        rental = self.world.our(str(request.path_params["id"]))
        gone = rental is None or rental.state == "gone"
        if rental is None or gone or self.world.faults.take("false_null", request.url.path):
            return JSONResponse({"instances": None})
        return JSONResponse({"instances": rows.instance_row(self.world, rental)})

    async def change(self, request: Request) -> Response:
        rental, body = self._rental(request), await _body(request)
        if "label" in body:
            rental.label = body["label"]
        if body.get("state") == "stopped":
            rental.extra.pop("scheduling", None)
            self.world.stop(rental)
        elif body.get("state") == "running" and rental.state == "stopped":
            self._start(rental, request)
        return JSONResponse({"success": True, "msg": ""})

    async def destroy(self, request: Request) -> Response:
        rental = self._rental(request)
        if slow := self.world.faults.take("destroy_slow", f"DELETE {request.url.path}"):
            self.world.after(slow.number("seconds", 10), lambda: self.world.end(rental))
        else:
            self.world.end(rental)
        return JSONResponse({"success": True, "msg": "destroyed"})

    async def bid(self, request: Request) -> Response:
        rental, price = self._rental(request), Decimal(str((await _body(request))["price"]))
        rental.reprice(price, self.world.now())
        machine = self.world.machine(rental.machine)
        lowest = rows.lowest_bid(self.world, machine, len(rental.slots)) if machine else None
        if rental.extra.get("outbid") and lowest is not None and price >= lowest:
            self._resume(rental)
        return JSONResponse({"success": True})

    async def request_logs(self, request: Request) -> Response:
        rental = self._rental(request)
        rental.extra["log_tries"] = 1
        rental.extra["tail"] = int((await _body(request)).get("tail") or 100)
        prefix = request.scope.get("root_path", "")
        return JSONResponse(
            {
                "success": True,
                "result_url": f"http://{request.url.netloc}{prefix}/logs/{rental.id}.log?Signature=abc123",
            }
        )

    async def log_file(self, request: Request) -> Response:
        """A while after it was asked for; to whoever knows the address."""
        rental = self.world.our(str(request.path_params["id"]))
        if rental is None or rental.extra.get("log_tries", 0) > 0:
            if rental is not None:
                rental.extra["log_tries"] -= 1
            return PlainTextResponse("NoSuchKey", 404)
        lines = [f"line {i} of {rental.id}" for i in range(1000)]
        return PlainTextResponse("\n".join(lines[-rental.extra["tail"] :]))

    async def attach(self, request: Request) -> Response:
        rental = self._rental(request)
        rental.extra.setdefault("ssh_keys", []).append((await _body(request))["ssh_key"])
        return JSONResponse({"success": True, "msg": "SSH key added to instance."})

    async def account(self, _request: Request) -> Response:
        credit = self.world.credit - self.world.spent()
        answer = {"id": 7, "email": "sim@example.com", "balance": 0, "credit": float(credit), "ssh_key": None}
        return JSONResponse(answer)

    async def charges(self, _request: Request) -> Response:
        now = self.world.now()
        results = [_charge(rental, rental.bill(now)) for rental in self.world.ours()]
        return JSONResponse({"success": True, "count": len(results), "next_token": None, "results": results})

    def outbid(self, rental: Rental | None, given: Mapping[str, Any]) -> bool:
        """Somebody bids more; after `seconds` they leave again."""
        machine = self.world.machine(rental.machine) if rental else None
        if rental is None or machine is None:
            return False
        self.world.extra.setdefault("floors", {})[machine.number] = rental.price_hour * 2
        rental.extra["outbid"] = True
        self.world.stop(rental)
        if given.get("seconds"):
            self.world.after(float(given["seconds"]), lambda: self._resume(rental))
        return True

    def host(self, rental: Rental | None, given: Mapping[str, Any]) -> bool:
        if rental is not None:
            rental.extra["offline"] = given["action"] == "offline"
        return rental is not None

    def rise(self, _rental: Rental | None, given: Mapping[str, Any]) -> bool:
        """All prices of a machine, by a factor, from now on."""
        machine = self.world.machine(int(given["machine"]))
        if machine is not None:
            seconds = (self.world.now() - self.world.start).total_seconds()
            price = machine.gpu_price_at(seconds) * Decimal(str(given.get("factor", 2)))
            machine.prices = [*machine.prices, (seconds, price)]
        return machine is not None

    def _search(self, body: Mapping[str, Any]) -> Response:
        reserved = {"type", "limit", "order", "allocated_storage"}
        wanted = {**rows.DEFAULTS, **{key: value for key, value in body.items() if key not in reserved}}
        bid, disk = body.get("type") == "bid", float(body.get("allocated_storage", 8))
        if self.world.faults.take("empty_list", "POST /vast/api/v0/bundles/"):
            return JSONResponse({"offers": []})
        if bid and self.world.faults.take("lost_bids"):
            raise Refused(503, "unavailable")
        ids = {"id": wanted.pop("id", {})}
        asks = [ask for ask in self.world.asks() if not bid or ask.spot_price_hour is not None]
        try:  # by ids first, so that a page of a large market takes no work for the others
            every = (
                rows.offer_row(self.world, ask, bid=bid, disk_gb=disk) for ask in asks if rows.fits(_named(ask), ids)
            )
            found = [row for row in every if rows.fits(row, wanted)]
        except rows.BadKey as error:
            raise Refused(400, "invalid_request", f"Error in query parameters: {error}") from None
        for field, direction in reversed(body.get("order") or [["score", "desc"]]):
            found.sort(key=lambda row, field=field: row[field], reverse=direction == "desc")  # type: ignore[misc]
        limit = int(body.get("limit", SEARCH_LIMIT))
        if self.world.faults.take("first_page_only", "POST /vast/api/v0/bundles/"):
            limit = min(limit, SEARCH_LIMIT)
        return JSONResponse({"offers": found[:limit]})

    def _price(self, ask: Ask, body: Mapping[str, Any]) -> Decimal:
        """What is billed: the bid, or the price on demand, which may have risen a moment ago."""
        if "price" in body:
            return Decimal(str(body["price"]))
        rise = self.world.faults.take("price_rise", "PUT /api/v0/asks/")
        return ask.price_hour * Decimal(str(rise.number("factor", 2))) if rise else ask.price_hour

    def _low_bid(self, ask: Ask, body: Mapping[str, Any], price: Decimal) -> Response:
        """The trap: an error, and a stopped machine whose disk costs."""
        rental = self.world.rent(_wanted(ask, body, price))
        rental.boots_at = None
        self.world.stop(rental)
        msg = "error 400/3726: bid is too low for this machine"
        return Refused(400, "invalid_price", msg, new_contract=int(rental.id)).answer

    def _listed(self, row: Mapping[str, Any], filters: Mapping[str, Any]) -> bool:
        try:
            return rows.fits(row, filters, allowed=LIST_KEYS)
        except rows.BadKey as error:
            msg = f"Error in query parameters: {error} is not a valid search key"
            raise Refused(400, "invalid_request", msg) from None

    def _rental(self, request: Request) -> Rental:
        rental = self.world.our(str(request.path_params["id"]))
        if rental is None or rental.state == "gone":
            raise Refused(404, "no_such_instance", f"Instance {request.path_params['id']} not found.")
        return rental

    def _start(self, rental: Rental, request: Request) -> None:
        rental.wants = "running"
        if self.world.faults.take("start_never", f"PUT {request.url.path}"):
            rental.extra["scheduling"] = True
            rental.become("stopped", self.world.now())
            return
        rental.become("booting", self.world.now())
        self.world.boot(rental, 20)

    def _resume(self, rental: Rental) -> None:
        if rental.state == "stopped" and rental.extra.pop("outbid", None):
            self.world.extra.get("floors", {}).pop(rental.machine, None)
            rental.wants = "running"
            rental.become("running", self.world.now())


def _named(ask: Ask) -> dict[str, int]:
    return {"id": ask.id}


def _wanted(ask: Ask, body: Mapping[str, Any], price: Decimal) -> Wanted:
    return Wanted(
        machine=ask.machine,
        count=ask.count,
        label=str(body.get("label") or ""),
        price_hour=price,
        disk_gb=float(body.get("disk") or 8),
        spot="price" in body,
        image=str(body["image"]),
        extra={"env": body.get("env") or {}, "onstart": body.get("onstart"), "machine": ask.machine},
    )


def _known(world: World, request: Request) -> None:
    """The account's key, or an instance's own, which may only touch that one."""
    key = request.headers.get("authorization", "").removeprefix("Bearer ")
    if key == world.setup.key:
        return
    own = key.removeprefix("own-key-of-")
    if own != key and own == str(request.path_params.get("id")) and request.method in ("PUT", "DELETE"):
        return
    if "/asks/" in request.url.path:
        raise Refused(401, "auth_error", "Invalid user key")
    raise Refused(404, "invalid_request", "Invalid user key")


def _paced(world: World, request: Request) -> None:
    """The least pause of each endpoint, and so many searches a minute, where that is to be enforced."""
    if not world.faults.take("limits"):
        return
    parts = request.url.path.split("/api/")[-1].split("/")
    kind = f"{request.method} {parts[1]}" + (" v1" if parts[0] == "v1" else "")
    calls = world.extra.setdefault("calls", {}).setdefault(kind, [])
    pause, allowed = (60.0, SEARCHES_A_MINUTE) if parts[1] == "bundles" else (PAUSES.get(kind, 1.0), 1)
    if sum((world.now() - at).total_seconds() < pause for at in calls) >= allowed:
        world.extra["too_fast"] = world.extra.get("too_fast", 0) + 1
        raise Refused(429, "", detail=f"API requests too frequent endpoint threshold={pause}")
    calls.append(world.now())


def _after(token: str | None) -> int:
    try:
        return int(urlsafe_b64decode(token)) if token else 0
    except ValueError:
        raise Refused(400, "invalid_token", "The token is not one of ours.") from None


async def _body(request: Request) -> dict[str, Any]:
    try:
        found = json.loads(await request.body() or b"{}")
    except ValueError:
        raise Refused(400, "invalid_request", "Invalid json body") from None
    if not isinstance(found, dict):
        raise Refused(400, "invalid_request", "Invalid json body")
    return found


def _charge(rental: Rental, bill: Mapping[str, str]) -> dict[str, Any]:
    items = [{"type": kind, "amount": float(amount)} for kind, amount in bill.items() if kind != "total"]
    return {
        "type": "instance",
        "source": f"instance-{rental.id}",
        "amount": float(bill["total"]),
        "metadata": {"label": rental.label},
        "items": items,
    }
