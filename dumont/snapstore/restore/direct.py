"""Writing past the page cache: on most rented machines its first touch of memory costs more than all the rest."""

from __future__ import annotations

import ctypes
import errno
import os
import time
from collections.abc import Callable
from functools import cache
from typing import cast

from dumont.snapstore.restore.memory import PAGE, touch_rate

WORTH = 256 << 10
"""Shorter runs are written as usual."""
LARGE_RESTORE = 256 << 20
SLOW_TOUCH = 2.5e9
"""Bytes a second below which memory is not backed by the host yet."""
PROBED = 8 << 20
O_DIRECT = getattr(os, "O_DIRECT", 0)


class Direct:
    """Whether large files are written so; given up for good at the first disk that can't."""

    def __init__(self, *, wanted: bool) -> None:
        self.on = wanted and bool(O_DIRECT)

    def opened(self, handle: int, how: int = os.O_WRONLY) -> int:
        """A second handle of the same file, or -1."""
        if not self.on:
            return -1
        try:
            return os.open(f"/proc/self/fd/{handle}", how | O_DIRECT | os.O_CLOEXEC)
        except OSError:
            self.on = False
            return -1

    def write(self, handle: int, past: int, data: memoryview, at: int) -> None:
        """`data` lies in its page as `at` does in the file. Its ragged ends go through the page cache."""
        head = -at % PAGE
        middle = (len(data) - head) // PAGE * PAGE
        if past < 0 or middle < WORTH:
            return write_all(handle, data, at)
        if head:
            write_all(handle, data[:head], at)
        try:
            write_all(past, data[head : head + middle], at + head)
        except OSError as error:
            if error.errno != errno.EINVAL:  # this disk wants another alignment
                raise
            self.on = False
            write_all(handle, data[head : head + middle], at + head)
        if head + middle < len(data):
            write_all(handle, data[head + middle :], at + head + middle)
        return None


class Choice:
    """Whether large files are written so; asked for those that are copied here and for those that come from afar."""

    def __init__(self, wanted: bool | None) -> None:
        self._wanted = wanted
        self._slow: bool | None = None
        """Memory is tried once."""

    def of(self, large: int) -> bool:
        """For so many bytes of large files: if memory is slow to come by, or if they would fill it."""
        if self._wanted is not None:
            return self._wanted and bool(O_DIRECT)
        if large < LARGE_RESTORE or not O_DIRECT:
            return False
        if self._slow is None:
            self._slow = touch_rate(PROBED, time.monotonic) < SLOW_TOUCH
        return self._slow or large > _available() // 2


def reserve(handle: int, size: int) -> None:
    """Blocks for the whole file, where the file system knows how; then threads need not wait for each other, and a full
    disk is known at once."""
    fallocate = _fallocate()
    if fallocate is None or not size or fallocate(handle, 0, 0, size):
        os.ftruncate(handle, size)


def write_all(handle: int, data: memoryview, at: int) -> None:
    done = os.pwrite(handle, data, at)
    while done < len(data):
        done += os.pwrite(handle, data[done:], at + done)


def _available() -> int:
    try:
        with open("/proc/meminfo", "rb") as file:
            for line in file:
                if line.startswith(b"MemAvailable:"):
                    return int(line.split()[1]) << 10
    except (OSError, ValueError):
        pass
    return 1 << 60


@cache
def _fallocate() -> Callable[[int, int, int, int], int] | None:
    """The system's own: Python's writes zeros where the file system doesn't know how."""
    try:
        found = ctypes.CDLL(None).fallocate64
    except (OSError, AttributeError):
        return None
    found.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64]
    return cast("Callable[[int, int, int, int], int]", found)
