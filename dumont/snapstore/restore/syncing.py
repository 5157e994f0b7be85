"""Waits until a disk has what was written to it."""

from __future__ import annotations

import ctypes
import os


def sync_disk(handle: int) -> None:
    """Of the file system on which this is open; where the system can't choose, of all. Raises `OSError`."""
    syncfs = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if syncfs is None:
        os.sync()
    elif syncfs(handle) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
