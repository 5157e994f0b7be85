"""Squeezes and unfolds the columns of a manifest, several at once: they are most of what a large one costs."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Callable, NamedTuple, TypeVar

from dumont.snapstore.blobs import Bytes
from dumont.snapstore.errors import Damaged, Unreadable

WORTH = 1 << 20
"""Bytes below which threads cost more than they save."""
AT_ONCE = 4
One = TypeVar("One")
Made = TypeVar("Made")


class Column(NamedTuple):
    name: str
    codec: str
    stored: int
    raw: int


def squeezed(columns: Sequence[bytes]) -> list[tuple[str, Bytes]]:
    """For each a codec, and what it makes of the bytes."""
    return _each(_squeezed, columns, sum(map(len, columns)))


def unfolded(columns: Sequence[Column], bodies: Sequence[Bytes]) -> list[bytes]:
    """Refuses, in their order, those that are not what they say."""
    return _each(_unfolded, list(zip(columns, bodies)), sum(column.raw for column in columns))


def _each(work: Callable[[One], Made], its: Sequence[One], size: int) -> list[Made]:
    if size < WORTH:
        return list(map(work, its))
    with ThreadPoolExecutor(AT_ONCE, "manifest-column") as pool:
        return list(pool.map(work, its))


def _squeezed(data: bytes) -> tuple[str, Bytes]:
    writer = zlib.compressobj(1, zlib.DEFLATED, -15)
    packed = writer.compress(data) + writer.flush()
    return ("deflate", packed) if len(packed) < len(data) else ("raw", data)


def _unfolded(told: tuple[Column, Bytes]) -> bytes:
    column, body = told
    if column.codec == "raw":
        data = bytes(body)
    elif column.codec == "deflate":
        data = _inflated(column, body)
    else:
        raise Unreadable(f"The column {column.name} is written in a way that this program doesn't know.")
    if len(data) != column.raw:
        raise Damaged(f"The column {column.name} is not as long as the header says.")
    return data


def _inflated(column: Column, body: Bytes) -> bytes:
    try:
        return zlib.decompressobj(-15).decompress(body, column.raw + 1)
    except zlib.error as error:
        raise Damaged(f"The column {column.name} can't be unfolded.") from error
