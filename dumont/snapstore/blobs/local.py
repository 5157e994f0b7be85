"""A repository in a folder: objects are files, written whole or not at all."""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import unquote

from dumont.snapstore.blobs import Bytes, Found
from dumont.snapstore.blobs.names import checked, checked_prefix, too_short
from dumont.snapstore.errors import BadRequest, Missing, NoRoom, SnapError, StoreAway, StoreRefused

HALF = ".half-"
"""How files begin that are being written; who writes one holds a lock on it, which ends with its process."""
TRIES = 5
AT_ONCE = 1024
"""Buffers in one call of the system (IOV_MAX)."""
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
ABSENT_TO_WRITERS = (errno.ENOENT,)
ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.EISDIR)
REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.ELOOP)


class LocalBlobs:
    """Any number of threads and processes at once, on one folder."""

    def __init__(self, address: str) -> None:
        self._root = folder_of(address)
        self._swept: set[str] = set()

    @property
    def address(self) -> str:
        return f"file://{self._root}"

    @property
    def folder(self) -> str:
        """For readers that can do better with files than with bytes."""
        return self._root

    def get(self, name: str, start: int = 0, length: int | None = None) -> bytes:
        with self._opened(name) as source:
            size = os.fstat(source).st_size
            if start > size:
                raise too_short(name)
            buffer = bytearray(size - start if length is None else length)
            _fill(source, memoryview(buffer), start, name)
        return bytes(buffer)

    def read_into(self, name: str, start: int, buffer: memoryview) -> None:
        with self._opened(name) as source:
            _fill(source, buffer, start, name)

    def put(self, name: str, parts: Sequence[Bytes]) -> None:
        path = self._path(name)
        with _in_our_words(name, writing=True):
            if any(self._written(path, parts) for _attempt in range(TRIES)):
                return
        raise StoreAway(f"{name} can't be written to {self.address}: its folder vanishes again and again.")

    def find(self, name: str) -> Found | None:
        try:
            with _in_our_words(name):
                known = os.stat(self._path(name))
        except Missing:
            return None
        return Found(name, known.st_size, known.st_mtime) if stat.S_ISREG(known.st_mode) else None

    def list(self, prefix: str) -> Iterator[Found]:
        above = checked_prefix(prefix).rpartition("/")[0]
        with _in_our_words(prefix or "the repository"):
            for found in self._below(above):
                if found.name.startswith(prefix):
                    yield found

    def delete(self, name: str) -> None:
        try:
            with _in_our_words(name):
                os.unlink(self._path(name))
        except Missing:
            pass

    def close(self) -> None:
        """Nothing is held open."""

    def _path(self, name: str) -> str:
        return os.path.join(self._root, checked(name))

    @contextmanager
    def _opened(self, name: str) -> Iterator[int]:
        with _in_our_words(name):
            source = os.open(self._path(name), os.O_RDONLY | os.O_CLOEXEC)
            try:
                if not stat.S_ISREG(os.fstat(source).st_mode):
                    raise Missing(f"{name} is not there.")
                yield source
            finally:
                os.close(source)

    def _written(self, path: str, parts: Sequence[Bytes]) -> bool:
        try:
            self._write(path, parts)
        except FileNotFoundError:  # no folder yet, or somebody took our half for a dead writer's
            self._make(os.path.dirname(path))
            return False
        return True

    def _write(self, path: str, parts: Sequence[Bytes]) -> None:
        folder, _slash, last = path.rpartition("/")
        where = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            self._sweep(folder, where)
            half = HALF + secrets.token_hex(8)
            target = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=where)
            try:
                _write_whole(target, parts)
                os.rename(half, last, src_dir_fd=where, dst_dir_fd=where)
            except BaseException:
                _unlink(half, where)
                raise
            finally:
                os.close(target)
            os.fsync(where)
        finally:
            os.close(where)

    def _sweep(self, folder: str, where: int) -> None:
        """Once for each folder: removes what writers left that are dead."""
        if folder in self._swept:
            return
        self._swept.add(folder)
        for name in os.listdir(where):
            if name.startswith(HALF):
                _remove_dead(name, where)

    def _make(self, folder: str) -> None:
        if not os.path.isdir(folder):
            above = os.path.dirname(folder)
            self._make(above)
            try:
                os.mkdir(folder, 0o700)
            except FileExistsError:
                return
            _sync_folder(above)

    def _below(self, above: str) -> Iterator[Found]:
        try:
            entries = sorted(os.scandir(os.path.join(self._root, above)), key=lambda entry: entry.name)
        except FileNotFoundError:
            return
        for entry in entries:
            name = f"{above}/{entry.name}" if above else entry.name
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from self._below(name)
            elif entry.is_file():
                try:
                    known = entry.stat()
                except FileNotFoundError:  # deleted meanwhile
                    continue
                yield Found(name, known.st_size, known.st_mtime)


def folder_of(address: str) -> str:
    """The folder of `file:///folder` or of a bare path."""
    path = address
    if address.startswith("file://"):
        host, slash, rest = address[len("file://") :].partition("/")
        if host not in ("", "localhost") or not slash:
            raise BadRequest(f"{address} names no folder.", "Write file:///folder, with three strokes.")
        path = "/" + unquote(rest)
    if not path or "\0" in path:
        raise BadRequest("A repository's folder must have a name.")
    return os.path.abspath(os.path.expanduser(path))


def _fill(source: int, buffer: memoryview, start: int, name: str) -> None:
    view = buffer.cast("B") if buffer.format != "B" or buffer.ndim != 1 else buffer
    done = 0
    while done < len(view):
        count = os.preadv(source, [view[done:]], start + done)
        if not count:
            raise too_short(name)
        done += count


def _write_whole(target: int, parts: Sequence[Bytes]) -> None:
    fcntl.flock(target, fcntl.LOCK_EX)
    views = [memoryview(part).cast("B") for part in parts if len(part)]
    for first in range(0, len(views), AT_ONCE):
        _write_all(target, views[first : first + AT_ONCE])
    os.fsync(target)


def _write_all(target: int, views: Sequence[memoryview]) -> None:
    left = list(views)
    while left:
        count = os.writev(target, left)
        while left and count >= len(left[0]):
            count -= len(left.pop(0))
        if count:
            left[0] = left[0][count:]


def _remove_dead(name: str, where: int) -> None:
    try:
        half = os.open(name, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW, dir_fd=where)
    except OSError:
        return
    try:
        fcntl.flock(half, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _unlink(name, where)
    except OSError:  # its writer lives
        return
    finally:
        os.close(half)


def _unlink(name: str, where: int) -> None:
    try:
        os.unlink(name, dir_fd=where)
    except OSError:
        return


def _sync_folder(folder: str) -> None:
    where = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(where)
    finally:
        os.close(where)


@contextmanager
def _in_our_words(name: str, *, writing: bool = False) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _kind(error, name, writing=writing) from error


def _kind(error: OSError, name: str, *, writing: bool) -> SnapError:
    why = error.strerror or "the system refused it"
    if error.errno in (ABSENT_TO_WRITERS if writing else ABSENT):
        return Missing(f"{name} is not there.")
    if error.errno in FULL:
        return NoRoom(f"The disk of the repository is full: {name} was not written.", "Make room, then run it again.")
    if error.errno in REFUSED:
        return StoreRefused(f"{name}: {why}.", "Check who owns the repository's folder and what its disk allows.")
    return StoreAway(f"{name}: {why}.", "Check the repository's disk.")
