"""The target as handles of folders: no path is ever walked through a symbolic link below it, whoever puts one there."""

from __future__ import annotations

import errno
import os
import stat
from collections import OrderedDict
from threading import Lock, local

from dumont.snapstore.errors import BadRequest, Exists

OPEN_FOLDERS = 48
"""Handles that each thread keeps."""
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
SEARCHABLE = 0o700
UNREADABLE = getattr(os, "O_PATH", 0)
"""Opens also what its mode forbids to read, where the system can."""


class Ground:
    """Each thread has handles of its own, so that none is closed below another's hands."""

    def __init__(self, target: str, *, replace: bool = True) -> None:
        self._replace = replace
        self._made = not os.path.lexists(target)
        try:
            os.makedirs(target, 0o700, exist_ok=True)
            # The target itself may be a link: it is the user's own word.
            self.root = os.open(target, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise BadRequest(
                f"Can't restore to {target}: {error.strerror}.", "Name a folder that can be made."
            ) from error
        self._user = os.geteuid()
        """0 is kept out by no mode."""
        self._local = local()
        self._lock = Lock()
        self._all: list[OrderedDict[bytes, int]] = []

    def is_bare(self) -> bool:
        """Whether nothing lies there."""
        if self._made:
            return True
        with os.scandir(self.root) as entries:
            return next(entries, None) is None

    def folder(self, path: bytes, *, make: bool = True) -> int:
        """A handle that is good until this thread has asked for dozens of others."""
        if not path:
            return self.root
        known = self._known()
        handle = known.get(path)
        if handle is not None:
            known.move_to_end(path)
            return handle
        handle, rest = self._nearest(known, path)
        for end in rest:
            handle = self._enter(handle, path[:end].rpartition(b"/")[2], make)
            known[path[:end]] = handle
            while len(known) > OPEN_FOLDERS:
                os.close(known.popitem(last=False)[1])
        return handle

    def place(self, path: bytes, *, make: bool = True) -> tuple[int, bytes]:
        """The folder's handle and the last part of the path."""
        above, _slash, last = path.rpartition(b"/")
        return self.folder(above, make=make), last

    def create(self, path: bytes) -> int:
        """A new file that nobody else has open; what stands in its place is removed, and never written to."""
        where, last = self.place(path)
        try:
            return os.open(last, NEW, 0o600, dir_fd=where)
        except FileExistsError:
            self.clear(where, last, path)
            return os.open(last, NEW, 0o600, dir_fd=where)

    def clear(self, where: int, last: bytes, path: bytes) -> None:
        """Removes what is in the way, unless it is a folder with something in it."""
        if not self._clear_no_folder(where, last, path):
            _clear_folder(where, last, path)

    def close(self) -> None:
        """When no thread uses it any more."""
        with self._lock:
            for known in self._all:
                while known:
                    os.close(known.popitem()[1])
            if self.root >= 0:
                os.close(self.root)
                self.root = -1

    def _known(self) -> OrderedDict[bytes, int]:
        known: OrderedDict[bytes, int] | None = getattr(self._local, "known", None)
        if known is None:
            known = self._local.known = OrderedDict()
            with self._lock:
                self._all.append(known)
        return known

    def _nearest(self, known: OrderedDict[bytes, int], path: bytes) -> tuple[int, list[int]]:
        """The deepest folder on the way that is open already, and where the parts below it end."""
        ends, end = [len(path)], len(path)
        while True:
            end = path.rfind(b"/", 0, end)
            if end < 0:
                return self.root, ends[::-1]
            if path[:end] in known:
                known.move_to_end(path[:end])
                return known[path[:end]], ends[::-1]
            ends.append(end)

    def _enter(self, where: int, name: bytes, make: bool) -> int:
        for _attempt in range(8):
            try:
                return self._writable(os.open(name, FOLDER, dir_fd=where))
            except FileNotFoundError:
                if not make:
                    raise
            except PermissionError:
                if not _made_searchable(where, name):
                    raise
                continue
            except OSError as error:
                if not make or error.errno not in (errno.ENOTDIR, errno.ELOOP):
                    raise
                if not self._clear_no_folder(where, name, name):
                    continue
            try:
                os.mkdir(name, 0o700, dir_fd=where)
            except FileExistsError:
                continue
        raise Exists(f"{os.fsdecode(name)} changes while we write to it.")

    def _clear_no_folder(self, where: int, last: bytes, path: bytes) -> bool:
        """False where a folder stands there, which another thread may just have made, to write into it."""
        if not self._replace:
            raise Exists(f"{os.fsdecode(path)} is in the way.")
        try:
            os.unlink(last, dir_fd=where)
        except FileNotFoundError:
            return True
        except OSError as error:
            if error.errno not in (errno.EISDIR, errno.EPERM):
                raise
            return False
        return True

    def _writable(self, handle: int) -> int:
        """A folder of ours whose mode forbids us to write gets its own mode back at the end."""
        if self._user:
            known = os.fstat(handle)
            if known.st_uid == self._user and known.st_mode & SEARCHABLE != SEARCHABLE:
                os.fchmod(handle, stat.S_IMODE(known.st_mode) | SEARCHABLE)
        return handle


def _clear_folder(where: int, last: bytes, path: bytes) -> None:
    try:
        os.rmdir(last, dir_fd=where)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
            raise Exists(
                f"A folder with something in it is in the place of {os.fsdecode(path)}.", "Move it away."
            ) from error
        raise


def _made_searchable(where: int, name: bytes) -> bool:
    """Of a folder of ours that its mode keeps even us out of; its own mode comes back at the end."""
    try:
        handle = os.open(name, UNREADABLE | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=where)
    except OSError:
        return False
    try:
        mode = stat.S_IMODE(os.fstat(handle).st_mode)
        if mode & SEARCHABLE == SEARCHABLE:
            return False
        os.chmod(f"/proc/self/fd/{handle}", mode | SEARCHABLE)
        return True
    except OSError:
        return False
    finally:
        os.close(handle)
