"""A worker: runs jobs until it is told to stop, and then hands back what it could not finish.

Any number of workers share the work, on any number of machines. One that dies is noticed by the silence of its
tickets; docs/guides/jobs.md says what that promises and what it can't.
"""

import asyncio
import os
import socket
from collections.abc import Iterable
from contextlib import suppress
from random import Random, SystemRandom
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from dumont.basics import ids
from dumont.basics.clock import Clock
from dumont.platform import waking
from dumont.platform.db.engine import Db, asyncpg_url
from dumont.platform.jobs import tickets
from dumont.platform.jobs.duties import Duties, Duty
from dumont.platform.jobs.jobs import Jobs, PublishIn
from dumont.platform.jobs.link import AWAY, Link, linked
from dumont.platform.jobs.registry import Registry
from dumont.platform.jobs.rounds import Rounds
from dumont.platform.jobs.run import Outside
from dumont.platform.jobs.runner import CLEAN_UP_SECONDS, Runner
from dumont.platform.parts import Parts
from dumont.platform.settings import Settings

if TYPE_CHECKING:
    from dumont.platform.jobs.dispatcher import Dispatcher

log = structlog.get_logger()


class Worker:
    """`parts` has Db, Clock, Settings and Jobs; `url` is the database's, `publish` is `Outbox.publish`."""

    def __init__(
        self,
        parts: Parts,
        registry: Registry,
        *,
        url: str,
        publish: PublishIn,
        duties: Iterable[Duty] = (),
        random: Random | None = None,
    ) -> None:
        self._registry = registry
        self._url = asyncpg_url(url)
        self._outside = Outside(
            db=parts.get(Db),
            clock=parts.get(Clock),
            random=random or SystemRandom(),
            settings=parts.get(Settings),
            parts=parts,
            publish=publish,
        )
        self._jobs = parts.get(Jobs)
        self.id = ids.new(self._outside.clock.now(), self._outside.random)
        self._runner = Runner(self.id, registry, self._outside)
        self._duties = Duties(duties if self._outside.settings.worker_duties else (), parts)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set and what was begun is done or handed back."""
        async with linked(self._url, f"dumont worker {self.id}") as link:
            rounds = Rounds(self.id, link, self._registry, self._outside, self._jobs)
            await rounds.register(socket.gethostname(), os.getpid())
            await link.listener.on(tickets.CANCEL_CHANNEL, self._cancel_asked)
            await link.listener.on(waking.CHANNEL, self._duties.wake, lost=self._duties.wake_all)
            going = [asyncio.create_task(rounds.beat(self._runner.running)), asyncio.create_task(rounds.keep())]
            self._duties.start()
            log.info("worker_started", worker=str(self.id))
            try:
                await self._dispatch(link, stop)
            finally:
                await self._duties.stop()
                await _end(*going)
                with suppress(*AWAY):
                    await rounds.deregister()
                log.info("worker_stopped", worker=str(self.id))

    async def _dispatch(self, link: Link, stop: asyncio.Event) -> None:
        """The dispatcher is made anew if it fails; the runs it began go on, or are taken over."""
        from dumont.platform.jobs.dispatcher import Dispatcher  # takes half a second: a web process goes without

        names = [job.name for job in self._registry]
        stopping = asyncio.create_task(stop.wait())
        while not stop.is_set():
            dispatcher = Dispatcher(
                link,
                self.id,
                self._runner.handle,
                limit=self._outside.settings.worker_concurrency,
                lease_seconds=self._outside.settings.worker_lease_seconds,
            )
            drawing = asyncio.create_task(dispatcher.run(names))
            await asyncio.wait({drawing, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if stop.is_set():
                await self._finish(dispatcher, drawing)
            else:
                log.error("dispatcher_failed", exc_info=drawing.exception())
                await asyncio.wait({stopping}, timeout=1)
        await _end(stopping)

    async def _finish(self, dispatcher: "Dispatcher", drawing: asyncio.Task[None]) -> None:
        dispatcher.stop()
        await self._duties.stop()
        await asyncio.wait({drawing}, timeout=self._outside.settings.shutdown_seconds)
        self._runner.stop_all()
        await asyncio.wait({drawing}, timeout=CLEAN_UP_SECONDS)
        await _end(drawing)

    def _cancel_asked(self, payload: str) -> None:
        run = self._runner.running.get(UUID(payload))
        if run is not None:
            run.stop("cancelled")


async def _end(*tasks: asyncio.Task[None] | asyncio.Task[bool]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
