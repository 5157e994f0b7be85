"""A publisher that only remembers."""

from datetime import datetime
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from dumont.platform.events import Event

E = TypeVar("E", bound=Event)


class FakePublisher:
    def __init__(self) -> None:
        self.events: list[Event] = []

    async def publish(self, tx: AsyncSession, event: Event, now: datetime) -> None:
        self.events.append(event)

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]
