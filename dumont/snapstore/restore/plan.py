"""Which frames are needed by which files, and in what ranges they are fetched."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from dumont.snapstore import native
from dumont.snapstore.model import HOLE, Manifest
from dumont.snapstore.native.sound import Pieces
from dumont.snapstore.native.wanting import END, no_lists
from dumont.snapstore.restore.chosen import Chosen

RANGE = 4 << 20
"""Bytes that one request asks for, at most, where a frame isn't longer."""
BRIDGE = 192 << 10
"""A gap of unneeded bytes that is cheaper to read than to begin another request for."""
MOSTLY = 0.75
"""Of a pack that is needed at least by this share, all is read."""
LONGEST_FRAME = (8 << 20) + (64 << 10)
"""No honest frame is longer than the longest chunk and a little."""
SMALL = 256 << 10
"""Files up to this are written in one go."""
STRANDS = 16
"""Places of a snapshot that are read in turns."""


class Job(NamedTuple):
    """One range of one pack."""

    pack: int
    start: int
    length: int
    chunks: Sequence[int]


class Use(NamedTuple):
    """Where bytes of a chunk go."""

    entry: int
    at: int
    offset: int
    length: int


class Uses:
    """For each chunk the pieces that are made of it: lists in columns, as there are a hundred thousand."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest
        self.lists = no_lists(manifest.chunks(), len(manifest.piece_chunk), len(manifest))
        self.left = self.lists.left
        """Bytes that each entry still waits for."""

    def want(self, entry: int, first: int, last: int, skip: set[int] | None = None) -> None:
        """The pieces `first` to `last` make the content of the entry; those in `skip` are there already."""
        chunk_of, length_of, lists = self._manifest.piece_chunk, self._manifest.piece_length, self.lists
        at = left = 0
        for piece in range(first, last):
            chunk, length = chunk_of[piece], length_of[piece]
            if chunk != HOLE and not (skip and piece in skip):
                lists.following[piece], lists.head[chunk] = lists.head[chunk], piece
                lists.entry[piece], lists.at[piece] = entry, at
                left += length
            at += length
        self.left[entry] = left

    def want_each(self, entries: Iterable[int], starts: array[int]) -> None:
        """All of these files, each of its own pieces; there are a hundred thousand."""
        library, manifest = native.load(), self._manifest
        if library is not None:
            pieces = Pieces(manifest.piece_chunk, manifest.piece_offset, manifest.piece_length)
            library.want(array("I", entries), starts, pieces, self.lists)
            return
        for entry in entries:
            self.want(entry, starts[entry], starts[entry + 1])

    def begins(self, chunk: int) -> int:
        """Where a needed chunk would begin in one of the files that it is for."""
        piece = self.lists.head[chunk]
        return self.lists.at[piece] - self._manifest.piece_offset[piece]

    def of(self, chunk: int) -> Iterator[Use]:
        manifest, lists, piece = self._manifest, self.lists, self.lists.head[chunk]
        while piece != END:
            yield Use(lists.entry[piece], lists.at[piece], manifest.piece_offset[piece], manifest.piece_length[piece])
            piece = lists.following[piece]

    def needed(self, chunk: int) -> bool:
        return self.lists.head[chunk] != END

    def chunks(self) -> list[int]:
        """All that are needed."""
        return [chunk for chunk, piece in enumerate(self.lists.head) if piece != END]


def chunks_of(chosen: Chosen, entries: Iterable[int], starts: Sequence[int], uses: Uses) -> list[int]:
    """The needed chunks of some entries, each once, in the entries' order."""
    found: dict[int, None] = {}
    piece_chunk = chosen.manifest.piece_chunk
    for entry in entries:
        source = chosen.pieces_from(entry)
        for piece in range(starts[source], starts[source + 1]):
            chunk = piece_chunk[piece]
            if chunk != HOLE and uses.needed(chunk):
                found[chunk] = None
    return list(found)


def jobs(manifest: Manifest, chunks: Iterable[int], limit: int = RANGE) -> list[Job]:
    """Ranges that hold these chunks, in the order of packs; each is at most `limit` or one frame long."""
    pack_of, offset_of = manifest.chunk_pack, manifest.chunk_offset
    ordered = sorted(chunks, key=lambda chunk: (pack_of[chunk], offset_of[chunk]))
    found: list[Job] = []
    begin = 0
    for end in range(1, len(ordered) + 1):
        if end == len(ordered) or pack_of[ordered[end]] != pack_of[ordered[begin]]:
            found += _in_pack(manifest, ordered[begin:end], limit)
            begin = end
    return found


def woven(jobs: Sequence[Job]) -> Iterator[Job]:
    """From many places of the snapshot in turns. Neighbours are alike, and small files keep processors busy while large
    ones keep the disk: one after the other, each would wait for the other's end."""
    share = -(-len(jobs) // STRANDS)
    for number in range(share):
        yield from jobs[number::share]


def longest_frame(manifest: Manifest, chunks: Iterable[int]) -> int:
    stored = manifest.chunk_stored
    return max((stored[chunk] for chunk in chunks if stored[chunk] <= LONGEST_FRAME), default=0)


def _in_pack(manifest: Manifest, chunks: Sequence[int], limit: int) -> Iterator[Job]:
    offset_of, stored_of = manifest.chunk_offset, manifest.chunk_stored
    pack = manifest.chunk_pack[chunks[0]]
    needed = sum(stored_of[chunk] for chunk in chunks)
    bridge = limit if needed >= MOSTLY * manifest.pack_sizes[pack] else BRIDGE
    run: list[int] = []
    start = end = 0
    for chunk in chunks:
        offset, stored = offset_of[chunk], stored_of[chunk]
        if run and (offset - end > bridge or offset + stored - start > limit):
            yield Job(pack, start, end - start, run)
            run = []
        if not run:
            start = end = offset
        run.append(chunk)
        end = max(end, offset + stored)
    yield Job(pack, start, end - start, run)
