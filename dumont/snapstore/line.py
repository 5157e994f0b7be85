"""Threads that work off what is put on their line; the first error stops it and reaches whoever puts or closes."""

from __future__ import annotations

from queue import Queue
from threading import Thread
from typing import Callable, Generic, TypeVar

Item = TypeVar("Item")


class Line(Generic[Item]):
    """`room` items may wait; whoever puts one more waits too, so that memory stays bounded."""

    def __init__(self, work: Callable[[Item], None], threads: int, room: int, name: str) -> None:
        self._work = work
        self._queue: Queue[Item | None] = Queue(room)
        self._error: BaseException | None = None
        self._threads = [Thread(target=self._run, name=f"{name}-{number}", daemon=True) for number in range(threads)]
        for thread in self._threads:
            thread.start()

    def put(self, item: Item) -> None:
        self._raise()
        self._queue.put(item)

    def drain(self) -> None:
        """Waits until all that was put is done; more may be put then."""
        self._queue.join()
        self._raise()

    def close(self) -> None:
        """Waits until all is done."""
        self.stop()
        self._raise()

    def stop(self) -> None:
        """Waits for what is on the line, and raises nothing; a second time does nothing."""
        threads, self._threads = self._threads, []
        for _ in threads:
            self._queue.put(None)
        for thread in threads:
            thread.join()

    def fail(self, error: BaseException) -> None:
        """From now on items are dropped."""
        self._error = self._error or error

    def _run(self) -> None:
        while True:
            item = self._queue.get()
            try:
                if item is None:
                    return
                if self._error is None:
                    self._work(item)
            except BaseException as error:  # it is raised again where somebody waits for it
                self.fail(error)
            finally:
                self._queue.task_done()

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error
