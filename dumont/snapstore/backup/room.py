"""Memory that is used again and again: to touch it for the first time costs more than to fill it."""

from __future__ import annotations

from threading import Condition

from dumont.snapstore.large_pages import room


class Buffer:
    """Is free again when all chunks in it have been coded."""

    def __init__(self, place: Room, size: int) -> None:
        # Of whole pages, as reading past the system's cache asks for.
        self.data = room(size)
        self.users = 1
        self._room = place

    def use(self) -> None:
        self._room.use(self)

    def release(self) -> None:
        self._room.release(self)


class Room:
    """As many buffers as memory allows; who wants one more waits."""

    def __init__(self, most: int, size: int) -> None:
        self.size = size
        self._free: list[Buffer] = []
        self._left = most
        self._changed = Condition()
        self._closed = False

    def take(self) -> Buffer:
        with self._changed:
            self._changed.wait_for(lambda: self._free or self._left or self._closed)
            if not self._free:
                self._left -= 1
                return Buffer(self, self.size)
            buffer = self._free.pop()
            buffer.users = 1
            return buffer

    def use(self, buffer: Buffer) -> None:
        with self._changed:
            buffer.users += 1

    def release(self, buffer: Buffer) -> None:
        with self._changed:
            buffer.users -= 1
            if not buffer.users:
                self._free.append(buffer)
                self._changed.notify()

    def open_up(self) -> None:
        """Nobody waits any more: something went wrong."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
