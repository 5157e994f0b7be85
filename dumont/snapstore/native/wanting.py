"""Which pieces a restore waits for, for all files at once."""

from __future__ import annotations

import ctypes
from array import array
from typing import NamedTuple

END = 0xFFFFFFFF


class Content(NamedTuple):
    """Of all files of a snapshot."""

    starts: array[int]
    """Where the pieces of each begin, and the end behind the last."""
    chunks: array[int]
    lengths: array[int]


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


def want(library: ctypes.CDLL, files: array[int], content: Content, into: Lists) -> None:
    """Puts the pieces of these files (`I`) into the lists. Chunks are there, as manifests are judged before."""
    entries, pieces = len(into.left), len(content.chunks)
    columns = (files, *content, *into)
    counts = (len(files), entries + 1, pieces, pieces, len(into.head), pieces, pieces, pieces, entries)
    for column, kind, count in zip(columns, "IQIQIIIQQ", counts):
        if (column.typecode, len(column)) != (kind, count):
            raise ValueError(f"a column of {count} {kind} was wanted")
    if max(files, default=0) >= max(1, entries) or content.starts[-1] > pieces:
        raise ValueError("a file or a piece behind the last")
    library.dumont_want(files.buffer_info()[0], len(files), *(column.buffer_info()[0] for column in columns[1:]))
