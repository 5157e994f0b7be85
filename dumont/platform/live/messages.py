"""What a client may say: read from the socket in bounds of time and length, and checked."""

import asyncio
from typing import Any

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect

from dumont.platform.live.reader import Closed

BIGGEST_ID = 2**63 - 1


async def receive(websocket: WebSocket, seconds: float, bytes_max: int) -> dict[str, Any]:
    try:
        async with asyncio.timeout(seconds):
            frame = await websocket.receive()
    except TimeoutError:
        raise Closed(4408, "silent") from None
    if frame["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(frame.get("code", 1005))
    text = frame.get("text") or ""
    if len(text) > bytes_max or len(frame.get("bytes") or b"") > bytes_max:
        raise Closed(1009, "too_long")
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Closed(4400, "not_json") from None
    if not isinstance(message, dict):
        raise Closed(4400, "not_an_object")
    return message


def topics_of(message: dict[str, Any]) -> list[str]:
    topics = message.get("topics")
    if not isinstance(topics, list) or not all(isinstance(topic, str) for topic in topics):
        raise Closed(4400, "topics_expected")
    return list(dict.fromkeys(topics))


def after_of(message: dict[str, Any]) -> int | None:
    after = message.get("after")
    if after is None:
        return None
    try:
        number = int(after) if isinstance(after, str | int) else -1
    except ValueError:
        number = -1
    if not 0 <= number <= BIGGEST_ID:
        raise Closed(4400, "after_is_no_event_id")
    return number
