"""Takes files from trees that are on this machine already, such as its image, where path, size and time are equal."""

from __future__ import annotations

import errno
import os
import stat
from array import array
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from dumont.snapstore import native
from dumont.snapstore.errors import Exists
from dumont.snapstore.restore.copying import copied
from dumont.snapstore.restore.memory import placers
from dumont.snapstore.restore.plan import SMALL
from dumont.snapstore.restore.salvage import READ
from dumont.snapstore.restore.shared import Shared

AT_ONCE = 256
"""Files in one call of the library."""


class Borrow:
    def __init__(self, shared: Shared, roots: Iterable[str], *, links: bool) -> None:
        self._shared = shared
        self._links = links
        self._direct = False
        self._roots = [os.fsencode(os.path.realpath(root)) for root in roots]
        self.taken: set[int] = set()

    def take(self, entries: Iterable[int]) -> None:
        left, sizes = list(entries), self._shared.sizes
        self._direct = self._shared.direct.of(sum(sizes[entry] for entry in left if sizes[entry] > SMALL))
        library = native.load()
        with ThreadPoolExecutor(placers()) as pool:
            if library is not None and library.has_files:
                left = self._taken_by_library(library, left, pool)
            for entry, took in pool.map(self._take, left):
                if took:
                    self.taken.add(entry)

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
        how = {"owners": shared.metadata.owners, "links": self._links, "direct": self._direct}
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
        manifest = self._shared.manifest
        path = os.path.join(root, manifest.paths[entry])
        try:
            seen = os.lstat(path)
            if not stat.S_ISREG(seen.st_mode) or not self._equal(seen, entry):
                return -1
            handle = os.open(path, READ)
        except OSError:
            return -1
        if self._equal(os.fstat(handle), entry):
            return handle
        os.close(handle)
        return -1

    def _equal(self, seen: os.stat_result, entry: int) -> bool:
        return (seen.st_size, seen.st_mtime_ns) == (self._shared.sizes[entry], self._shared.manifest.mtime[entry])

    def _place(self, root: bytes, source: int, entry: int) -> None:
        path, size = self._shared.manifest.paths[entry], self._shared.sizes[entry]
        seen = os.fstat(source)
        if self._links and self._alike(seen, entry) and self._linked(os.path.join(root, path), path, seen):
            return
        handle = self._shared.ground.create(path)
        try:
            copied(source, handle, size)
            self._shared.metadata.of_handle(handle, entry)
        except OSError:
            where, last = self._shared.ground.place(path)
            os.unlink(last, dir_fd=where)
            raise
        finally:
            os.close(handle)

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
