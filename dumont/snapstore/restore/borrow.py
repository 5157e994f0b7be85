"""Takes files from trees that are on this machine already, such as its image, where path, size and time are equal."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from dumont.snapstore.errors import Exists
from dumont.snapstore.restore.copying import copied
from dumont.snapstore.restore.memory import cores
from dumont.snapstore.restore.salvage import READ
from dumont.snapstore.restore.shared import Shared


class Borrow:
    def __init__(self, shared: Shared, roots: Iterable[str], *, links: bool) -> None:
        self._shared = shared
        self._links = links
        self._roots = [os.fsencode(os.path.realpath(root)) for root in roots]
        self.taken: set[int] = set()

    def take(self, entries: Iterable[int]) -> None:
        with ThreadPoolExecutor(cores()) as pool:
            for entry, took in pool.map(self._take, entries):
                if took:
                    self.taken.add(entry)

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
