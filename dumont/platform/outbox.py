"""The outbox: records an event, wakes the live hubs and starts its listeners, all in the transaction of its cause.

What is written here appears with the commit and vanishes with a rollback; nobody outside can learn of an event that did
not happen, and none that happened is forgotten.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from dumont.platform.db.partitions import Partitioned
from dumont.platform.events import Event
from dumont.platform.jobs.port import Job, Listener
from dumont.platform.work import Publish

CHANNEL = "dumont_events"
EVENTS = Partitioned("events", "at", "day", keep_days=lambda settings: settings.event_days)

Enqueue = Callable[[AsyncSession, Job, BaseModel], Awaitable[object]]
"""Puts one job into the queue in the given transaction, to be run as soon as that has committed."""

# One round trip. Without topics nobody live is interested, and NOTIFY is worth sparing: PostgreSQL lets only one
# notifying transaction commit at a time.
_RECORD = text(
    """
    WITH event AS (
        INSERT INTO events (kind, topics, payload, at)
        VALUES (:kind, CAST(:topics AS text[]), CAST(:payload AS jsonb), :at)
        RETURNING id, topics
    )
    SELECT CASE WHEN cardinality(topics) > 0 THEN pg_notify(:channel, CAST(id AS text)) END FROM event
    """
)


class Outbox:
    def __init__(self, listeners: Sequence[Listener], enqueue: Enqueue) -> None:
        self._listeners: dict[str, list[Job]] = defaultdict(list)
        for listener in listeners:
            self._listeners[listener.event.kind].append(listener.job)
        self._enqueue = enqueue

    async def publish(self, tx: AsyncSession, event: Event, now: datetime) -> None:
        topics = list(dict.fromkeys(event.topics()))
        row = {"kind": event.kind, "topics": topics, "payload": event.model_dump_json(), "at": now, "channel": CHANNEL}
        await tx.execute(_RECORD, row)
        for job in self._listeners.get(event.kind, ()):
            await self._enqueue(tx, job, event)

    def publisher(self, tx: AsyncSession, now: datetime) -> Publish:
        """What `Work.publish` is for one transaction."""

        async def publish(event: Event) -> None:
            await self.publish(tx, event, now)

        return publish
