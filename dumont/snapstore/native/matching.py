"""Finds in one call which entries of a tree are as they were in a snapshot."""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Sequence
from typing import NamedTuple

from dumont.snapstore.native.memory import Lent


class Rows(NamedTuple):
    """Columns of a tree, in the order of a manifest."""

    paths: Sequence[bytes]
    kind: bytearray
    size: array[int]
    mtime: array[int]
    ctime: array[int]
    inode: array[int]


def matched(library: ctypes.CDLL, now: Rows, before: Rows) -> array[int]:
    """For each file or folder the one of before with the same path, size, times and inode; or -1."""
    found = array("i", bytes(4 * len(now.paths)))
    here, there = _Lent(now), _Lent(before)
    library.dumont_match(*here.told, *there.told, found.buffer_info()[0])
    return found


class _Lent:
    def __init__(self, rows: Rows) -> None:
        joined, count = b"\0".join([*rows.paths, b""]), len(rows.paths)
        for column, kind in zip(rows[2:], "QqqQ"):
            if (getattr(column, "typecode", ""), len(column)) != (kind, count):
                raise ValueError(f"a column of {count} {kind} was wanted")
        if len(rows.kind) != count or joined.count(b"\0") != count:
            raise ValueError("columns of different lengths")
        self._lent = [Lent(column) for column in (joined, *rows[1:])]
        addresses = (ctypes.c_void_p * len(self._lent))(*(one.address for one in self._lent))
        self.told = (addresses, len(joined), count)
