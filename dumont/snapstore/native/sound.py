"""Judges whole columns of a manifest in three calls; the sentences are those of `soundness`."""

from __future__ import annotations

import ctypes
from array import array
from typing import NamedTuple

from dumont.snapstore.native.memory import Lent

NO_MEMORY = 17
WHY = (
    "",
    "no root that is a folder",
    "paths out of order, or one of them twice",
    "a path whose parent is no folder",
    "a path that leads elsewhere",
    "a path that is too long",
    "a path from the root of the machine",
    "an entry of a kind that there is not",
    "permissions that there are not",
    "a piece outside of its chunk",
    "a piece of nothing",
    "a file whose pieces don't make its size",
    "content of what is no file",
    "a pack that is too large",
    "a chunk of a size that chunks don't have",
    "a chunk outside of its pack",
    "paths with a zero byte within",
)


class Entries(NamedTuple):
    """Columns that are as long as each other."""

    paths: bytes
    """Each followed by a zero byte."""
    kind: bytearray
    mode: array[int]
    size: array[int]
    pieces: array[int]


class Pieces(NamedTuple):
    """As many as the entries have together."""

    chunk: array[int]
    offset: array[int]
    length: array[int]


class Chunks(NamedTuple):
    pack: array[int]
    offset: array[int]
    stored: array[int]
    raw: array[int]


def what_is_wrong(
    library: ctypes.CDLL, entries: Entries, pieces: Pieces, chunks: Chunks, pack_sizes: array[int]
) -> str:
    """In the words that follow `This snapshot is refused:`, or nothing."""
    kind, count, raw = Lent(entries.kind), len(entries.kind), _at(chunks.raw)
    why = library.dumont_sound_paths(entries.paths, len(entries.paths), count, kind.address, _at(entries.mode))
    if not why:
        columns = map(_at, (entries.size, entries.pieces, *pieces))
        why = library.dumont_sound_pieces(count, kind.address, *columns, len(chunks.raw), raw)
    if not why:
        columns = map(_at, chunks)
        why = library.dumont_sound_chunks(len(pack_sizes), _at(pack_sizes), len(chunks.raw), *columns)
    if why == NO_MEMORY:
        raise MemoryError("no room to judge a manifest in")
    return WHY[why]


def _at(column: array[int]) -> int:
    return column.buffer_info()[0]
