"""Finds in one call which entries of a tree are as they were, or as they must be, in a snapshot."""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Sequence
from typing import NamedTuple, Union

from dumont.snapstore.native.memory import Lent, joined

Buffer = Union[bytes, bytearray]


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


NOTHING, WHOLE, FOLDER, OTHER = range(4)
"""What `judged` says: nothing stands there, the very file, a folder as it must be one; or look more closely."""


class State(NamedTuple):
    """Columns of what is wanted, or of what stands there."""

    kind: Buffer
    size: array[int]
    mtime: array[int]
    mode: array[int]
    uid: array[int]
    gid: array[int]


def aligned(library: ctypes.CDLL, now: Sequence[bytes], before: Sequence[bytes]) -> array[int]:
    """For each path, in the order of manifests, its number among the others; or -1."""
    found, here, there = array("i", bytes(4 * len(now))), joined(now), joined(before)
    library.dumont_align(here, len(here), len(now), there, len(there), len(before), found.buffer_info()[0])
    return found


def judged(
    library: ctypes.CDLL, wanted: State, seen: State, entries: array[int], at: array[int], *, owners: bool
) -> bytearray:
    """Of each of these entries (`I`) of what is wanted, by the row that it has in what is seen (`i`; -1: none)."""
    rows, most = len(seen.kind), len(wanted.kind)
    if (entries.typecode, at.typecode, len(at)) != ("I", "i", len(entries)):
        raise ValueError("columns of entries and of their rows were wanted")
    if max(entries, default=0) >= max(1, most) or max(at, default=-1) >= rows or min(at, default=-1) < -1:
        raise ValueError("a row behind the last")
    verdict = bytearray(len(entries))
    lent, ours, its = Lent(verdict, writable=True), _state(wanted), _state(seen)
    places = entries.buffer_info()[0], at.buffer_info()[0]
    library.dumont_judge(ours.address, its.address, len(entries), *places, int(owners), lent.address)
    return verdict


class _Addresses:
    def __init__(self, lent: Sequence[Lent]) -> None:
        self._lent = lent
        self._addresses = (ctypes.c_void_p * len(lent))(*(one.address for one in lent))
        self.address = ctypes.addressof(self._addresses)


def _state(of: State) -> _Addresses:
    for column, kind in zip(of[1:], "QqIII"):
        if (getattr(column, "typecode", ""), len(column)) != (kind, len(of.kind)):
            raise ValueError(f"a column of {len(of.kind)} {kind} was wanted")
    return _Addresses([Lent(column) for column in of])


class _Lent:
    def __init__(self, rows: Rows) -> None:
        paths, count = joined(rows.paths), len(rows.paths)
        for column, kind in zip(rows[2:], "QqqQ"):
            if (getattr(column, "typecode", ""), len(column)) != (kind, count):
                raise ValueError(f"a column of {count} {kind} was wanted")
        if len(rows.kind) != count:
            raise ValueError("columns of different lengths")
        self._lent = [Lent(column) for column in (paths, *rows[1:])]
        addresses = (ctypes.c_void_p * len(self._lent))(*(one.address for one in self._lent))
        self.told = (addresses, len(paths), count)
