"""Whether files are what they look like: read where they stand, and held against the ids of what they are made of."""

from __future__ import annotations

import errno
import os
import stat
from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import accumulate
from threading import local
from typing import NamedTuple

from dumont.snapstore import native
from dumont.snapstore.large_pages import room
from dumont.snapstore.model import HOLE
from dumont.snapstore.restore.chosen import Chosen
from dumont.snapstore.restore.ground import Ground
from dumont.snapstore.restore.memory import placers
from dumont.snapstore.restore.plan import SMALL
from dumont.snapstore.seal import Sealer

READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
UNSEEN = getattr(os, "O_NOATIME", 0)
"""Reading must not look like use: what was opened first is learned from those times."""
AT_ONCE = 4 << 20
"""Bytes of small files that are read in one call."""
Share = Sequence[tuple[int, int]]
"""What of a chunk files hold: where each begins in it, and the entry; in order."""


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


class Proven(NamedTuple):
    whole: set[int]
    """They are what they must be."""
    unknown: set[int]
    """Of small files that share a chunk: not all of them are there, so nobody can say."""


class Proof:
    def __init__(self, ground: Ground, chosen: Chosen, starts: array[int], sealer: Sealer) -> None:
        self._ground = ground
        self._chosen = chosen
        self._manifest = chosen.manifest
        self._starts = starts
        self._sealer = sealer
        self._local = local()
        self._patches: dict[int, Patch] = {}

    def of(self, entries: Collection[int], beside: Collection[int]) -> Proven:
        """Files at the target that have the right size. Small ones share chunks, so that only all files of one together
        can be held against its id; those `beside` are there as well, and may help."""
        if not entries:
            return Proven(set(), set())
        shares = self._shares(entries, beside)
        complete = [chunk for chunk, share in shares.items() if self._covers(share, chunk)]
        large = [entry for entry in entries if not self._is_small(entry)]
        with ThreadPoolExecutor(placers()) as pool:
            good = {chunk for batch in pool.map(self._good, self._batches(complete, shares)) for chunk in batch}
            whole = {entry for entry, is_it in zip(large, pool.map(self._is_whole, large)) if is_it}
        sure = set(complete)
        unknown = {entry for chunk, share in shares.items() if chunk not in sure for _offset, entry in share}
        whole.update(entry for chunk in good for _offset, entry in shares[chunk])
        return Proven(whole.intersection(entries), unknown.intersection(entries))

    def provable(self, entries: Collection[int], beside: Collection[int]) -> list[int]:
        """Those that could be proven, if they were there."""
        shares = self._shares(entries, beside)
        never = {entry for chunk, share in shares.items() if not self._covers(share, chunk) for _offset, entry in share}
        return [entry for entry in entries if entry not in never]

    def pieces(self, entry: int) -> Sequence[int]:
        source = self._chosen.pieces_from(entry)
        return range(self._starts[source], self._starts[source + 1])

    def patch(self, entry: int) -> Patch | None:
        """What of a large file's new content the one at the target holds; None where that can't be read."""
        known = self._patches.get(entry)
        if known is not None:
            return known
        try:
            handle = self._opened(entry)
        except OSError:
            return None
        try:
            found = self._patches[entry] = self._by_content(entry, handle)
            return found
        finally:
            os.close(handle)

    def is_chunk(self, data: memoryview, chunk: int) -> bool:
        return self._sealer.id_of(data) == self._manifest.id_of(chunk)

    def room(self, size: int) -> memoryview:
        """This thread's own, for one thing at a time."""
        found: memoryview | None = getattr(self._local, "room", None)
        if found is None or len(found) < size:
            found = self._local.room = room(max(size, AT_ONCE))
        return found[:size]

    def _is_small(self, entry: int) -> bool:
        """One piece, that may be a part of a chunk."""
        source = self._chosen.pieces_from(entry)
        manifest = self._manifest
        return (
            manifest.pieces[source] == 1
            and manifest.size[source] <= SMALL
            and manifest.piece_chunk[self._starts[source]] != HOLE
        )

    def _shares(self, entries: Collection[int], beside: Iterable[int]) -> dict[int, Share]:
        """By chunks, and only of those that the entries are made of."""
        found: dict[int, list[tuple[int, int]]] = {}
        chunk_of, offset_of = self._manifest.piece_chunk, self._manifest.piece_offset
        for entry in filter(self._is_small, entries):
            (piece,) = self.pieces(entry)
            found.setdefault(chunk_of[piece], []).append((offset_of[piece], entry))
        for entry in filter(self._is_small, beside) if found else ():
            (piece,) = self.pieces(entry)
            if chunk_of[piece] in found:
                found[chunk_of[piece]].append((offset_of[piece], entry))
        return {chunk: sorted(set(share)) for chunk, share in found.items()}

    def _covers(self, share: Share, chunk: int) -> bool:
        end = 0
        for offset, entry in share:
            if offset > end:
                return False
            end = max(end, offset + self._chosen.size(entry))
        return end == self._manifest.chunk_raw[chunk]

    def _batches(self, chunks: Iterable[int], shares: dict[int, Share]) -> Iterator[list[tuple[int, Share]]]:
        """Each is read at once."""
        batch: list[tuple[int, Share]] = []
        size = 0
        for chunk in chunks:
            raw = self._manifest.chunk_raw[chunk]
            if batch and size + raw > AT_ONCE:
                yield batch
                batch, size = [], 0
            batch.append((chunk, shares[chunk]))
            size += raw
        if batch:
            yield batch

    def _good(self, batch: Sequence[tuple[int, Share]]) -> list[int]:
        """The chunks that their files make."""
        library = native.load()
        if library is None or not library.has_files:
            return [chunk for chunk, share in batch if self._makes(share, chunk)]
        simple = [(chunk, share) for chunk, share in batch if self._is_plain(share, chunk)]
        odd = [chunk for chunk, share in batch if not self._is_plain(share, chunk) and self._makes(share, chunk)]
        return odd + self._good_at_once(library, simple)

    def _is_plain(self, share: Share, chunk: int) -> bool:
        """End to end, and nothing twice."""
        return sum(self._chosen.size(entry) for _offset, entry in share) == self._manifest.chunk_raw[chunk]

    def _good_at_once(self, library: native.Native, batch: Sequence[tuple[int, Share]]) -> list[int]:
        entries = [entry for _chunk, share in batch for _offset, entry in share]
        out = self.room(sum(self._manifest.chunk_raw[chunk] for chunk, _share in batch))
        read = library.read_files(self._ground.root, [self._manifest.paths[entry] for entry in entries], out)
        if list(read.sizes) != [self._chosen.size(entry) for entry in entries]:  # something goes on there
            return [chunk for chunk, share in batch if self._makes(share, chunk)]
        sizes = array("Q", [self._manifest.chunk_raw[chunk] for chunk, _share in batch])
        begins = array("Q", [0, *accumulate(sizes)][:-1])
        names = library.names(out, begins, sizes, self._sealer.naming_key)
        ids = [names[at : at + 32] for at in range(0, len(names), 32)]
        return [chunk for (chunk, _share), name in zip(batch, ids) if name == self._manifest.id_of(chunk)]

    def _makes(self, share: Share, chunk: int) -> bool:
        joined = bytearray()
        for offset, entry in share:
            content = self._content(entry)
            if len(content) != self._chosen.size(entry) or offset > len(joined):
                return False
            known = min(len(joined) - offset, len(content))
            if joined[offset : offset + known] != content[:known]:
                return False
            joined += content[known:]
        return len(joined) == self._manifest.chunk_raw[chunk] and self.is_chunk(memoryview(joined), chunk)

    def _content(self, entry: int) -> bytes:
        """Of a small file; nothing where it can't be read."""
        try:
            handle = self._opened(entry)
        except OSError:
            return b""
        try:
            return os.read(handle, SMALL + 1)
        finally:
            os.close(handle)

    def _opened(self, entry: int) -> int:
        where, last = self._ground.place(self._manifest.paths[entry], make=False)
        try:
            return os.open(last, READ | UNSEEN, dir_fd=where)
        except PermissionError:  # it is somebody else's
            return os.open(last, READ, dir_fd=where)

    def _is_whole(self, entry: int) -> bool:
        patch = self.patch(entry)
        return patch is not None and patch.whole

    def _by_content(self, entry: int, handle: int) -> Patch:
        seen = os.fstat(handle)
        patch = Patch(seen.st_ino, in_place=seen.st_nlink == 1)
        patch.whole = stat.S_ISREG(seen.st_mode) and seen.st_size == self._chosen.size(entry)
        manifest, at = self._manifest, 0
        for piece in self.pieces(entry):
            chunk, length = manifest.piece_chunk[piece], manifest.piece_length[piece]
            if chunk == HOLE:
                patch.in_place = patch.in_place and _is_hole(handle, at, length)
                patch.whole = patch.whole and (patch.in_place or self._is_zero(handle, at, at + length))
            elif length == manifest.chunk_raw[chunk] and at + length <= seen.st_size and self._same(handle, at, chunk):
                patch.have.add(piece)
                patch.copies.append(Copy(at, at, length))
            else:
                patch.whole = False
            at += length
        return patch

    def _same(self, handle: int, at: int, chunk: int) -> bool:
        data = self.room(self._manifest.chunk_raw[chunk])
        return os.preadv(handle, [data], at) == len(data) and self.is_chunk(data, chunk)

    def _is_zero(self, handle: int, at: int, end: int) -> bool:
        """A hole, or zeros that somebody stored: a copy may have been made without holes."""
        while at < end:
            try:
                at = os.lseek(handle, at, os.SEEK_DATA)
            except OSError as error:
                if error.errno == errno.ENXIO:  # nothing is stored behind it either
                    return True
            data = self.room(AT_ONCE)[: max(0, end - at)]
            got = os.preadv(handle, [data], at) if data else 0
            if data and (not got or data[:got] != bytes(got)):
                return False
            at += max(1, got)
        return True


def _is_hole(handle: int, at: int, length: int) -> bool:
    """Whether nothing is stored there; also where that can't be known, the answer is no."""
    try:
        return os.lseek(handle, at, os.SEEK_DATA) >= at + length
    except OSError as error:
        return error.errno == errno.ENXIO  # nothing is stored behind it either
