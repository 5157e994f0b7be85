"""Whether this process lives, whether it can serve, and its figures for Prometheus."""

import hmac
from ipaddress import ip_address

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from dumont.basics.errors import NotAllowed
from dumont.platform.db.engine import DatabaseAway, Db
from dumont.platform.http.doors import parts_of
from dumont.platform.settings import Settings

router = APIRouter(include_in_schema=False)


@router.get("/health/live")
async def live() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/health/ready")
async def ready(request: Request) -> Response:
    """200 while requests can be served; 503 while draining or without a database, so that balancers look elsewhere."""
    if getattr(request.app.state, "draining", False):
        return JSONResponse({"status": "draining"}, 503)
    try:
        async with parts_of(request).get(Db).looking() as tx:
            await tx.execute(text("SELECT 1"))
    except (SQLAlchemyError, DatabaseAway, OSError):
        return JSONResponse({"status": "unavailable", "database": "away"}, 503)
    return JSONResponse({"status": "ok", "database": "ok"})


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    settings = parts_of(request).get(Settings)
    if not _may_read(request, settings):
        raise NotAllowed(
            "Metrics are for the operator.",
            hint="Ask from the same machine, or send the token of DUMONT_METRICS_TOKEN as a bearer token.",
        )
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _may_read(request: Request, settings: Settings) -> bool:
    if settings.metrics_token is None:
        # What a proxy on this machine passes on comes from loopback too, and from anywhere.
        passed_on = any(name in request.headers for name in ("forwarded", "x-forwarded-for", "via"))
        return not passed_on and request.client is not None and _is_loopback(request.client.host)
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    return hmac.compare_digest(given.encode(), settings.metrics_token.get_secret_value().encode())


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
