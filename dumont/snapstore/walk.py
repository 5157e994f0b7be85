"""Looks at a tree in plain Python: the same columns that the compiled library makes."""

from __future__ import annotations

import errno
import os
import stat
from array import array
from collections.abc import Iterator

from dumont.snapstore.ignore import Judge, in_folder
from dumont.snapstore.model import Kind
from dumont.snapstore.native.tree import Scanned
from dumont.snapstore.track import Track

OTHER = 255
NOT_KNOWN = 2
TYPES = "IIIqqQQQQQ"


class _Rows:
    """Columns in the making."""

    def __init__(self) -> None:
        self.paths: list[bytes] = []
        self.kinds = bytearray()
        self.numbers = [array(code) for code in TYPES]
        self.errors = array("I")
        self.targets: list[bytes] = []

    def add(self, path: bytes, seen: os.stat_result) -> int:
        kind = _kind(seen.st_mode)
        told = (stat.S_IMODE(seen.st_mode), seen.st_uid, seen.st_gid, seen.st_mtime_ns, seen.st_ctime_ns)
        size = seen.st_size if kind == Kind.FILE else 0
        for column, number in zip(
            self.numbers, (*told, seen.st_ino, seen.st_dev, seen.st_nlink, size, getattr(seen, "st_blocks", size))
        ):
            column.append(number)
        self.paths.append(path)
        self.kinds.append(kind)
        self.errors.append(0)
        return kind

    def made(self) -> Scanned:
        xattrs = bytes([NOT_KNOWN]) * len(self.paths)
        mode, uid, gid, mtime, ctime, inode, device, links, size, blocks = self.numbers
        times = (mtime, ctime, inode, device, links, size, blocks)
        return Scanned(self.paths, bytes(self.kinds), mode, uid, gid, *times, xattrs, self.errors, self.targets)


def walked(root: bytes, track: Track, judge: Judge) -> tuple[Scanned, int]:
    """With how many were ignored. Without recursion, as trees may be deeper than Python likes."""
    rows, ignored = _Rows(), 0
    rows.add(b"", os.stat(root))
    deeper = [_children(rows, root, b"")]
    while deeper:
        found = next(deeper[-1], None)
        if found is None:
            deeper.pop()
            continue
        path, seen = found
        if judge.ignores(path, stat.S_ISDIR(seen.st_mode)):
            ignored += 1
        elif _add(rows, root, path, seen) == Kind.FOLDER:
            track.check()
            judge.enter(in_folder(root, path))
            deeper.append(_children(rows, root, path))
    return rows.made(), ignored


def _add(rows: _Rows, root: bytes, path: bytes, seen: os.stat_result) -> int:
    if not stat.S_ISLNK(seen.st_mode):
        return rows.add(path, seen)
    try:
        target = os.readlink(os.path.join(root, path))
    except OSError:  # it went away meanwhile, or is something else by now
        return OTHER
    rows.targets.append(target)
    return rows.add(path, seen)


def _children(rows: _Rows, root: bytes, path: bytes) -> Iterator[tuple[bytes, os.stat_result]]:
    """Begins when the folder itself is the last row."""
    prefix, row = path + b"/" if path else b"", len(rows.paths) - 1
    try:
        with os.scandir(os.path.join(root, path)) as found:
            children = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        rows.errors[row] = error.errno or errno.EIO
        return
    for entry in children:
        try:
            yield prefix + entry.name, entry.stat(follow_symlinks=False)
        except FileNotFoundError:  # it went away meanwhile
            continue
        except OSError as error:
            rows.errors[row] = error.errno or errno.EIO


def _kind(mode: int) -> int:
    kinds = {stat.S_IFREG: Kind.FILE, stat.S_IFDIR: Kind.FOLDER, stat.S_IFLNK: Kind.SYMLINK}
    return kinds.get(stat.S_IFMT(mode), OTHER)
