"""The live WebSocket, from the first hello to the close.

    client                                                 server
    {"type":"hello","token":...}                           {"type":"ready"}
    {"type":"subscribe","topics":[...],"after":id|null}    {"type":"subscribed","topics":[...]}, and for each one that
                                                           may not be watched {"type":"refused","topic","code"}
    {"type":"unsubscribe","topics":[...]}
                                                           {"type":"event","id","topic","kind","data","at"}
                                                           {"type":"reload","topic"}
    {"type":"pong"}                                        {"type":"ping"}

An event with two topics is shown once for each: a client tells events apart by topic and id.
Closing codes: 4401 get a new token and come back (the reason says why), 4403 not from here, 4400 that was no message
of ours, 4408 too slow or silent, 4429 too many sockets or messages, 1009 too long, 1012 restart and 1013 not now: come
back.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlsplit

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from dumont.basics.errors import Failure, NotSignedIn, TooMany
from dumont.platform.live import metrics
from dumont.platform.live.hub import Hub
from dumont.platform.live.messages import after_of, receive, topics_of
from dumont.platform.live.reader import Closed, Reader
from dumont.platform.live.topics import inside, of_session
from dumont.platform.work import Caller

log = structlog.get_logger()

Identify = Callable[[str, WebSocket], Awaitable[Caller]]
"""Who holds this token; raises `NotSignedIn`, with its code, where it is no longer good."""
Authorise = Callable[[Caller, str], Awaitable[bool]]


async def serve(
    websocket: WebSocket,
    hub: Hub,
    identify: Identify,
    authorise: Authorise,
    *,
    origins: Sequence[str] = (),
    watched: Sequence[str] = (),
) -> None:
    """Returns when the socket is closed. `origins` are those of other hosts whose pages may connect; `watched` are
    topics that nobody has to subscribe to."""
    if not _origin_is_fine(websocket, origins):
        await websocket.close(4403, "origin")  # before it is accepted: the browser sees an HTTP 403
        return
    await websocket.accept()
    try:
        hub.check_open()
        token = await _hello(websocket, hub)
        caller = await _identified(identify, token, websocket)
        async with hub.reader(_owner(caller, websocket)) as reader:
            conversation = _Conversation(websocket, hub, reader, caller=caller, authorise=authorise)
            await conversation.run(lambda: identify(token, websocket), watched)
    except Closed as closed:
        await _close(websocket, closed)
    except WebSocketDisconnect:
        pass


class _Conversation:
    """One accepted socket: one task listens, one speaks, one looks at the clock; the first to end ends all."""

    def __init__(self, websocket: WebSocket, hub: Hub, reader: Reader, *, caller: Caller, authorise: Authorise) -> None:
        self._websocket = websocket
        self._hub = hub
        self._reader = reader
        self._caller = caller
        self._authorise = authorise
        self._limits = hub.limits

    async def run(self, identify: Callable[[], Awaitable[Caller]], watched: Sequence[str] = ()) -> None:
        self._hub.watch(self._reader, of_session(self._caller))
        self._reader.tell({"type": "ready"})
        if watched:
            await self._subscribe(watched, None)
        tasks = [asyncio.create_task(each) for each in (self._listen(), self._speak(), self._keep(identify))]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            await next(iter(done))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _listen(self) -> None:
        minute, heard = time.monotonic(), 0
        while True:
            message = await receive(self._websocket, self._limits.silent_seconds, self._limits.message_bytes)
            if time.monotonic() - minute > 60:
                minute, heard = time.monotonic(), 0
            heard += 1
            if heard > self._limits.messages_minute:
                raise Closed(4429, "too_many_messages")
            match message.get("type"):
                case "subscribe":
                    await self._subscribe(topics_of(message), after_of(message))
                case "unsubscribe":
                    self._hub.leave(self._reader, [inside(self._caller, topic) for topic in topics_of(message)])
                case "pong":
                    pass
                case _:
                    raise Closed(4400, "unknown_type")

    async def _speak(self) -> None:
        while True:
            for message in await self._reader.take():
                try:
                    async with asyncio.timeout(self._limits.silent_seconds):
                        await self._websocket.send_text(message.text)
                except TimeoutError:
                    raise Closed(4408, "slow") from None
                if message.event_id is not None:
                    metrics.MESSAGES.inc()
                    metrics.LAG.observe(max(0.0, time.monotonic() - message.written))

    async def _keep(self, identify: Callable[[], Awaitable[Caller]]) -> None:
        """Pings, and looks at the token and the topics again: permissions end while a socket is open."""
        while True:
            doubted = await self._reader.stirred(self._limits.ping_seconds)
            if not doubted:
                self._reader.tell({"type": "ping"})
            try:
                self._caller = await _known(identify)
                await self._withdraw_forbidden()
            except Closed:
                raise
            except Exception as error:  # the database is away for a moment: no reason to send everybody away
                log.warning("live_recheck_failed", error=type(error).__name__)

    async def _subscribe(self, topics: Sequence[str], after: int | None) -> None:
        allowed: dict[str, str] = {}
        for topic in topics:
            code = await self._refusal(topic, len(self._reader.topics.keys() | allowed.keys()))
            if code:
                self._reader.tell({"type": "refused", "topic": topic, "code": code})
            else:
                allowed[inside(self._caller, topic)] = topic
        if after is None:
            self._hub.join(self._reader, allowed)
            self._reader.tell({"type": "subscribed", "topics": list(allowed.values())})
        else:
            await self._resume(allowed, after)

    async def _resume(self, topics: dict[str, str], after: int) -> None:
        """Joins first, reads then: what commits in between arrives twice rather than not at all."""
        self._reader.hold()
        self._hub.join(self._reader, topics)
        self._reader.tell({"type": "subscribed", "topics": list(topics.values())})
        try:
            missed = await self._hub.replay(topics, after) if topics else []
        except Exception as error:
            log.warning("live_replay_failed", error=type(error).__name__)
            missed = None
        if missed is None:
            self._reader.reload(topics.values())
        self._reader.release(missed or ())

    async def _refusal(self, topic: str, watched: int) -> str | None:
        if len(topic) > self._limits.topic_length:
            return "no_such_topic"
        if inside(self._caller, topic) in self._reader.topics:
            return None
        if watched >= self._limits.topics:
            return "too_many_topics"
        return None if await self._authorise(self._caller, topic) else "not_allowed"

    async def _withdraw_forbidden(self) -> None:
        for name, topic in list(self._reader.topics.items()):
            if not await self._authorise(self._caller, topic):
                self._hub.leave(self._reader, [name])
                self._reader.tell({"type": "refused", "topic": topic, "code": "not_allowed"})


def _origin_is_fine(websocket: WebSocket, origins: Sequence[str]) -> bool:
    """A page of another site must not speak here; what is no browser sends no Origin."""
    origin = websocket.headers.get("origin")
    if origin is None or origin.rstrip("/").lower() in {allowed.rstrip("/").lower() for allowed in origins}:
        return True
    try:
        given, own = urlsplit(origin), urlsplit(f"//{websocket.headers.get('host', '')}")
        default = 443 if given.scheme == "https" else 80
        return bool(given.hostname) and (given.hostname, given.port or default) == (own.hostname, own.port or default)
    except ValueError:
        return False


async def _hello(websocket: WebSocket, hub: Hub) -> str:
    limits = hub.limits
    hello = await receive(websocket, limits.hello_seconds, limits.message_bytes)
    token = hello.get("token")
    if hello.get("type") != "hello" or not isinstance(token, str | None):
        raise Closed(4400, "hello_expected")
    return token or ""


async def _identified(identify: Identify, token: str, websocket: WebSocket) -> Caller:
    try:
        return await _known(lambda: identify(token, websocket))
    except (Closed, WebSocketDisconnect):
        raise
    except Exception as error:
        log.warning("live_identify_failed", error=type(error).__name__)
        raise Closed(1013, "try_again_later") from None


async def _known(identify: Callable[[], Awaitable[Caller]]) -> Caller:
    try:
        return await identify()
    except NotSignedIn as failure:
        raise Closed(4401, failure.code) from None
    except TooMany as failure:
        raise Closed(4429, failure.code) from None
    except Failure as failure:
        raise Closed(4403, failure.code) from None


def _owner(caller: Caller, websocket: WebSocket) -> str:
    if caller.user_id:
        return f"user:{caller.user_id}"
    return f"ip:{caller.ip or (websocket.client.host if websocket.client else '')}"


async def _close(websocket: WebSocket, closed: Closed) -> None:
    """A reader that takes nothing would hold up even the goodbye: the server then cuts the line."""
    if websocket.application_state is WebSocketState.DISCONNECTED:
        return
    with contextlib.suppress(Exception):
        async with asyncio.timeout(2):
            await websocket.close(closed.code, closed.reason)
