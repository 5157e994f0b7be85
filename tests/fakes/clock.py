"""A clock that a test moves."""

import asyncio
from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


class FakeClock:
    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._sleepers: list[tuple[datetime, asyncio.Event]] = []

    def now(self) -> datetime:
        return self._now

    def advance(self, **duration: float) -> datetime:
        """`clock.advance(minutes=5)`: time passes, and whoever slept until then wakes."""
        self._now += timedelta(**duration)
        for until, wake in self._sleepers:
            if until <= self._now:
                wake.set()
        self._sleepers = [(until, wake) for until, wake in self._sleepers if until > self._now]
        return self._now

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        wake = asyncio.Event()
        self._sleepers.append((self._now + timedelta(seconds=seconds), wake))
        await wake.wait()
