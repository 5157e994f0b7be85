"""All that is no content: empty files, links of both kinds, what doesn't belong there, folders' modes and times."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from array import array
from collections.abc import Callable, Iterable, Sequence

from dumont.snapstore import native
from dumont.snapstore.errors import Exists
from dumont.snapstore.native.tree import Files
from dumont.snapstore.restore.chosen import Chosen
from dumont.snapstore.restore.copying import copied
from dumont.snapstore.restore.ground import Ground
from dumont.snapstore.restore.metadata import Metadata
from dumont.snapstore.restore.options import Overwrite
from dumont.snapstore.restore.proof import READ
from dumont.snapstore.restore.shared import Shared
from dumont.snapstore.restore.writing import FULL

MOST_FAILED = 32
"""Folders that the library can't do; where there are more, each is done with more care."""
UNLINKABLE = (errno.EPERM, errno.EXDEV, errno.EMLINK, errno.EOPNOTSUPP, errno.ENOSYS)


class Finishing:
    def __init__(self, chosen: Chosen, shared: Shared, overwrite: Overwrite) -> None:
        self._chosen = chosen
        self._manifest = chosen.manifest
        self._shared = shared
        self._ground: Ground = shared.ground
        self._metadata: Metadata = shared.metadata
        self._keep = overwrite is Overwrite.KEEP
        self._done: set[int] = set()
        """Hot ones, which come first, need not be made again at the end."""

    def bare_files(self, entries: Iterable[int]) -> None:
        """Files without stored content: empty ones, and ones that are all hole."""
        for entry in entries:
            self._guarded(entry, self._bare_file)

    def symlinks(self, entries: Iterable[int]) -> None:
        for entry in entries:
            self._guarded(entry, self._symlink)

    def hard_links(self, entries: Iterable[int], absent: set[int]) -> None:
        """`absent`: files that are not there to be linked to."""
        for entry in entries:
            source = self._chosen.links[entry]
            if source in self._shared.refused:
                self._shared.refuse(entry, "the file that it is a link to could not be written")
            elif source not in absent:
                self._guarded(entry, self._hard_link)

    def worn(self, entries: Iterable[int]) -> None:
        """Files with the right content and another mode or owner."""
        for entry in entries:
            self._guarded(entry, self._worn)

    def folders(self) -> None:
        """From the deepest up, as making a thing in a folder changes its time."""
        entries = list(reversed(self._chosen.folders))
        done = failed = 0
        library = native.load()
        if library is not None and library.has_files and self._manifest.xattrs.keys().isdisjoint(entries):
            columns = self._columns(entries)
            while failed < MOST_FAILED:
                done = library.settle_folders(self._ground.root, columns, first=done, owners=self._metadata.owners)
                if done == len(entries):
                    return
                self._guarded(entries[done], self._folder)
                done, failed = done + 1, failed + 1
        for entry in entries[done:]:
            self._guarded(entry, self._folder)

    def _columns(self, entries: Sequence[int]) -> Files:
        manifest = self._manifest
        modes, uids, gids, mtimes = (
            array(column.typecode, map(column.__getitem__, entries))
            for column in (manifest.mode, manifest.uid, manifest.gid, manifest.mtime)
        )
        return Files([manifest.paths[entry] for entry in entries], array("Q"), modes, uids, gids, mtimes)

    def _guarded(self, entry: int, act: Callable[[int], None]) -> None:
        if entry in self._done:
            return
        try:
            act(entry)
            self._done.add(entry)
        except Exists as error:
            self._shared.refuse(entry, error.message)
        except OSError as error:
            if error.errno in FULL:  # the next one would not fit either
                raise
            self._shared.refuse(entry, error.strerror or str(error))

    def settled(self, entries: Iterable[int]) -> None:
        """Large files whose old ones hold all of their content."""
        for entry in entries:
            self._guarded(entry, self._settled)

    def _settled(self, entry: int) -> None:
        self._shared.large.settle(entry, self._shared.sizes[entry])
        self._shared.wrote(1, 0, [entry])

    def _bare_file(self, entry: int) -> None:
        handle = self._ground.create(self._manifest.paths[entry])
        try:
            os.ftruncate(handle, self._shared.sizes[entry])
            self._metadata.of_handle(handle, entry)
        finally:
            os.close(handle)
        self._shared.wrote(1, 0, [entry])

    def _symlink(self, entry: int) -> None:
        path, target = self._manifest.paths[entry], self._manifest.links[entry]
        where, last = self._ground.place(path)
        if _read_link(where, last) != target:
            try:
                os.symlink(target, last, dir_fd=where)
            except FileExistsError:
                if self._keep:
                    return
                self._ground.clear(where, last, path)
                os.symlink(target, last, dir_fd=where)
            self._shared.wrote(1, 0, [entry])
        self._metadata.of_symlink(where, last, entry)

    def _hard_link(self, entry: int) -> None:
        path, source_path = self._manifest.paths[entry], self._manifest.paths[self._chosen.links[entry]]
        source, source_last = self._ground.place(source_path, make=False)
        where, last = self._ground.place(path)
        wanted = os.stat(source_last, dir_fd=source, follow_symlinks=False)
        if not stat.S_ISREG(wanted.st_mode):
            raise Exists("the file that it is a link to was exchanged")
        with contextlib.suppress(FileNotFoundError):
            seen = os.stat(last, dir_fd=where, follow_symlinks=False)
            if (seen.st_dev, seen.st_ino) == (wanted.st_dev, wanted.st_ino) or self._keep:
                return
            self._ground.clear(where, last, path)
        try:
            os.link(source_last, last, src_dir_fd=source, dst_dir_fd=where, follow_symlinks=False)
        except OSError as error:
            if error.errno not in UNLINKABLE:
                raise
            self._copy(source, source_last, entry)
        self._shared.wrote(1, 0, [entry])

    def _copy(self, source: int, last: bytes, entry: int) -> None:
        """Where the disk knows no hard links."""
        handle = os.open(last, READ, dir_fd=source)
        try:
            made = self._ground.create(self._manifest.paths[entry])
            try:
                copied(handle, made, os.fstat(handle).st_size)
                self._metadata.of_handle(made, self._chosen.links[entry])
            finally:
                os.close(made)
        finally:
            os.close(handle)
        self._shared.said("A hard link became a copy, as the disk knows none.")

    def _worn(self, entry: int) -> None:
        where, last = self._ground.place(self._manifest.paths[entry], make=False)
        handle = os.open(last, READ, dir_fd=where)
        try:
            self._metadata.of_handle(handle, entry)
        finally:
            os.close(handle)

    def _folder(self, entry: int) -> None:
        self._metadata.of_handle(self._ground.folder(self._manifest.paths[entry]), entry)


class Extras:
    """Removes what the snapshot doesn't have, never through a link."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self.removed = 0

    def remove(self, paths: Iterable[bytes]) -> None:
        for path in paths:
            where, last = self._ground.place(path, make=False)
            try:
                os.unlink(last, dir_fd=where)
                self.removed += 1
            except IsADirectoryError:
                self._remove_folder(path)
            except FileNotFoundError:
                continue

    def _remove_folder(self, path: bytes) -> None:
        """Without recursion, as folders may be nested deeper than Python likes."""
        folders = [path]
        emptied: list[bytes] = []
        while folders:
            folder = folders.pop()
            emptied.append(folder)
            handle = self._ground.folder(folder, make=False)
            for name in os.listdir(handle):
                last = os.fsencode(name)
                try:
                    os.unlink(last, dir_fd=handle)
                    self.removed += 1
                except IsADirectoryError:
                    folders.append(folder + b"/" + last)
        for folder in reversed(emptied):
            where, last = self._ground.place(folder, make=False)
            os.rmdir(last, dir_fd=where)
            self.removed += 1


def _read_link(where: int, last: bytes) -> bytes | None:
    try:
        return os.readlink(last, dir_fd=where)
    except OSError:
        return None
