"""Both ends of the live hub for tests: who writes events in transactions of any order, and who watches them."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from typing import Any, ClassVar
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from dumont.basics.errors import NotSignedIn
from dumont.platform.clock import SystemClock
from dumont.platform.db.engine import Db
from dumont.platform.events import Event
from dumont.platform.live.hub import Hub
from dumont.platform.live.socket import Authorise, Identify, serve
from dumont.platform.outbox import Outbox
from dumont.platform.work import Caller

OWN = frozenset({"account:read"})
ANNA = Caller(role="user", user_id=UUID(int=1), permissions=OWN, session_id=UUID(int=11))
BERT = Caller(role="user", user_id=UUID(int=2), permissions=OWN, session_id=UUID(int=22))


class Noted(Event):
    kind: ClassVar[str] = "tests.noted"
    note: str
    on: tuple[str, ...] = ("notes",)

    def topics(self) -> tuple[str, ...]:
        return self.on


class Stop(Exception):
    """Rolls a test's transaction back."""


class Open:
    """A transaction held open by a test."""

    def __init__(self, writer: "Writer", tx: AsyncSession, stack: AsyncExitStack) -> None:
        self._writer = writer
        self._tx = tx
        self._stack = stack

    async def write(self, note: str, *on: str) -> None:
        await self._writer.outbox.publish(self._tx, Noted(note=note, on=on or ("notes",)), SystemClock().now())

    async def commit(self) -> None:
        await self._stack.aclose()

    async def roll_back(self) -> None:
        with suppress(Stop):
            await self._stack.__aexit__(Stop, Stop(), None)


class Writer:
    def __init__(self, db: Db) -> None:
        self.outbox = Outbox((), _nothing)
        self._db = db
        self._open: list[Open] = []

    async def begin(self) -> Open:
        stack = AsyncExitStack()
        opened = Open(self, await stack.enter_async_context(self._db.begin()), stack)
        self._open.append(opened)
        return opened

    async def write(self, note: str, *on: str) -> None:
        """In a transaction of its own."""
        transaction = await self.begin()
        await transaction.write(note, *on)
        await transaction.commit()

    async def close(self) -> None:
        for opened in self._open:
            await opened.roll_back()


async def _nothing(*_: object) -> None:
    return None


class Tokens:
    """Who is who: a token is a name; `ended` ones are refused with their code."""

    def __init__(self) -> None:
        self.callers = {"anna": ANNA, "bert": BERT}
        self.ended: dict[str, str] = {}
        self.asked = 0

    async def identify(self, token: str, _websocket: WebSocket) -> Caller:
        self.asked += 1
        if token in self.ended:
            raise NotSignedIn("This session has ended.", code=self.ended[token])
        if token not in self.callers:
            raise NotSignedIn("Nobody has this token.")
        return self.callers[token]


async def everybody(_caller: Caller, _topic: str) -> bool:
    return True


class Line:
    """A WebSocket at its ASGI end, held by a test: `async with Line(hub) as line`."""

    def __init__(
        self,
        hub: Hub,
        *,
        identify: Identify | None = None,
        authorise: Authorise = everybody,
        headers: dict[str, str] | None = None,
        cut_after: int | None = None,
        origins: tuple[str, ...] = (),
        watched: tuple[str, ...] = (),
        app: ASGIApp | None = None,
        path: str = "/api/v1/live",
    ) -> None:
        """With an application, it is that which answers at this path."""
        self._hub = hub
        self._watched = watched
        self._app = app
        self._path = path
        self._identify = identify or Tokens().identify
        self._authorise = authorise
        self._origins = origins
        self._headers = {"host": "dumont.test", **(headers or {})}
        self._cut_after = cut_after
        self._inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._news = asyncio.Event()
        self._reads = asyncio.Event()
        self._reads.set()
        self._task: asyncio.Task[None] | None = None
        self.messages: list[dict[str, Any]] = []
        self.accepted = False
        self.closed: tuple[int, str] | None = None

    async def __aenter__(self) -> "Line":
        scope = {
            "type": "websocket",
            "path": self._path,
            "headers": [(name.encode(), value.encode()) for name, value in self._headers.items()],
            "query_string": b"",
            "client": ("203.0.113.5", 4321),
            "subprotocols": [],
            "state": {},
            "extensions": {},
        }
        await self._inbox.put({"type": "websocket.connect"})
        self._task = asyncio.create_task(self._serve(scope))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.hang_up()

    async def _serve(self, scope: dict[str, Any]) -> None:
        if self._app is not None:
            await self._app(scope, self._inbox.get, self._send)
            return
        websocket = WebSocket(scope, self._inbox.get, self._send)
        options = {"origins": self._origins, "watched": self._watched}
        await serve(websocket, self._hub, self._identify, self._authorise, **options)

    async def hang_up(self) -> None:
        self._reads.set()
        await self._inbox.put({"type": "websocket.disconnect", "code": 1006})
        if self._task:
            await self._task

    async def say(self, **message: Any) -> None:
        await self.say_raw(orjson.dumps(message).decode())

    async def say_raw(self, text: str) -> None:
        await self._inbox.put({"type": "websocket.receive", "text": text})

    async def hello(self, token: str = "anna") -> "Line":
        await self.say(type="hello", token=token)
        await self.heard(type="ready")
        return self

    async def subscribe(self, *topics: str, after: str | None = None) -> "Line":
        await self.say(type="subscribe", topics=topics, after=after)
        await self.heard(type="subscribed", topics=list(topics))
        return self

    async def heard(self, **wanted: Any) -> dict[str, Any]:
        """Waits until a message with these fields has come."""
        return await self.until(lambda message: all(message.get(key) == value for key, value in wanted.items()))

    async def noted(self, note: str) -> dict[str, Any]:
        return await self.until(lambda message: message["type"] == "event" and message["data"]["note"] == note)

    async def until(self, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        async with asyncio.timeout(30):
            while True:
                for message in self.messages:
                    if fits(message):
                        return message
                self._news.clear()
                await self._news.wait()

    async def ended(self) -> tuple[int, str]:
        assert self._task is not None
        async with asyncio.timeout(30):
            await asyncio.shield(self._task)
        assert self.closed is not None, "the line was cut without a word"
        return self.closed

    def stop_reading(self) -> None:
        self._reads.clear()

    def read_on(self) -> None:
        self._reads.set()

    @property
    def events(self) -> list[dict[str, Any]]:
        return [message for message in self.messages if message["type"] == "event"]

    @property
    def notes(self) -> list[str]:
        return [event["data"]["note"] for event in self.events]

    async def _send(self, message: Any) -> None:
        await self._reads.wait()
        if message["type"] == "websocket.accept":
            self.accepted = True
        elif message["type"] == "websocket.close":
            self.closed = (message.get("code", 1000), message.get("reason") or "")
        else:
            said = orjson.loads(message["text"])
            if said["type"] == "event" and len(self.events) == self._cut_after:
                raise OSError("the line was cut")
            self.messages.append(said)
        self._news.set()
