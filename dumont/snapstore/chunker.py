"""Cuts large files where their content says so, so that equal content is cut equally wherever it stands."""

from __future__ import annotations

from typing import NamedTuple, Union

from dumont.snapstore import hashing, native

Buffer = Union[bytes, bytearray, memoryview]
WINDOW = 64
_MASK = (1 << 64) - 1
_BEFORE = 1 << (64 - 22)
"""Below this the upper 22 bits are zero: an end, while the chunk is shorter than the average."""
_AFTER = 1 << (64 - 18)
_gear: list[int] = []


class Params(NamedTuple):
    """How long a chunk may be; the same for a whole repository, or nothing is found again."""

    min: int = 262_144
    average: int = 1_048_576
    max: int = 4_194_304


def cuts(buffer: Buffer, final: bool = True, params: Params = Params(), *, first: bool = False) -> list[int]:
    """Where chunks end in the buffer, or the first of them. What is behind the last end belongs to the next buffer,
    unless `final`."""
    if params.min < WINDOW or not params.min <= params.average <= params.max:
        raise ValueError("chunks need 64 <= min <= average <= max")
    view = memoryview(buffer).cast("B")
    library = native.load()
    ends = library.cuts(view, gear(), params, first=first) if library is not None else _plain(view, params, first=first)
    if final and not (ends and first) and len(view) > (ends[-1] if ends else 0):
        ends.append(len(view))
    return ends


def gear() -> list[int]:
    """A number for each byte: the first 8 bytes of its hash."""
    if not _gear:
        _gear.extend(int.from_bytes(hashing.digest(bytes([value]))[:8], "little") for value in range(256))
    return _gear


def _plain(view: memoryview, params: Params, *, first: bool = False) -> list[int]:
    ends: list[int] = []
    start = 0
    while True:
        end = _end(view, start, params)
        if not end:
            return ends
        ends.append(end)
        if first:
            return ends
        start = end


def _end(view: memoryview, start: int, params: Params) -> int:
    """The end of the chunk that begins at `start`, or 0 if the buffer does not show it."""
    table, mask = gear(), _MASK
    turn = min(start + params.average - 1, len(view))
    last = min(start + params.max, len(view))
    at = start + params.min - WINDOW
    h = 0
    for byte in view[at : start + params.min - 1]:
        h = (h << 1) + table[byte] & mask
    at = start + params.min - 1
    for stop, limit in ((turn, _BEFORE), (last, _AFTER)):
        for index, byte in enumerate(view[at:stop], at):
            h = (h << 1) + table[byte] & mask
            if h < limit:
                return index + 1
        at = max(at, stop)
    return last if last == start + params.max else 0
