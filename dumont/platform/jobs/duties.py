"""Duties: what every worker does again and again without being asked, too often to be a job each time.

A duty says itself when it is wanted again, and which words of `platform.waking` call it before. All workers have all
duties, so a duty claims its work in the database, and finds nothing to do where another was quicker. One that fails is
tried again after a growing pause; the others go on.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

import structlog

from dumont.platform.jobs import metrics
from dumont.platform.parts import Parts

log = structlog.get_logger()

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 60.0
SHORTEST_SECONDS = 0.01
"""A duty that is always wanted at once would leave no time for anything else."""


@dataclass(frozen=True, slots=True)
class Duty:
    """`name` is `<context>.<verb_what>`; `run` gives the seconds until it is wanted again."""

    name: str
    run: Callable[[Parts], Awaitable[float]]
    woken_by: tuple[str, ...] = ()
    calm_seconds: float = 0.0
    """For so long it lets others go first when it is called: what nobody waits for does not compete with what somebody
    does."""


class Duties:
    """Of one worker: each goes round for itself, so that a slow one delays no other."""

    def __init__(self, duties: Iterable[Duty], parts: Parts) -> None:
        self._duties = tuple(duties)
        self._parts = parts
        self._bells: dict[str, list[asyncio.Event]] = {}
        self._going: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._going = [asyncio.create_task(self._keep(duty), name=duty.name) for duty in self._duties]

    def wake(self, what: str) -> None:
        """Those that wait for this word look at once; one that is looking just now looks again."""
        for bell in self._bells.get(what, ()):
            bell.set()

    def wake_all(self) -> None:
        """Words may have been missed."""
        for what in self._bells:
            self.wake(what)

    async def stop(self) -> None:
        """Ends them in the middle of whatever they do; each gives back what it holds."""
        for task in self._going:
            task.cancel()
        await asyncio.gather(*self._going, return_exceptions=True)
        self._going = []

    async def _keep(self, duty: Duty) -> None:
        bell = asyncio.Event()
        for what in duty.woken_by:
            self._bells.setdefault(what, []).append(bell)
        await keep(duty, self._parts, bell)


async def keep(duty: Duty, parts: Parts, bell: asyncio.Event) -> None:
    failures = 0
    while True:
        bell.clear()
        began = time.monotonic()
        try:
            with structlog.contextvars.bound_contextvars(duty=duty.name):
                pause = await duty.run(parts)
            failures = 0
        except Exception as error:
            failures += 1
            pause = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** min(failures - 1, 10))
            metrics.DUTY_FAILURES.labels(duty.name).inc()
            log.warning(
                "duty_failed", duty=duty.name, error=type(error).__name__, again_in=pause, exc_info=failures == 1
            )
        metrics.DUTY_SECONDS.labels(duty.name).observe(time.monotonic() - began)
        await asyncio.sleep(pause if failures else SHORTEST_SECONDS)
        if await _rings(bell, 0.0 if failures else pause - SHORTEST_SECONDS):
            await asyncio.sleep(duty.calm_seconds)


async def _rings(bell: asyncio.Event, seconds: float) -> bool:
    """Within so many seconds."""
    if seconds > 0:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                return await bell.wait()
    return False
