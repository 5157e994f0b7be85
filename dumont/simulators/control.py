"""How tests and demos steer a simulated cloud: routes under `/_sim/`, which no real cloud has."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from dumont.simulators.faults import FaultMiddleware, NoSuchFault
from dumont.simulators.rentals import Rental
from dumont.simulators.stock import read_stock
from dumont.simulators.world import World


def steered(world: World, cloud: ASGIApp) -> ASGIApp:
    """The cloud's app behind its faults, with the control routes beside it."""
    routes = [Mount("/_sim", routes=_routes(world)), Mount("/", FaultMiddleware(Settled(cloud, world), world.faults))]
    return Starlette(routes=routes)


class Settled:
    """Lets what is due happen before each request."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self._app = app
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._world.settle()
        await self._app(scope, receive, send)


def _routes(world: World) -> list[Route]:
    async def advance(request: Request) -> JSONResponse:
        world.advance(float((await _json(request))["seconds"]))
        return JSONResponse({"now": world.now().isoformat()})

    async def faults(request: Request) -> JSONResponse:
        if request.method != "GET":
            try:
                world.faults.replace(await _json(request) if request.method == "PUT" else [])
            except NoSuchFault as error:
                return JSONResponse({"error": str(error)}, 422)
        return JSONResponse(world.faults.listed())

    async def bills(_request: Request) -> JSONResponse:
        world.settle()
        rows = [{"id": r.id, "label": r.label, **r.bill(world.now())} for r in world.rentals.values()]
        return JSONResponse({"bills": rows, "spent": str(world.spent())})

    async def machines(_request: Request) -> JSONResponse:
        world.settle()
        return JSONResponse({"machines": [_truth(rental) for rental in world.rentals.values()]})

    async def stock(request: Request) -> JSONResponse:
        if request.method == "POST":
            world.replace_stock(read_stock(await _json(request)))
        return JSONResponse({"machines": len(world.stock), "asks": sum(1 for _ in world.asks())})

    async def reset(request: Request) -> JSONResponse:
        given = await _json(request)
        stock = read_stock(given["stock"]) if "stock" in given else None
        world.reset(seed=given.get("seed"), stock=stock)
        return JSONResponse({"now": world.now().isoformat()})

    async def act(request: Request) -> JSONResponse:
        given = await _json(request)
        rental = world.rentals.get(str(given.get("id")))
        done = _act(world, given, rental)
        return JSONResponse({"done": done}, 200 if done else 404)

    return [
        Route("/advance", advance, methods=["POST"]),
        Route("/faults", faults, methods=["GET", "PUT", "DELETE"]),
        Route("/bills", bills),
        Route("/machines", machines),
        Route("/stock", stock, methods=["GET", "POST"]),
        Route("/reset", reset, methods=["POST"]),
        Route("/act", act, methods=["POST"]),
    ]


def _act(world: World, given: Mapping[str, Any], rental: Rental | None) -> bool:
    """What happens to a machine from outside; a cloud adds its own to `world.actions`."""
    own = world.actions.get(given["action"])
    if own is not None:
        return own(rental, given)
    if rental is None:
        return False
    match given["action"]:
        case "vanish":
            world.end(rental, "vanished")
        case "run":
            rental.become("running", world.now())
        case "fail" | "stop" as action:
            rental.become("failed" if action == "fail" else "stopped", world.now(), given.get("why"))
        case _:
            return False
    return True


async def _json(request: Request) -> Any:
    body = await request.body()
    return json.loads(body) if body else {}


def _truth(rental: Rental) -> dict[str, Any]:
    return {
        "id": rental.id,
        "label": rental.label,
        "state": rental.state,
        "why": rental.why,
        "machine": rental.machine,
        "gpus": len(rental.slots),
        "spot": rental.spot,
        "price_hour": str(rental.price_hour),
        "disk_gb": rental.disk_gb,
        "image": rental.image,
        "created_at": rental.created_at.isoformat(),
    }
