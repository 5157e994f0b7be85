"""Builds the web process: the API below `/api/v1`, the application on every other path, and what surrounds both."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

import dumont
from dumont.accounts import guard
from dumont.main import document, failures
from dumont.main.api import health
from dumont.platform.contexts import Context
from dumont.platform.http.envelope import NEWEST, Alias, BodyLimit, Envelope
from dumont.platform.http.problems import problems
from dumont.platform.http.shortcut import Shortcut
from dumont.platform.http.spa import SpaFiles, find_folder
from dumont.platform.parts import Parts
from dumont.platform.settings import Settings
from dumont.snapshots.rules.names import OBJECT_BYTES_MAX

DESCRIPTION = """\
Rent GPUs of every cloud from one place. Sign in at `/auth/login` or send an API key as a bearer token.
Errors are problem JSON with a `code` for programs and a `hint` for people. Lists are paged by `cursor`; a POST takes an
`Idempotency-Key`. The same routes answer below `/api`, which always means the newest version.
"""
OBJECTS = f"/api/{NEWEST}/snapshots/objects/"
FIRST = ("/agent",)
"""Prefixes of what is asked for most. Routes are tried one after the other, which took half of a heartbeat's CPU."""


def make_app(contexts: Sequence[Context], parts: Parts | None = None, *, lifespan: Any = None) -> FastAPI:
    """The application; without parts it can describe itself (`dumont openapi`) but not serve."""
    app = _Application(
        title="Dumont Cloud",
        version=dumont.__version__,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=f"/api/{NEWEST}/openapi.json",
        generate_unique_id_function=lambda route: route.name,
        lifespan=lifespan or _nothing,
    )
    routers = [router for context in contexts for router in context.routers]
    for router in sorted(routers, key=lambda router: router.prefix not in FIRST):
        app.include_router(router, prefix=f"/api/{NEWEST}", responses=problems())
    app.include_router(health.router)
    app.router.default = _elsewhere(app.router.default, SpaFiles(find_folder(Path(dumont.__file__).parent)))
    failures.install(app)
    if parts is not None:
        app.state.parts = parts
    return app


def enveloped(app: FastAPI, settings: Settings) -> ASGIApp:
    """What surrounds the application, from the inside out."""
    around: ASGIApp = GZipMiddleware(app, minimum_size=1000, compresslevel=5)
    around = Shortcut(around, app)
    if settings.cors_origins:
        around = CORSMiddleware(
            around,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["authorization", "content-type", "idempotency-key", "if-none-match"],
            expose_headers=["etag", "link", "ratelimit-remaining", "ratelimit-reset", "retry-after", "x-request-id"],
        )
    around = BodyLimit(around, bytes_max=settings.request_bytes_max, but={OBJECTS: OBJECT_BYTES_MAX})
    around = Alias(around)
    return Envelope(around, hsts=settings.public_url.startswith("https://"))


def _elsewhere(nothing: ASGIApp, files: ASGIApp) -> ASGIApp:
    """The application's files, where no endpoint is; a mount at the root would hide "wrong method" from endpoints."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await (files if scope["type"] == "http" else nothing)(scope, receive, send)

    return answer


class _Application(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """With what no endpoint says itself, and FastAPI therefore doesn't see."""
        if self.openapi_schema is None:
            visited = {str(found.name) for found in endpoints_of(self) if _open_to_all(found.dependant)}
            document.complete(super().openapi(), open_to_all=visited)
        return super().openapi()


def _open_to_all(dependant: Dependant) -> bool:
    return any(guard.permission_of(inner.call) == guard.ANYONE for inner in dependant.dependencies)


@asynccontextmanager
async def _nothing(_app: FastAPI) -> AsyncIterator[None]:
    yield


def endpoints_of(app: FastAPI) -> list[RouteContext]:
    """Every endpoint with its full path, however deep its router was included."""
    return [found for found in iter_route_contexts(app.routes) if isinstance(found.original_route, APIRoute)]
