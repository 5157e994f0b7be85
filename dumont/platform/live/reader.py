"""One reader: what waits to be sent to it, in bounds that only itself can suffer from."""

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import orjson

from dumont.platform.live import metrics
from dumont.platform.live.limits import Limits
from dumont.platform.live.rows import Recorded

TOLD_MOST = 300
BATCH = 64


class Closed(Exception):
    """This socket is to be closed with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Message:
    text: str
    event_id: int | None = None
    written: float = 0
    """When the event was written, on the monotonic clock of this process."""


class Reader:
    """The hub offers and never waits; the socket's own task takes. `topics` maps the hub's names to the reader's."""

    def __init__(self, limits: Limits) -> None:
        self.topics: dict[str, str] = {}
        self.watched: set[str] = set()
        self._limits = limits
        self._told: deque[Message] = deque()
        self._events: deque[Message] = deque()
        self._held: list[Message] | None = None
        self._bytes = 0
        self._reload: dict[str, None] = {}
        self._something = asyncio.Event()
        self._stir = asyncio.Event()
        self._end: Closed | None = None

    def offer(self, message: Message) -> None:
        waiting = len(self._events) + len(self._held or ())
        if waiting >= self._limits.buffer_messages or self._bytes + len(message.text) > self._limits.buffer_bytes:
            metrics.DROPPED.inc()
            self.lose_all()
            return
        self._bytes += len(message.text)
        (self._events if self._held is None else self._held).append(message)
        self._something.set()

    def lose_all(self) -> None:
        """Forgets what waits; the reader asks for the state of its topics instead."""
        self._events.clear()
        if self._held is not None:
            self._held.clear()
        self._bytes = 0
        self.reload(self.topics.values())

    def reload(self, topics: Iterable[str]) -> None:
        self._reload.update(dict.fromkeys(topics))
        self._something.set()

    def tell(self, message: Mapping[str, object]) -> None:
        """An answer or a ping: goes before all events."""
        if len(self._told) >= TOLD_MOST:
            raise Closed(4408, "slow")
        self._told.append(Message(orjson.dumps(message).decode()))
        self._something.set()

    def hold(self) -> None:
        """From now on live events collect, until what came before them has been read."""
        self._held = []

    def release(self, before: Iterable[Message]) -> None:
        held, self._held = self._held or [], None
        known = set()
        for message in before:
            known.add(message.event_id)
            self._bytes += len(message.text)
            self._events.append(message)
        for message in held:
            if message.event_id in known:
                self._bytes -= len(message.text)
            else:
                self._events.append(message)
        self._something.set()

    async def take(self) -> list[Message]:
        """Waits until there is something."""
        while not (batch := self._next()):
            self._something.clear()
            await self._something.wait()
        return batch

    def end(self, code: int, reason: str) -> None:
        self._end = self._end or Closed(code, reason)
        self._stir.set()

    def doubt(self) -> None:
        """Something has happened to this reader's session: its token is to be looked at now."""
        self._stir.set()

    async def stirred(self, seconds: float) -> bool:
        """Whether the wait was cut short by a doubt; raises `Closed` once the end has come."""
        try:
            async with asyncio.timeout(seconds):
                await self._stir.wait()
        except TimeoutError:
            return False
        self._stir.clear()
        if self._end:
            raise self._end
        return True

    def _next(self) -> list[Message]:
        batch = [*self._told]
        self._told.clear()
        batch.extend(Message(orjson.dumps({"type": "reload", "topic": topic}).decode()) for topic in self._reload)
        self._reload.clear()
        while self._events and len(batch) < BATCH:
            message = self._events.popleft()
            self._bytes -= len(message.text)
            batch.append(message)
        return batch


def message_of(event: Recorded, topic: str, read_at: float) -> Message:
    """`topic` by the name that its reader knows."""
    body = {
        "type": "event",
        "id": str(event.id),
        "topic": topic,
        "kind": event.kind,
        "data": orjson.Fragment(event.payload),
        "at": event.at,
    }
    return Message(orjson.dumps(body).decode(), event.id, read_at - event.age)
