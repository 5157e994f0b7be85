"""Parts of objects over HTTP: what is asked for, and what may pass for an answer."""

from __future__ import annotations

import re

from dumont.snapstore.blobs.again import Again
from dumont.snapstore.blobs.names import too_short
from dumont.snapstore.blobs.wire import Reply
from dumont.snapstore.errors import Damaged

RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
UNSATISFIED = re.compile(r"bytes \*/(\d+)")
FINE = (200, 206, 416)
"""Answers that `fill` and `taken` judge themselves."""
MOST = 4 << 30
"""No object that is read whole is as long; whoever says so lies."""


def header(start: int, length: int | None = None) -> tuple[str, str]:
    return ("range", f"bytes={start}-{'' if length is None else start + length - 1}")


def fill(reply: Reply, start: int, buffer: memoryview, name: str) -> None:
    """Exactly these bytes into the buffer; raises `Again`."""
    _come_to(reply, start, start + len(buffer), name)
    reply.fill(buffer)


def taken(reply: Reply, start: int, name: str) -> bytes:
    """From here to the end."""
    if reply.status == 416 and _size_of_unsatisfied(reply) == start:
        return b""
    _come_to(reply, start, None, name)
    if reply.length is None:
        return reply.rest(MOST)
    size = reply.length - (start if reply.status == 200 else 0)
    if size > MOST:
        raise Again(Damaged(f"{name} can't be as long as the store says."))
    buffer = bytearray(size)
    reply.fill(memoryview(buffer))
    return bytes(buffer)


def size_of(reply: Reply) -> int | None:
    """Of the whole object, by an answer to a request for its first byte."""
    found = RANGE.fullmatch(reply.headers.get("content-range", ""))
    if reply.status == 206:
        return int(found[3]) if found and found[3] != "*" else None
    return _size_of_unsatisfied(reply) if reply.status == 416 else reply.length


def _come_to(reply: Reply, start: int, end: int | None, name: str) -> None:
    """Leaves the reply where the wanted bytes begin, if all of them will come."""
    if reply.headers.get("content-encoding", "identity") not in ("identity", "aws-chunked", ""):
        raise Again(Damaged(f"{name} was sent in another form than it is stored in.", "A proxy may be in the way."))
    if reply.status == 416:
        raise Again(too_short(name))
    if reply.status == 206:
        _check_part(reply, start, end, name)
    else:  # it does not know of ranges
        if reply.length is not None and reply.length < (start if end is None else end):
            raise Again(too_short(name))
        reply.skip(start)


def _check_part(reply: Reply, start: int, end: int | None, name: str) -> None:
    found = RANGE.fullmatch(reply.headers.get("content-range", ""))
    if not found or int(found[1]) != start:
        raise Again(Damaged(f"Another part of {name} was sent than was asked for."))
    last = int(found[2]) + 1
    if (end is not None and last < end) or (found[3] != "*" and end is None and last < int(found[3])):
        raise Again(too_short(name))
    if (end is not None and last > end) or (reply.length is not None and reply.length != last - start):
        raise Again(Damaged(f"Another part of {name} was sent than was asked for."))


def _size_of_unsatisfied(reply: Reply) -> int | None:
    found = UNSATISFIED.fullmatch(reply.headers.get("content-range", ""))
    return int(found[1]) if found else None
