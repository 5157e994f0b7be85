"""Memory to work in, that is come by cheaply: of our own and in large pages, where the system has any."""

from __future__ import annotations

import contextlib
import mmap

_OURS = (mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS,) if hasattr(mmap, "MAP_ANONYMOUS") else ()
"""Else it is a part of a file that nobody sees, in small pages: forty times as many faults."""


def room(size: int) -> memoryview:
    """Zeroed and at the beginning of a page, as going past the page cache wants it."""
    made = mmap.mmap(-1, size, *_OURS)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        with contextlib.suppress(OSError):
            made.madvise(mmap.MADV_HUGEPAGE)
    return memoryview(made)
