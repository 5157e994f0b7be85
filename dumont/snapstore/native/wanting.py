"""Which pieces a restore waits for, for all files at once."""

from __future__ import annotations

import ctypes
from array import array
from typing import NamedTuple

from dumont.snapstore.native.memory import address_of
from dumont.snapstore.native.sound import Pieces

END = 0xFFFFFFFF


class Lists(NamedTuple):
    """For each chunk the pieces that are made of it; and what each file waits for."""

    head: array[int]
    """The first piece of each chunk."""
    following: array[int]
    """The next one of its chunk, behind each piece."""
    entry: array[int]
    """Whose each piece is."""
    at: array[int]
    """Where in it."""
    left: array[int]
    """Bytes that each entry still waits for."""


def no_lists(chunks: int, pieces: int, entries: int) -> Lists:
    """Of a snapshot of which nothing is wanted yet."""
    return Lists(
        head=array("I", [END]) * chunks,
        following=array("I", [END]) * pieces,
        entry=array("I", [0]) * pieces,
        at=array("Q", [0]) * pieces,
        left=array("Q", [0]) * entries,
    )


def want(library: ctypes.CDLL, files: array[int], starts: array[int], pieces: Pieces, into: Lists) -> None:
    """Puts the pieces of these files (`I`) into the lists. Chunks are there, as manifests are judged before."""
    entries, count = len(into.left), len(pieces.chunk)
    columns = (starts, pieces.chunk, pieces.length, *into)
    counts = (entries + 1, count, count, len(into.head), count, count, count, entries)
    addresses = [address_of(column, kind, size) for column, kind, size in zip(columns, "QIQIIIQQ", counts)]
    which = address_of(files, "I", len(files))
    if max(files, default=0) >= max(1, entries) or starts[-1] > count:
        raise ValueError("a file or a piece behind the last")
    library.dumont_want(which, len(files), *addresses)
