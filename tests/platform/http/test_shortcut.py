"""A route that answers at once: the same answers, the same failures, and nothing tried before it."""

from collections.abc import AsyncIterator

import pytest
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import HTTPException
from fastapi.routing import APIRoute
from httpx import ASGITransport, AsyncClient
from starlette.types import Receive, Scope, Send

from dumont.platform.http.doors import Handler
from dumont.platform.http.shortcut import Shortcut, demand_fine


class QuickDoor(APIRoute):
    answers_at_once = True

    def get_route_handler(self) -> Handler:
        async def handle(request: Request) -> Response:
            demand_fine(request)
            said = await request.body()
            if said == b"bad":
                raise HTTPException(418, "It was bad.")
            return Response(said)

        return handle


class Around:
    """Notes what comes the usual way."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.asked: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.append(scope["method"])
        await self.app(scope, receive, send)


@pytest.fixture
def around() -> Around:
    router = APIRouter(prefix="/v1", route_class=QuickDoor)
    app = FastAPI()

    @router.post("/echo")
    async def echo() -> None: ...

    app.include_router(router, prefix="/api")
    return Around(app)


@pytest.fixture
async def client(around: Around) -> AsyncIterator[AsyncClient]:
    transport = ASGITransport(Shortcut(around, around.app))
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


class TestShortcut:
    async def test_answers_without_what_is_usual(self, client: AsyncClient, around: Around) -> None:
        answer = await client.post("/api/v1/echo", content=b"good")
        assert (answer.status_code, answer.content, around.asked) == (200, b"good", [])

    async def test_lets_failures_be_told_as_usual(self, client: AsyncClient, around: Around) -> None:
        answer = await client.post("/api/v1/echo", content=b"bad")
        assert (answer.status_code, answer.json(), around.asked) == (418, {"detail": "It was bad."}, ["POST"])

    async def test_leaves_other_methods_and_paths_alone(self, client: AsyncClient, around: Around) -> None:
        assert (await client.get("/api/v1/echo")).status_code == 405
        assert (await client.post("/api/v1/echoes")).status_code == 404
        assert around.asked == ["GET", "POST"]
