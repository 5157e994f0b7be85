"""One run of a job, without a queue around it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from dumont.basics.clock import Clock
from dumont.platform.db import Db
from dumont.platform.events import Event
from dumont.platform.parts import Parts
from dumont.platform.settings import Settings
from dumont.platform.work import SYSTEM, Publisher, Work

P = TypeVar("P")
R = TypeVar("R")


class FakeRun:
    id = UUID(int=1)
    attempt = 1

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        parts, now = self._parts, self._parts.get(Clock).now()
        async with parts.get(Db).begin() as tx:

            async def publish(event: Event) -> None:
                await parts.get(Publisher).publish(tx, event, now)

            yield Work(tx, now, Random(1), SYSTEM, publish, parts.get(Settings))

    def part(self, kind: type[P]) -> P:
        return self._parts.get(kind)

    async def in_thread(self, function: Callable[..., R], *args: Any) -> R:
        return function(*args)

    async def progress(self, done: float, total: float | None = None, *, unit: str = "", stage: str = "") -> None:
        pass
