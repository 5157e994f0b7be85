"""A web process with nothing but the live socket: `python -m tests.fakes.live_app URL`."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from dumont.platform.clock import SystemClock
from dumont.platform.db.engine import make_db, make_engine
from dumont.platform.live.hub import Hub
from dumont.platform.live.limits import Limits
from dumont.platform.live.socket import serve
from dumont.platform.settings import Settings
from tests.fakes.live import Tokens, everybody


def make_app(url: str, limits: Limits = Limits()) -> Starlette:
    engine = make_engine(url, Settings(), name="live app")
    hub = Hub(url, make_db(engine), SystemClock(), keep=timedelta(days=14), limits=limits)
    tokens = Tokens()

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await hub.start()
        yield
        await hub.stop()
        await engine.dispose()

    async def live(websocket: WebSocket) -> None:
        await serve(websocket, hub, tokens.identify, everybody)

    app = Starlette(routes=[WebSocketRoute("/live", live)], lifespan=lifespan)
    app.state.hub = hub
    return app


def main() -> None:
    """Port 0 takes a free one, which uvicorn prints."""
    uvicorn.run(make_app(sys.argv[1]), port=0, log_level="info", timeout_graceful_shutdown=5)


if __name__ == "__main__":
    main()
