"""The middle of a restore in calls for whole groups of chunks: unfold them, and spread them over files."""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple, Union

from dumont.snapstore.native.memory import Lent
from dumont.snapstore.native.wanting import END

Buffer = Union[bytes, bytearray, memoryview]
_OWNERS = 2
_MOST = 1024
"""Files and parts that one call tells of; what is left comes in the next."""


class Columns(NamedTuple):
    """Of a whole snapshot: what is asked of one is right, or was refused before."""

    chunk_offset: array[int]
    chunk_stored: array[int]
    chunk_raw: array[int]
    chunk_codec: bytearray
    chunk_ids: bytearray
    head: array[int]
    """The first piece of each chunk, and behind each piece the next one of its chunk."""
    following: array[int]
    entry: array[int]
    """Whose each piece is."""
    within: array[int]
    at: array[int]
    length: array[int]
    size: array[int]
    mode: array[int]
    uid: array[int]
    gid: array[int]
    mtime: array[int]
    by_hand: bytearray
    """1 for each file that the library must not write."""


_KINDS = "III__IIIIQQQIIIq_"


class Part(NamedTuple):
    """Bytes of a buffer that belong into a larger file."""

    entry: int
    at: int
    place: int
    length: int


class Spread(NamedTuple):
    """What one call did: small files in columns, of which `failed` are not written; parts that others write."""

    entries: array[int]
    places: array[int]
    wrong: array[int]
    """0, or why it is not there."""
    failed: int
    size: int
    """Bytes of those that are."""
    parts: list[Part]


class Placing:
    """Of one restore, for all of its threads."""

    def __init__(self, library: ctypes.CDLL, columns: Columns, paths: Sequence[bytes]) -> None:
        self.library = library
        joined = b"\0".join(paths) + b"\0"
        if joined.count(b"\0") != max(1, len(paths)):
            raise ValueError("a path has a zero byte")
        ends = array("Q", accumulate(map(len, paths), initial=0))
        for kind, column in zip(_KINDS, columns):
            if kind != "_" and (not isinstance(column, array) or column.typecode != kind):
                raise ValueError(f"a column of {kind} was wanted")
        lent = [Lent(column) for column in (*columns, ends, joined)]
        self._kept = (columns, ends, joined, lent)
        self.plan = (ctypes.c_void_p * len(lent))(*(one.address for one in lent))


class Hand:
    """Of one thread."""

    def __init__(self, placing: Placing, out: memoryview) -> None:
        self._library, self._placing, self._plan = placing.library, placing, placing.plan
        self._out = Lent(out, writable=True)
        self._told = array("Q", [0] * 6)
        self._small, self._parts = array("Q", [0] * (3 * _MOST)), array("Q", [0] * (4 * _MOST))

    def take(self, chunks: array[int]) -> None:
        """These are what the calls below are about, by their numbers here."""
        self.chunks = chunks
        self.places, self.why = array("Q", bytes(8 * len(chunks))), array("B", bytes(len(chunks)))

    def unfold(
        self, data: memoryview, start: int, first: int, *, stored: array[int] | None = None, key: bytes | None = None
    ) -> int:
        """From number `first` on, as many as make a group; `data` is what lies from `start` on in their pack. Says
        which comes next. Their places and why they are not good stand in the columns of that name."""
        source = Lent(data)
        return int(
            self._library.dumont_unfold(
                self._plan,
                source.address,
                source.size,
                start,
                self.chunks.buffer_info()[0],
                None if stored is None else stored.buffer_info()[0],
                first,
                len(self.chunks),
                self._out.address,
                self._out.size,
                key,
                self.places.buffer_info()[0],
                self.why.buffer_info()[0],
            )
        )

    def spread(self, folder: int, first: int, end: int, *, owners: bool) -> Iterator[Spread]:
        """Writes the small files of a group below an open folder, and tells of the parts of others."""
        told = self._told
        told[0], told[1] = first, END
        while told[0] < end:
            self._library.dumont_spread(
                self._plan,
                folder,
                _OWNERS if owners else 0,
                self._out.address,
                self._out.size,
                self.chunks.buffer_info()[0],
                self.places.buffer_info()[0],
                self.why.buffer_info()[0],
                end,
                told.buffer_info()[0],
                self._small.buffer_info()[0],
                self._parts.buffer_info()[0],
                _MOST,
            )
            yield self._spread()

    def _spread(self) -> Spread:
        small, parts = self._small, self._parts
        _chunk, _piece, count, failed, rows, size = self._told
        entries, places, wrong = (small[begin : begin + count] for begin in (0, _MOST, 2 * _MOST))
        larger = [Part(*parts[at : at + 4]) for at in range(0, 4 * rows, 4)]
        return Spread(entries, places, wrong, failed, size, larger)
