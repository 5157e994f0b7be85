"""The one clock of a house and its workers."""

import asyncio
from datetime import datetime
from pathlib import Path

from tests.fakes.clock import FakeClock


class HouseClock(FakeClock):
    """Told to the workers; waiting for a cloud's leave takes no time."""

    def __init__(self, told: Path) -> None:
        super().__init__()
        self._told = told
        self.advance()

    def advance(self, **duration: float) -> datetime:
        now = super().advance(**duration)
        fresh = self._told.with_suffix(".new")
        fresh.write_text(now.isoformat())
        fresh.replace(self._told)
        return now

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)
