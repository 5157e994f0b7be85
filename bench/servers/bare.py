"""The peer of the HTTP benchmark: Starlette, uvicorn and raw asyncpg with nothing of ours."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import jwt
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

USER = "SELECT id, email, name, role, created_at, last_login_at FROM users WHERE id = $1"
SESSION = (
    "SELECT s.version = u.session_version AND s.ended_at IS NULL AND s.expires_at > $2 AND u.disabled_at IS NULL "
    "FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = $1"
)


def make() -> Starlette:
    routes = [Route("/json", _json), Route("/users/{user_id}", _user), Route("/me", _me)]
    return Starlette(routes=routes, lifespan=_lifespan)


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=10, max_size=10) as pool:
        app.state.pool = pool
        yield


async def _json(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _user(request: Request) -> Response:
    row = await request.app.state.pool.fetchrow(USER, UUID(request.path_params["user_id"]))
    return _answer(row)


async def _me(request: Request) -> Response:
    """What a careful hand would write for one route: the token, its session, the row."""
    token = request.headers["authorization"].removeprefix("Bearer ")
    key = os.environ["DUMONT_SECRET_KEY"]
    claims = jwt.decode(token, key, algorithms=["HS256"], audience="dumont-api", issuer="dumont")
    async with request.app.state.pool.acquire() as connection:
        alive = await connection.fetchval(SESSION, UUID(claims["sid"]), datetime.now(UTC))
        if not alive:
            return JSONResponse({"code": "session_revoked"}, 401)
        return _answer(await connection.fetchrow(USER, UUID(claims["sub"])))


def _answer(row: asyncpg.Record) -> Response:
    return Response(orjson.dumps(dict(row), default=str), media_type="application/json")
