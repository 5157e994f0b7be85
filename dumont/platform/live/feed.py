"""Follows the outbox on a listening connection of its own, in the order of commits, over breaks of the connection."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from random import Random

import asyncpg
import structlog

from dumont.platform.db.engine import asyncpg_url
from dumont.platform.live import metrics, rows
from dumont.platform.live.limits import Limits
from dumont.platform.live.rows import Recorded
from dumont.platform.outbox import CHANNEL

log = structlog.get_logger()

Deliver = Callable[[Sequence[Recorded]], Awaitable[None]]
BATCH = 500
HEARTBEAT_SECONDS = 10
ANSWER_SECONDS = 15
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 5.0


class Feed:
    """Calls `deliver` with events, and `lost` when so much was missed that all readers had better reload."""

    def __init__(self, url: str, deliver: Deliver, lost: Callable[[], None], limits: Limits) -> None:
        self.ready = asyncio.Event()
        self._url = asyncpg_url(url)
        self._deliver = deliver
        self._lost = lost
        self._limits = limits
        self._floor: int | None = None
        self._delivered: dict[int, int] = {}
        self._prune_at = 1000
        self._announced: deque[int] = deque()
        self._something = asyncio.Event()

    async def run(self) -> None:
        """For ever; ends by being cancelled."""
        random = Random()  # noqa: S311 - only spreads reconnects
        pause = FIRST_PAUSE
        while True:
            try:
                async with self._listening() as connection:
                    await self._catch_up(connection)
                    self.ready.set()
                    pause = FIRST_PAUSE
                    await self._follow(connection)
            except Exception as error:  # whatever it is, the readers must not be left with a feed that has ended
                metrics.RECONNECTS.inc()
                log.warning("live_feed_broke", error=f"{type(error).__name__}: {error}", pause_seconds=pause)
                await asyncio.sleep(pause * (0.5 + random.random()))
                pause = min(LONGEST_PAUSE, pause * 2)

    @contextlib.asynccontextmanager
    async def _listening(self) -> AsyncIterator[asyncpg.Connection]:
        options = {"application_name": "dumont live", "timezone": "UTC"}
        connection = await asyncpg.connect(
            self._url, timeout=ANSWER_SECONDS, command_timeout=ANSWER_SECONDS, server_settings=options
        )
        try:
            self._announced.clear()
            connection.add_termination_listener(lambda _connection: self._something.set())
            await connection.add_listener(CHANNEL, self._hear)
            yield connection
        finally:
            connection.terminate()

    def _hear(self, _connection: object, _process: int, _channel: str, payload: str) -> None:
        self._announced.append(int(payload))
        self._something.set()

    async def _catch_up(self, connection: asyncpg.Connection) -> None:
        """To be called when listening has begun."""
        if self._floor is None:
            self._floor = await rows.oldest_running(connection)
            return
        missed = await rows.since(connection, self._floor, self._limits.gap_events)
        if missed is None:
            self._floor = await rows.oldest_running(connection)
            self._delivered.clear()
            self._lost()
        else:
            await self._pass_on(missed)

    async def _follow(self, connection: asyncpg.Connection) -> None:
        while True:
            if not self._announced:
                await self._wait(connection)
                continue
            ids = [self._announced.popleft() for _ in range(min(BATCH, len(self._announced)))]
            events = await rows.by_id(connection, ids)
            await self._pass_on(events)
            if events:
                self._raise_floor(max(event.horizon for event in events))

    async def _wait(self, connection: asyncpg.Connection) -> None:
        """A connection whose other end has vanished looks like one on which nothing happens: hence the question."""
        self._something.clear()
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                await self._something.wait()
        except TimeoutError:
            await connection.execute("SELECT 1")
        if connection.is_closed():
            raise ConnectionResetError("the server closed the listening connection")

    async def _pass_on(self, events: Sequence[Recorded]) -> None:
        new = [event for event in events if event.id not in self._delivered]
        metrics.EVENTS.inc(len(new))
        await self._deliver(new)
        self._delivered.update((event.id, event.xid) for event in new)

    def _raise_floor(self, horizon: int) -> None:
        """By what was announced only: what a catching-up has read may yet be announced too, and is known by its id."""
        floor = self._floor = max(self._floor or 0, horizon)
        if len(self._delivered) >= self._prune_at:
            self._delivered = {event_id: xid for event_id, xid in self._delivered.items() if xid >= floor}
            self._prune_at = 1000 + 2 * len(self._delivered)
