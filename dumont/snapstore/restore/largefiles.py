"""Files that come in pieces: made with their full size, written where a piece belongs, whole when the last one came."""

from __future__ import annotations

import os
from collections import OrderedDict
from threading import Lock

from dumont.snapstore.restore.copying import copy_range
from dumont.snapstore.restore.direct import Direct, reserve
from dumont.snapstore.restore.ground import Ground
from dumont.snapstore.restore.metadata import Metadata
from dumont.snapstore.restore.proof import READ, Patch

OPEN_FILES = 128
AGAIN = os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC


class Growing:
    """A file that waits for pieces."""

    __slots__ = ("handle", "inode", "left", "lock", "past", "users")

    def __init__(self, left: int) -> None:
        self.lock = Lock()
        self.left = left
        self.users = 0
        self.handle = -1
        self.inode = -1
        self.past = -1
        """A handle that writes past the page cache."""

    def close(self) -> None:
        for handle in (self.handle, self.past):
            if handle >= 0:
                os.close(handle)
        self.handle = self.past = -1


class LargeFiles:
    """Written to by many threads at once; few are open at a time."""

    def __init__(self, ground: Ground, metadata: Metadata, paths: list[bytes], patches: dict[int, Patch]) -> None:
        self._ground = ground
        self._metadata = metadata
        self._paths = paths
        self._patches = patches
        self._lock = Lock()
        self.direct = Direct(wanted=False)
        self.soon: set[int] = set()
        """Files that will be read at once, and had better be in the page cache."""
        self._growing: dict[int, Growing] = {}
        self._open: OrderedDict[int, Growing] = OrderedDict()

    def write(self, entry: int, at: int, data: memoryview, expected: tuple[int, int]) -> bool:
        """`expected`: the file's size, and the bytes that come in pieces. True: it is whole now."""
        growing = self._taken(entry, expected[1])
        try:
            with growing.lock:
                if growing.handle < 0:
                    self._make_or_open(entry, growing, expected[0])
            self.direct.write(growing.handle, growing.past, data, at)
        except BaseException:
            self._given_back(entry, growing, 0)
            raise
        return self._given_back(entry, growing, len(data))

    def settle(self, entry: int, size: int) -> None:
        """A file that is made of what its old one holds, and of nothing else."""
        growing = Growing(0)
        self._make_or_open(entry, growing, size)
        with self._lock:
            self._open.pop(entry, None)
        self._metadata.of_handle(growing.handle, entry)
        growing.close()

    def abandon(self, entry: int) -> None:
        """Removes a file that will never be whole."""
        with self._lock:
            growing = self._growing.pop(entry, None)
            self._open.pop(entry, None)
        if growing is None or growing.inode < 0:
            return
        growing.close()
        where, last = self._ground.place(self._paths[entry])
        os.unlink(last, dir_fd=where)

    def close(self) -> None:
        """What isn't whole stays as it is, with the time of now: the next run goes on with it."""
        for growing in self._growing.values():
            growing.close()
        self._growing.clear()

    def _taken(self, entry: int, left: int) -> Growing:
        with self._lock:
            growing = self._growing.get(entry)
            if growing is None:
                growing = self._growing[entry] = Growing(left)
            growing.users += 1
            return growing

    def _given_back(self, entry: int, growing: Growing, written: int) -> bool:
        with self._lock:
            growing.users -= 1
            growing.left -= written
            if growing.left > 0:
                self._close_some()
                return False
            self._growing.pop(entry, None)
            self._open.pop(entry, None)
        self._metadata.of_handle(growing.handle, entry)
        growing.close()
        return True

    def _make_or_open(self, entry: int, growing: Growing, size: int) -> None:
        path = self._paths[entry]
        if growing.inode < 0:
            handle = self._begun(path, self._patches.get(entry))
            growing.inode = os.fstat(handle).st_ino
            if entry in self._patches or growing.left < size:
                os.ftruncate(handle, size)
            else:
                reserve(handle, size)
        else:
            where, last = self._ground.place(path)
            handle = os.open(last, AGAIN, dir_fd=where)
            if os.fstat(handle).st_ino != growing.inode:
                os.close(handle)
                raise OSError(f"{os.fsdecode(path)} was exchanged while it was written")
        growing.handle = handle
        growing.past = self.direct.opened(handle) if entry not in self.soon else -1
        with self._lock:
            self._open[entry] = growing

    def _begun(self, path: bytes, patch: Patch | None) -> int:
        if patch is None:
            return self._ground.create(path)
        where, last = self._ground.place(path)
        old, in_place = _old(where, last, patch)
        if os.fstat(old).st_ino != patch.inode:
            os.close(old)
            raise OSError(f"{os.fsdecode(path)} was exchanged while we looked at it")
        if in_place:
            return old
        try:
            handle = self._ground.create(path)
            for copy in patch.copies:
                copy_range(old, copy.source, handle, copy.target, copy.length)
        finally:
            os.close(old)
        return handle

    def _close_some(self) -> None:
        """Holds the lock. The ones opened first go first, unless somebody writes to them."""
        if len(self._open) <= OPEN_FILES:
            return
        idle = next((entry for entry, growing in self._open.items() if not growing.users), None)
        if idle is not None:
            growing = self._open.pop(idle)
            growing.close()


def _old(where: int, last: bytes, patch: Patch) -> tuple[int, bool]:
    """Opened, and whether it can be written in place: a mode without writing keeps all but root from it."""
    if patch.in_place:
        try:
            return os.open(last, AGAIN, dir_fd=where), True
        except PermissionError:
            pass
    return os.open(last, READ, dir_fd=where), False
