"""Reads large files past the system's cache where they aren't in it: to fill it costs more than to read."""

from __future__ import annotations

import os

PAGE = 4096
WORTH = 16 << 20
"""Smaller ones are read as usual."""
DIRECT = getattr(os, "O_DIRECT", 0)
SHOWN = "/proc/self/fd/{}"


class File:
    """Open; reads into pages from places that are pages too."""

    def __init__(self, number: int, direct: int | None) -> None:
        self.number = number
        self._direct = direct

    def read(self, room: memoryview, wanted: int, place: int) -> int:
        """As much as there is, up to what is wanted."""
        if self._direct is not None and not place % PAGE:
            got = self._past(room, wanted, place)
            if got == wanted:
                return got
        else:
            got = 0
        while got < wanted:
            more = os.preadv(self.number, [room[got:wanted]], place + got)
            if not more:
                break
            got += more
        return got

    def close(self) -> None:
        os.close(self.number)
        if self._direct is not None:
            os.close(self._direct)

    def _past(self, room: memoryview, wanted: int, place: int) -> int:
        whole = min(len(room), -(-wanted // PAGE) * PAGE) // PAGE * PAGE
        try:
            got = os.preadv(self._direct or 0, [room[:whole]], place)
        except OSError:  # this file system doesn't like it, or this disk
            return 0
        return min(got, wanted)


def opened(number: int, least: int) -> File:
    """Takes the open file over."""
    try:
        if DIRECT and os.fstat(number).st_size >= max(WORTH, least) and not _is_cached(number):
            return File(number, os.open(SHOWN.format(number), os.O_RDONLY | os.O_CLOEXEC | DIRECT))
    except OSError:
        return File(number, None)
    return File(number, None)


def _is_cached(number: int) -> bool:
    """By asking for a page of its first third, if that can be had without waiting."""
    try:
        place = os.fstat(number).st_size // 3
        return bool(os.preadv(number, [bytearray(PAGE)], place // PAGE * PAGE, os.RWF_NOWAIT))
    except BlockingIOError:
        return False
    except (OSError, AttributeError):
        return True
