"""Threads that fetch and threads that place, with a bounded number of buffers between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from queue import SimpleQueue
from threading import Event, Lock, Semaphore, Thread
from typing import NamedTuple, Protocol

from dumont.snapstore.restore.memory import MOST_CONNECTIONS, Pool
from dumont.snapstore.restore.plan import Job

PATIENCE = 10.0
"""Seconds in which nothing of what comes first gets done, until the others begin all the same."""


class Placer(Protocol):
    """Decodes and writes; each thread has one of its own."""

    def place(self, job: Job, data: memoryview, /) -> None: ...


class Turn(NamedTuple):
    job: Job
    first: bool
    """Of those that all others wait for."""


class Pipeline:
    """Runs all jobs in their order, or stops at the first error and raises it.

    What comes first has the machine and its line to itself: the others begin when it is placed, or gets stuck."""

    def __init__(self, fetch: Callable[[Job, memoryview], bool], placer: Callable[[], Placer], pool: Pool) -> None:
        self._fetch = fetch
        """False: these bytes can't be had; somebody has noted it."""
        self._placer = placer
        self._pool = pool
        self._arrived: SimpleQueue[tuple[Turn, memoryview] | None] = SimpleQueue()
        self._next = Lock()
        self._stopped = Event()
        self._error: BaseException | None = None
        self._turns: Iterator[Turn] = iter(())
        self._first_done = Semaphore(0)

    def run(self, first: Sequence[Job], others: Iterator[Job], workers: int, writers: int) -> None:
        self._turns = self._in_turns(first, others)
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

    def _in_turns(self, first: Sequence[Job], others: Iterator[Job]) -> Iterator[Turn]:
        """Whoever waits here lets nobody else have a turn."""
        for job in first:
            yield Turn(job, True)
        other = next(others, None)  # which are planned while the first are on their way
        for _ in first:  # one that hangs must not keep everybody
            if self._stopped.is_set() or not self._first_done.acquire(timeout=PATIENCE):
                break
        while other is not None and not self._stopped.is_set():
            yield Turn(other, False)
            other = next(others, None)

    def _done(self, turn: Turn) -> None:
        """Placed, or not to be had."""
        if turn.first:
            self._first_done.release()

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
        self._first_done.release()
        self._pool.shut(waiting)

    def _fetch_all(self) -> None:
        while not self._stopped.is_set():
            buffer = self._pool.take()
            if buffer is None:
                return
            with self._next:
                turn = next(self._turns, None)
            if turn is None:
                self._pool.give(buffer)
                return
            if self._fetch(turn.job, buffer[: turn.job.length]):
                self._arrived.put((turn, buffer))
            else:
                self._pool.give(buffer)
                self._done(turn)

    def _place_all(self) -> None:
        placer = self._placer()
        while True:
            arrived = self._arrived.get()
            if arrived is None:
                return
            turn, buffer = arrived
            if not self._stopped.is_set():
                placer.place(turn.job, buffer[: turn.job.length])
            self._pool.give(buffer)
            self._done(turn)
