"""Answers what is asked thousands of times a second before any route is tried; whatever goes wrong goes the usual way.

Trying routes, and what FastAPI puts around an endpoint, cost more than such an endpoint does itself.
"""

from fastapi import FastAPI
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from dumont.platform.http.doors import Handler

FAILED = "failed"
"""In the state of a request that comes the usual way, as answering it at once has raised this."""


class Shortcut:
    """Of the routes whose class says that it `answers_at_once`."""

    def __init__(self, around: ASGIApp, app: FastAPI) -> None:
        """`around` is the application with what surrounds it."""
        self._around = around
        self._app = app
        self._routes: dict[tuple[str, str], tuple[Handler, RouteContext]] = {
            (method, str(found.path)): (found.original_route.get_route_handler(), found)
            for found in iter_route_contexts(app.routes)
            if isinstance(found.original_route, APIRoute) and getattr(found.original_route, "answers_at_once", False)
            for method in found.methods or ()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._routes.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if found is None:
            await self._around(scope, receive, send)
            return
        handler, route = found
        scope["app"], scope["route"] = self._app, route
        try:
            response = await handler(Request(scope, receive))
        except Exception as error:
            scope.setdefault("state", {})[FAILED] = error
            await self._around(scope, receive, send)
            return
        await response(scope, receive, send)


def demand_fine(request: Request) -> None:
    """For the handler of such a route: raises again what has been raised."""
    error = request.scope.get("state", {}).pop(FAILED, None)
    if error is not None:
        raise error
