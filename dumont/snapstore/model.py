"""A snapshot in memory: columns rather than objects, as a tree has a hundred thousand entries."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from functools import partial
from itertools import accumulate, chain
from typing import Any, NamedTuple

HOLE = 0xFFFFFFFF
"""In place of a chunk's number: zeros that nobody stored."""
ID = 32
MAX_CHUNK = 8 << 20
MAX_PACK = 64 << 20


class Kind(IntEnum):
    FILE = 0
    FOLDER = 1
    SYMLINK = 2
    HARDLINK = 3


class Frame(NamedTuple):
    """A chunk as it is stored: a row of a pack's table."""

    id: bytes
    stored: int
    raw: int
    codec: int


class Piece(NamedTuple):
    chunk: int
    offset: int
    length: int


@dataclass(frozen=True)
class Header:
    """What is known of a snapshot before its columns are read."""

    time: str
    label: str = ""
    host: str = ""
    root: str = ""
    tags: tuple[str, ...] = ()
    parent: str | None = None
    stats: dict[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()


UINT32, UINT64, INT64 = partial(array, "I"), partial(array, "Q"), partial(array, "q")


@dataclass
class Manifest:
    """Everything that restoring takes: which bytes of which pack go where."""

    header: Header
    paths: list[bytes] = field(default_factory=list)
    kind: bytearray = field(default_factory=bytearray)
    mode: array[int] = field(default_factory=UINT32)
    uid: array[int] = field(default_factory=UINT32)
    gid: array[int] = field(default_factory=UINT32)
    mtime: array[int] = field(default_factory=INT64)
    ctime: array[int] = field(default_factory=INT64)
    inode: array[int] = field(default_factory=UINT64)
    size: array[int] = field(default_factory=UINT64)
    pieces: array[int] = field(default_factory=UINT32)
    """How many each entry has."""
    links: dict[int, bytes] = field(default_factory=dict)
    same: dict[int, int] = field(default_factory=dict)
    """Hard links: entry -> the earlier entry that it is the same file as."""
    xattrs: dict[int, list[tuple[bytes, bytes]]] = field(default_factory=dict)
    piece_chunk: array[int] = field(default_factory=UINT32)
    piece_offset: array[int] = field(default_factory=UINT32)
    piece_length: array[int] = field(default_factory=UINT64)
    chunk_ids: bytearray = field(default_factory=bytearray)
    chunk_pack: array[int] = field(default_factory=UINT32)
    chunk_offset: array[int] = field(default_factory=UINT32)
    chunk_stored: array[int] = field(default_factory=UINT32)
    chunk_raw: array[int] = field(default_factory=UINT32)
    chunk_codec: bytearray = field(default_factory=bytearray)
    pack_names: list[bytes] = field(default_factory=list)
    pack_sizes: array[int] = field(default_factory=UINT64)
    name: str = ""
    """64 digits, once it is stored."""

    def __len__(self) -> int:
        return len(self.paths)

    def first_pieces(self) -> array[int]:
        """Where the pieces of each entry begin, and the end behind the last: one more than there are entries."""
        return array("Q", chain((0,), accumulate(self.pieces)))

    def pieces_of(self, entry: int, starts: array[int]) -> Iterator[Piece]:
        for number in range(starts[entry], starts[entry + 1]):
            yield Piece(self.piece_chunk[number], self.piece_offset[number], self.piece_length[number])

    def id_of(self, chunk: int) -> bytes:
        return bytes(self.chunk_ids[ID * chunk : ID * chunk + ID])

    def chunks(self) -> int:
        return len(self.chunk_raw)

    def tree_bytes(self) -> int:
        return sum(self.size)


def pack_object(name: str) -> str:
    """Where a pack lies, by the 64 digits of its name."""
    return f"packs/{name[:2]}/{name}"


def index_object(name: str) -> str:
    return f"index/{name}"


def snapshot_object(name: str) -> str:
    return f"snapshots/{name}"
