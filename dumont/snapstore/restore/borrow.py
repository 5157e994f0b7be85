"""Takes files from trees that are on this machine already, such as its image: what has the path, size and time of ours
is held against the ids of ours before it is believed."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from dumont.snapstore import native
from dumont.snapstore.errors import Exists
from dumont.snapstore.model import HOLE, Kind
from dumont.snapstore.restore.copying import copied, shared_blocks
from dumont.snapstore.restore.direct import Direct
from dumont.snapstore.restore.memory import PAGE, placers
from dumont.snapstore.restore.plan import SMALL
from dumont.snapstore.restore.proof import READ, Proof
from dumont.snapstore.restore.shared import Shared

AT_ONCE = 256
"""Files in one call of the library."""


class Borrow:
    def __init__(self, shared: Shared, roots: Iterable[str], proof: Proof, *, links: bool) -> None:
        self._shared = shared
        self._proof = proof
        self._links = links
        self._roots = [os.fsencode(os.path.realpath(root)) for root in roots]
        self._direct = self._unbuffered = Direct(wanted=False)
        self.taken: set[int] = set()
        self.tried: set[int] = set()
        self._proven: set[int] = set()

    def take(self, entries: Sequence[int], beside: Collection[int]) -> None:
        """Of small files those whose chunk can be had here whole, with those `beside` that are there: the others are
        fetched with what is absent."""
        sizes = self._shared.sizes
        likely = self._proof.provable(self._likely(entries), beside)
        large = [entry for entry in likely if sizes[entry] > SMALL]
        self.tried.update(likely)
        wanted = self._shared.direct.of(sum(sizes[entry] for entry in large))
        self._direct, self._unbuffered = Direct(wanted=wanted), Direct(wanted=wanted)
        library, left = native.load(), [entry for entry in likely if sizes[entry] <= SMALL]
        with ThreadPoolExecutor(placers()) as pool:
            if library is not None and library.has_files:
                left = self._taken_by_library(library, left, pool)
            for entry, took in pool.map(self._take, [*left, *large]):
                if took:
                    self.taken.add(entry)
        whole = self._proof.of(self.taken - self._proven, beside).whole
        for entry in self.taken - self._proven - whole:
            self._leave(entry)

    def _leave(self, entry: int) -> None:
        """It looked right, and is another."""
        self.taken.discard(entry)
        where, last = self._shared.ground.place(self._shared.manifest.paths[entry])
        os.unlink(last, dir_fd=where)

    def _likely(self, entries: Sequence[int]) -> list[int]:
        found: set[int] = set()
        for root in self._roots:
            found.update(self._likely_in(root, [entry for entry in entries if entry not in found]))
        return sorted(found)

    def _likely_in(self, root: bytes, entries: Sequence[int]) -> Iterator[int]:
        library, manifest, sizes = native.load(), self._shared.manifest, self._shared.sizes
        try:
            source = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            return
        try:
            if library is None or not library.has_files:
                yield from (entry for entry in entries if self._looks_equal(root, entry))
                return
            seen = library.look(source, [manifest.paths[entry] for entry in entries])
            for entry, *its in zip(entries, seen.kinds, seen.sizes, seen.mtimes):
                if its == [Kind.FILE, sizes[entry], manifest.mtime[entry]]:
                    yield entry
        except OSError:  # it can't be told
            return
        finally:
            os.close(source)

    def _taken_by_library(self, library: native.Native, entries: list[int], pool: ThreadPoolExecutor) -> list[int]:
        """Returns those that need more care: something is in their way, or a link; or they have attributes."""
        odd, having = [], self._shared.manifest.xattrs
        for root in self._roots:
            try:
                source = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            except OSError:
                continue
            try:
                left = [entry for entry in entries if entry not in self.taken and entry not in having]
                batches = [left[at : at + AT_ONCE] for at in range(0, len(left), AT_ONCE)]
                for batch, wrong in zip(batches, pool.map(partial(self._batch, library, source), batches)):
                    self.taken.update(entry for entry, error in zip(batch, wrong) if not error)
                    odd += [entry for entry, error in zip(batch, wrong) if error not in (0, errno.ENOENT)]
            finally:
                os.close(source)
        return sorted({*odd, *(entry for entry in entries if entry in having)} - self.taken)

    def _batch(self, library: native.Native, source: int, entries: list[int]) -> Sequence[int]:
        manifest, shared = self._shared.manifest, self._shared
        files = native.tree.Files(
            [manifest.paths[entry] for entry in entries],
            array("Q", [shared.sizes[entry] for entry in entries]),
            array("I", [manifest.mode[entry] for entry in entries]),
            array("I", [manifest.uid[entry] for entry in entries]),
            array("I", [manifest.gid[entry] for entry in entries]),
            array("q", [manifest.mtime[entry] for entry in entries]),
        )
        how = {"owners": shared.metadata.owners, "links": self._links}
        return library.borrow_files(source, shared.ground.root, files, **how)

    def _take(self, entry: int) -> tuple[int, bool]:
        for root in self._roots:
            source = self._opened(root, entry)
            if source < 0:
                continue
            try:
                self._place(root, source, entry)
                return entry, True
            except (OSError, Exists):  # then it is fetched
                continue
            finally:
                os.close(source)
        return entry, False

    def _opened(self, root: bytes, entry: int) -> int:
        """An equal file below this root, or -1."""
        if not self._looks_equal(root, entry):
            return -1
        try:
            handle = os.open(os.path.join(root, self._shared.manifest.paths[entry]), READ)
        except OSError:
            return -1
        if self._equal(os.fstat(handle), entry):
            return handle
        os.close(handle)
        return -1

    def _looks_equal(self, root: bytes, entry: int) -> bool:
        try:
            return self._equal(os.lstat(os.path.join(root, self._shared.manifest.paths[entry])), entry)
        except OSError:
            return False

    def _equal(self, seen: os.stat_result, entry: int) -> bool:
        wanted = (self._shared.sizes[entry], self._shared.manifest.mtime[entry])
        return stat.S_ISREG(seen.st_mode) and (seen.st_size, seen.st_mtime_ns) == wanted

    def _place(self, root: bytes, source: int, entry: int) -> None:
        path, size = self._shared.manifest.paths[entry], self._shared.sizes[entry]
        seen = os.fstat(source)
        if self._links and self._alike(seen, entry) and self._linked(os.path.join(root, path), path, seen):
            return
        handle = self._shared.ground.create(path)
        try:
            if size <= SMALL or shared_blocks(source, handle):
                copied(source, handle, size)
            else:
                self._copy_pieces(source, handle, entry)
                self._proven.add(entry)
            self._shared.metadata.of_handle(handle, entry)
        except OSError:
            where, last = self._shared.ground.place(path)
            os.unlink(last, dir_fd=where)
            raise
        finally:
            os.close(handle)

    def _copy_pieces(self, source: int, handle: int, entry: int) -> None:
        """Each held against its id on the way, so that nothing is read twice; holes become holes."""
        manifest, at = self._shared.manifest, 0
        os.ftruncate(handle, self._shared.sizes[entry])
        past, unbuffered = self._direct.opened(handle), self._unbuffered.opened(source, os.O_RDONLY)
        try:
            for piece in self._proof.pieces(entry):
                chunk, length = manifest.piece_chunk[piece], manifest.piece_length[piece]
                if chunk != HOLE:
                    data = self._read(source, unbuffered, at, length)
                    if length != manifest.chunk_raw[chunk] or not self._proof.is_chunk(data, chunk):
                        raise OSError(errno.EIO, "it looked right, and is another")
                    self._direct.write(handle, past, data, at)
                at += length
        finally:
            for each in (past, unbuffered):
                if each >= 0:
                    os.close(each)

    def _read(self, source: int, unbuffered: int, at: int, length: int) -> memoryview:
        """Lies in its page as it does in the file. Where somebody has read it lately it is in memory, and else it need
        not be kept there."""
        begin = at // PAGE * PAGE
        room = self._proof.room(-(-(at + length - begin) // PAGE) * PAGE)
        got = -1
        if unbuffered >= 0:
            with contextlib.suppress(OSError):
                got = os.preadv(source, [room], begin, os.RWF_NOWAIT)
            if got < at + length - begin:
                with contextlib.suppress(OSError):
                    got = os.preadv(unbuffered, [room], begin)
        if got < at + length - begin:
            got = os.preadv(source, [room], begin)
        if got < at + length - begin:
            raise OSError(errno.EIO, "it became shorter")
        return room[at - begin : at - begin + length]

    def _alike(self, seen: os.stat_result, entry: int) -> bool:
        """Mode and owner of a linked file are the other's too, as it is the same file."""
        manifest = self._shared.manifest
        owned = (seen.st_uid, seen.st_gid) == (manifest.uid[entry], manifest.gid[entry])
        same_mode = stat.S_IMODE(seen.st_mode) == manifest.mode[entry]
        return same_mode and (owned or not self._shared.metadata.owners) and entry not in manifest.xattrs

    def _linked(self, source: bytes, path: bytes, seen: os.stat_result) -> bool:
        where, last = self._shared.ground.place(path)
        try:
            self._shared.ground.clear(where, last, path)
            os.link(source, last, dst_dir_fd=where, follow_symlinks=False)
        except OSError:
            return False
        made = os.stat(last, dir_fd=where, follow_symlinks=False)
        if (made.st_dev, made.st_ino) == (seen.st_dev, seen.st_ino):
            return True
        os.unlink(last, dir_fd=where)
        return False
