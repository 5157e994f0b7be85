"""A worker is stopped in the midst of something for longer than its lease, and goes on when another has its work."""

import asyncio
import os
import signal
import time

from tests.fleet.killed.house import House

LEASE_SECONDS = 1.5
"""Real ones: it is by the monotonic clock that a process finds out that it has slept."""


async def thaw(one: House) -> list[str]:
    """What it did wrong when it woke."""
    frozen = one.frozen
    assert frozen is not None
    await asyncio.sleep(max(0.0, frozen.since + LEASE_SECONDS - time.monotonic()))  # the lease itself
    before = one.place.clouds.calls_of(frozen.worker.name)  # what it sent before its sleep has come by now
    os.kill(frozen.worker.pid, signal.SIGCONT)
    await frozen.answer
    late = one.place.clouds.calls_of(frozen.worker.name) - before
    frozen.worker.kill()
    one.frozen = None
    return [f"it made {late} calls after its sleep"] if late else []
