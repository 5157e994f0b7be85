"""Locks that the kernel frees when their holder dies, however it dies."""

import fcntl
import os
import time
from io import FileIO
from pathlib import Path

POLL_SECONDS = 0.01


class FileLock:
    """flock on a file, by an open file of its own: two of them exclude each other inside one process too.

    A child that inherits the file holds the same lock, and keeps it until the last copy is closed.
    Hence nothing here unlocks explicitly: that would take it from the children as well.
    """

    def __init__(self, path: Path) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        self._file = FileIO(os.open(path, flags, 0o600), "r+")

    def fileno(self) -> int:
        return self._file.fileno()

    def try_exclusive(self) -> bool:
        """From shared too; a try that fails has given the shared lock up."""
        return self._try(fcntl.LOCK_EX)

    def wait_shared(self, deadline: float) -> bool:
        return self._wait(fcntl.LOCK_SH, deadline)

    def wait_exclusive(self, deadline: float) -> bool:
        return self._wait(fcntl.LOCK_EX, deadline)

    def close(self) -> None:
        self._file.close()

    def _wait(self, kind: int, deadline: float) -> bool:
        while not self._try(kind):
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self._file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def is_free(path: Path) -> bool:
    lock = FileLock(path)
    try:
        return lock.try_exclusive()
    finally:
        lock.close()
