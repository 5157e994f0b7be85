"""The door of the live socket: who speaks, and what they may watch."""

from fastapi import APIRouter, WebSocket

from dumont.accounts import guard
from dumont.platform.live.hub import Hub
from dumont.platform.live.socket import serve
from dumont.platform.live.topics import Topics
from dumont.platform.parts import Parts
from dumont.platform.settings import Settings
from dumont.platform.work import Caller

router = APIRouter()


@router.websocket("/live")
async def watch(websocket: WebSocket) -> None:
    parts: Parts = websocket.app.state.parts
    origins = parts.get(Settings).cors_origins

    async def identify(token: str, _websocket: WebSocket) -> Caller:
        return await guard.identify(token, parts)

    await serve(websocket, parts.get(Hub), identify, parts.get(Topics).authorise, origins=origins)
