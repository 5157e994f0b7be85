"""The hub of one web process: takes events from the feed and offers each to the readers of its topics."""

import asyncio
import contextlib
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import timedelta

import structlog

from dumont.basics.clock import Clock
from dumont.platform.db.engine import Db, raw
from dumont.platform.live import metrics, rows
from dumont.platform.live.feed import Feed
from dumont.platform.live.limits import Limits
from dumont.platform.live.reader import Closed, Message, Reader, message_of
from dumont.platform.live.rows import Recorded

log = structlog.get_logger()

Heard = Callable[[Recorded], None]
OFFERS_AT_ONCE = 500
# What a reader has not seen may be dated a little before the last event it saw, by the length of a transaction. So near
# the end of what is kept, some of it may be gone.
LATE = timedelta(hours=1)


class Hub:
    """`url` is of the primary database: the hub keeps one connection to it, beside the pool of `db`."""

    def __init__(self, url: str, db: Db, clock: Clock, *, keep: timedelta, limits: Limits = Limits()) -> None:
        self.limits = limits
        self._db = db
        self._clock = clock
        self._keep = keep
        self._feed = Feed(url, self._deliver, self._lost, limits)
        self._following: asyncio.Task[None] | None = None
        self._readers: set[Reader] = set()
        self._topics: dict[str, dict[Reader, str | None]] = defaultdict(dict)
        self._by_owner: Counter[str] = Counter()
        self._heard: list[Heard] = []
        self._closing = False
        self._empty = asyncio.Event()

    def overhear(self, heard: Heard) -> None:
        """For what this process keeps in memory: `heard` is called with every event that has a topic, as it comes."""
        self._heard.append(heard)

    async def start(self, *, wait_seconds: float = 10) -> None:
        """Returns when it listens; if the database is away it goes on trying, and readers are sent away until then."""
        self._following = asyncio.create_task(self._feed.run(), name="live feed")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_seconds):
                await self._feed.ready.wait()

    async def stop(self, *, wait_seconds: float = 5) -> None:
        """Sends all readers away, to come back elsewhere or after the restart."""
        self._closing = True
        for reader in self._readers:
            reader.end(1012, "restart")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_seconds):
                while self._readers:
                    self._empty.clear()
                    await self._empty.wait()
        if self._following:
            self._following.cancel()
            await asyncio.wait([self._following])

    def check_open(self) -> None:
        if self._closing:
            raise Closed(1012, "restart")
        if not self._feed.ready.is_set() or len(self._readers) >= self.limits.sockets:
            raise Closed(1013, "try_again_later")

    @contextlib.asynccontextmanager
    async def reader(self, owner: str) -> AsyncIterator[Reader]:
        """`owner` is whose sockets are counted together."""
        self.check_open()
        if self._by_owner[owner] >= self.limits.sockets_user:
            raise Closed(4429, "too_many_sockets")
        reader = Reader(self.limits)
        self._readers.add(reader)
        self._by_owner[owner] += 1
        metrics.SOCKETS.inc()
        try:
            yield reader
        finally:
            self._forget(reader, owner)

    def join(self, reader: Reader, topics: Mapping[str, str]) -> None:
        """From the hub's names to the reader's."""
        for inside, shown in topics.items():
            reader.topics[inside] = shown
            self._topics[inside][reader] = shown

    def leave(self, reader: Reader, topics: Sequence[str]) -> None:
        for inside in topics:
            reader.topics.pop(inside, None)
            self._drop(inside, reader)

    def watch(self, reader: Reader, topics: Sequence[str]) -> None:
        """Events on these are not shown: they make the reader's token be looked at again."""
        reader.watched.update(topics)
        for inside in topics:
            self._topics[inside][reader] = None

    async def replay(self, topics: Mapping[str, str], after: int) -> list[Message] | None:
        """What a reader may have missed since it saw this event; None if that can't be told, or is too much."""
        limits = self.limits
        oldest = self._clock.now() - self._keep + LATE
        async with self._db.begin() as tx:
            connection = await raw(tx)
            position = await rows.position(connection, after, oldest, limits.replay_scan)
            if position is None or position.far:
                return None
            names = list(topics)
            most = limits.replay_messages + 1
            events = await rows.since_on(connection, position.horizon, names, scan=limits.replay_scan, most=most)
        read_at = time.monotonic()
        shown = [
            message_of(event, topics[name], read_at) for event in events for name in event.topics if name in topics
        ]
        return shown if len(shown) <= limits.replay_messages else None

    async def _deliver(self, events: Sequence[Recorded]) -> None:
        read_at = time.monotonic()
        offers = 0
        for event in events:
            for heard in self._heard:
                heard(event)
            offers += self._offer(event, read_at)
            if offers > OFFERS_AT_ONCE:
                offers = 0
                await asyncio.sleep(0)

    def _offer(self, event: Recorded, read_at: float) -> int:
        offers = 0
        for topic in event.topics:
            messages: dict[str, Message] = {}
            for reader, shown in self._topics.get(topic, {}).items():
                offers += 1
                if shown is None:
                    reader.doubt()
                    continue
                if shown not in messages:
                    messages[shown] = message_of(event, shown, read_at)
                reader.offer(messages[shown])
        return offers

    def _lost(self) -> None:
        log.warning("live_gap_too_wide", readers=len(self._readers))
        for reader in self._readers:
            reader.lose_all()

    def _forget(self, reader: Reader, owner: str) -> None:
        for inside in (*reader.topics, *reader.watched):
            self._drop(inside, reader)
        self._readers.discard(reader)
        self._by_owner[owner] -= 1
        if not self._by_owner[owner]:
            del self._by_owner[owner]
        metrics.SOCKETS.dec()
        self._empty.set()

    def _drop(self, inside: str, reader: Reader) -> None:
        readers = self._topics.get(inside, {})
        readers.pop(reader, None)
        if not readers:
            self._topics.pop(inside, None)
