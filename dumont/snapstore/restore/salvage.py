"""What of a large file's new content its old one holds already: known by a snapshot of it, or seen by hashing it."""

from __future__ import annotations

import errno
import os
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from dumont.snapstore.large_pages import room
from dumont.snapstore.model import HOLE
from dumont.snapstore.restore.chosen import Chosen
from dumont.snapstore.restore.former import Former
from dumont.snapstore.restore.ground import Ground
from dumont.snapstore.restore.plan import SMALL
from dumont.snapstore.restore.survey import Old, Standing
from dumont.snapstore.seal import Sealer

READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Copy(NamedTuple):
    source: int
    target: int
    length: int


@dataclass
class Patch:
    """How an old file becomes the new one."""

    inode: int
    in_place: bool = True
    """Every piece that it has stands where it must, and nobody else knows the file by another name."""
    have: set[int] = field(default_factory=set)
    """Pieces that need not be fetched."""
    copies: list[Copy] = field(default_factory=list)
    """Where they are, for a file that must be made anew."""
    whole: bool = False
    """It was looked at, and is the new one already."""


class Salvage:
    def __init__(
        self, ground: Ground, chosen: Chosen, starts: array[int], sealer: Sealer, former: Former | None
    ) -> None:
        self._ground = ground
        self._chosen = chosen
        self._manifest = chosen.manifest
        self._starts = starts
        self._sealer = sealer
        self._former = former
        self._buffer: memoryview | None = None

    def patches(self, standing: Standing) -> dict[int, Patch]:
        """Of the large files that differ."""
        found: dict[int, Patch] = {}
        for entry, old in standing.old.items():
            if self._chosen.size(entry) <= SMALL or old.size == 0 or entry in standing.there:
                continue
            patch = self._patch(entry, old, by_content=entry in standing.doubted)
            if patch is not None and patch.have:
                found[entry] = patch
        return found

    def proven(self, standing: Standing, entries: Iterable[int]) -> set[int]:
        """Those small files that are what they must be. They share chunks, so that only all files of one together can
        be held against its id."""
        shares: dict[int, list[tuple[int, int]]] = {}
        for entry in entries:
            old, pieces = standing.old[entry], self._pieces(entry)
            if len(pieces) == 1 and old.size == self._chosen.size(entry) <= SMALL and entry not in standing.there:
                chunk = self._manifest.piece_chunk[pieces[0]]
                shares.setdefault(chunk, []).append((self._manifest.piece_offset[pieces[0]], entry))
        found: set[int] = set()
        for chunk, share in shares.items():
            if chunk != HOLE and self._proves(chunk, sorted(share)):
                found.update(entry for _offset, entry in share)
        return found

    def _proves(self, chunk: int, share: list[tuple[int, int]]) -> bool:
        joined = bytearray()
        for offset, entry in share:
            if offset > len(joined):
                return False
            if offset == len(joined):
                joined += self._content(entry)
            elif joined[offset : offset + self._chosen.size(entry)] != self._content(entry):
                return False
        return len(joined) == self._manifest.chunk_raw[chunk] and self._sealer.id_of(joined) == self._manifest.id_of(
            chunk
        )

    def _content(self, entry: int) -> bytes:
        """Of a small file; nothing where it can't be read."""
        try:
            where, last = self._ground.place(self._manifest.paths[entry], make=False)
            handle = os.open(last, READ, dir_fd=where)
        except OSError:
            return b""
        try:
            return os.read(handle, SMALL + 1)
        finally:
            os.close(handle)

    def _patch(self, entry: int, old: Old, *, by_content: bool) -> Patch | None:
        path = self._manifest.paths[entry]
        known = self._former.pieces(entry, old) if self._former and not by_content else None
        if known is not None:
            return self._by_former(entry, old, known)
        try:
            where, last = self._ground.place(path, make=False)
            handle = os.open(last, READ, dir_fd=where)
        except OSError:
            return None
        try:
            return self._by_content(entry, old, handle)
        finally:
            os.close(handle)

    def _by_former(self, entry: int, old: Old, known: dict[tuple[bytes, int, int], list[int]]) -> Patch:
        patch = Patch(old.inode, in_place=old.links == 1)
        manifest, at = self._manifest, 0
        for piece in self._pieces(entry):
            chunk, length = manifest.piece_chunk[piece], manifest.piece_length[piece]
            name = b"" if chunk == HOLE else manifest.id_of(chunk)
            places = known.get((name, manifest.piece_offset[piece], length), ())
            if at not in places:
                patch.in_place = patch.in_place and chunk != HOLE and not places
            if places and chunk != HOLE:
                patch.have.add(piece)
                patch.copies.append(Copy(at if at in places else places[0], at, length))
            at += length
        return patch

    def _by_content(self, entry: int, old: Old, handle: int) -> Patch:
        patch = Patch(old.inode, in_place=old.links == 1, whole=old.size == self._chosen.size(entry))
        manifest, at = self._manifest, 0
        for piece in self._pieces(entry):
            chunk, length = manifest.piece_chunk[piece], manifest.piece_length[piece]
            if chunk == HOLE:
                is_hole = _is_hole(handle, at, length)
                patch.in_place, patch.whole = patch.in_place and is_hole, patch.whole and is_hole
            elif length == manifest.chunk_raw[chunk] and at + length <= old.size and self._same(handle, at, chunk):
                patch.have.add(piece)
                patch.copies.append(Copy(at, at, length))
            else:
                patch.whole = False
            at += length
        return patch

    def _pieces(self, entry: int) -> Sequence[int]:
        source = self._chosen.pieces_from(entry)
        return range(self._starts[source], self._starts[source + 1])

    def _same(self, handle: int, at: int, chunk: int) -> bool:
        length = self._manifest.chunk_raw[chunk]
        if self._buffer is None or len(self._buffer) < length:
            self._buffer = room(max(length, 4 << 20))
        data = self._buffer[:length]
        if os.preadv(handle, [data], at) != length:
            return False
        return self._sealer.id_of(data) == self._manifest.id_of(chunk)


def _is_hole(handle: int, at: int, length: int) -> bool:
    """Whether nothing is stored there; also where that can't be known, the answer is no."""
    try:
        return os.lseek(handle, at, os.SEEK_DATA) >= at + length
    except OSError as error:
        return error.errno == errno.ENXIO  # nothing is stored behind it either
