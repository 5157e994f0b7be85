"""Threads that fetch and threads that place, with a bounded number of buffers between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from queue import SimpleQueue
from threading import Event, Lock, Thread
from typing import Protocol

from dumont.snapstore.restore.memory import MOST_CONNECTIONS, Pool
from dumont.snapstore.restore.plan import Job


class Placer(Protocol):
    """Decodes and writes; each thread has one of its own."""

    def place(self, job: Job, data: memoryview, /) -> None: ...


class Pipeline:
    """Runs all jobs in their order, or stops at the first error and raises it."""

    def __init__(self, fetch: Callable[[Job, memoryview], bool], placer: Callable[[], Placer], pool: Pool) -> None:
        self._fetch = fetch
        """False: these bytes can't be had; somebody has noted it."""
        self._placer = placer
        self._pool = pool
        self._arrived: SimpleQueue[tuple[Job, memoryview] | None] = SimpleQueue()
        self._next = Lock()
        self._stopped = Event()
        self._error: BaseException | None = None
        self._jobs: Iterator[Job] = iter(())

    def run(self, jobs: Iterator[Job], workers: int, writers: int) -> None:
        self._jobs = jobs
        fetching = self._started(self._fetch_all, workers)
        placing = self._started(self._place_all, writers)
        try:
            self._joined(fetching)
        finally:
            for _ in placing:
                self._arrived.put(None)
            self._joined(placing)
        if self._error:
            raise self._error

    def _started(self, work: Callable[[], None], count: int) -> list[Thread]:
        threads = [Thread(target=self._guarded, args=(work,), daemon=True) for _ in range(count)]
        for thread in threads:
            thread.start()
        return threads

    def _joined(self, threads: list[Thread]) -> None:
        try:
            for thread in threads:
                thread.join()
        except BaseException as error:  # such as an interrupt from the keyboard
            self._stop(error, len(threads))
            for thread in threads:
                thread.join()
            raise

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            self._stop(error, MOST_CONNECTIONS)

    def _stop(self, error: BaseException, waiting: int) -> None:
        if self._error is None:
            self._error = error
        self._stopped.set()
        self._pool.shut(waiting)

    def _fetch_all(self) -> None:
        while not self._stopped.is_set():
            buffer = self._pool.take()
            if buffer is None:
                return
            with self._next:
                job = next(self._jobs, None)
            if job is None:
                self._pool.give(buffer)
                return
            if self._fetch(job, buffer[: job.length]):
                self._arrived.put((job, buffer))
            else:
                self._pool.give(buffer)

    def _place_all(self) -> None:
        placer = self._placer()
        while True:
            arrived = self._arrived.get()
            if arrived is None:
                return
            job, buffer = arrived
            if not self._stopped.is_set():
                placer.place(job, buffer[: job.length])
            self._pool.give(buffer)
