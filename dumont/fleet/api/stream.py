"""The door of one instance's live socket: like `/live`, but it watches this instance from the first message on."""

from fastapi import APIRouter, WebSocket

from dumont.accounts import guard
from dumont.fleet.events import ONE
from dumont.platform.live.hub import Hub
from dumont.platform.live.socket import serve
from dumont.platform.live.topics import Topics
from dumont.platform.parts import Parts
from dumont.platform.settings import Settings
from dumont.platform.work import Caller

router = APIRouter()


@router.websocket("/instances/{instance_id}/stream")
async def stream_instance(websocket: WebSocket, instance_id: str) -> None:
    """After `{"type": "hello", "token": ...}` it tells of every move, operation, rental and sample of the instance."""
    parts: Parts = websocket.app.state.parts
    own, topics = f"{ONE}:{instance_id}", parts.get(Topics)

    async def identify(token: str, _websocket: WebSocket) -> Caller:
        return await guard.identify(token, parts)

    async def authorise(caller: Caller, topic: str) -> bool:
        return topic == own and await topics.authorise(caller, topic)

    origins = parts.get(Settings).cors_origins
    await serve(websocket, parts.get(Hub), identify, authorise, origins=origins, watched=(own,))
