"""A few buffers that go round, so that memory is bounded however many connections there are."""

from __future__ import annotations

import mmap
from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock

from dumont.snapstore.errors import BadRequest
from dumont.snapstore.large_pages import room
from dumont.snapstore.model import MAX_CHUNK
from dumont.snapstore.surroundings import cores

LEAST = 96 << 20
ELSE = 80 << 20
"""What interpreter, manifest and libraries take of the memory."""
PAGE = 4096
OUT = MAX_CHUNK + PAGE
"""Room for the longest chunk, at whatever offset within a page."""
MOST_PLACERS = 8
MOST_CONNECTIONS = 256


class Pool:
    """Gives buffers of one size, made when first needed; whoever asks when all are out waits."""

    def __init__(self, size: int, count: int) -> None:
        self.size = -(-size // PAGE) * PAGE
        self.count = count
        self._free: SimpleQueue[memoryview | None] = SimpleQueue()
        self._made = 0
        self._lock = Lock()

    def take(self) -> memoryview | None:
        """None when the pool is shut."""
        if self._free.empty():
            with self._lock:
                if self._made < self.count:
                    self._made += 1
                    return room(self.size)
        return self._free.get()

    def give(self, buffer: memoryview) -> None:
        self._free.put(buffer)

    def shut(self, waiting: int) -> None:
        """Lets go who waits."""
        for _ in range(waiting):
            self._free.put(None)


def touch_rate(size: int, ticks: Callable[[], float]) -> float:
    """Bytes a second at which memory is come by as the page cache does it: in small pages, of nobody's own."""
    began, fresh = ticks(), memoryview(mmap.mmap(-1, size))
    fresh[::PAGE] = bytes(size // PAGE)
    seconds = ticks() - began
    return size / seconds if seconds > 0 else float("inf")


def placers() -> int:
    """Threads that decode and write: some wait for the disk while others work."""
    return min(MOST_PLACERS, cores() + 4)


def writers(memory: int) -> int:
    """As many of them as have room for a chunk each in a quarter of the memory."""
    return max(2, min(placers(), memory // 4 // OUT))


def connections(workers: int) -> int:
    """With none nothing would be fetched, and nobody would notice; a pool that is shut lets go of so many at most."""
    if not 1 <= workers <= MOST_CONNECTIONS:
        raise BadRequest(f"A restore can have 1 to {MOST_CONNECTIONS} connections, and not {workers}.")
    return workers


def buffers(memory: int, size: int, workers: int, writers: int) -> int:
    """How many of this size there may be."""
    if memory < LEAST:
        raise BadRequest("A restore needs at least 96 MiB of memory.")
    count = (memory - min(ELSE, memory // 2) - writers * OUT) // size
    return int(max(3, min(count, workers + writers + 2)))
