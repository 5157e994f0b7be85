"""Pack objects: frames end to end, and the table that tells of them behind."""

from __future__ import annotations

import os
import struct
from collections.abc import Collection, Sequence
from typing import Callable, NamedTuple

from dumont.snapstore import codec, hashing
from dumont.snapstore.blobs import Blobs, Bytes, Found
from dumont.snapstore.errors import Damaged, Hostile
from dumont.snapstore.model import MAX_CHUNK, Frame, pack_object
from dumont.snapstore.seal import Sealer

BEGIN, END = b"DPACK1\r\n", b"DPEND1\r\n"
FIRST = len(BEGIN)
ROW = struct.Struct("<32sIIB")
FOOT = struct.Struct("<I8s")
NOBODYS = 16
"""Bytes of chance that no file has: a frame of them gives a pack another name."""
GUESS = 64 << 10
"""The end of a pack that is asked for first: it mostly holds the whole table."""


class PackTable(NamedTuple):
    """What one pack holds."""

    name: str
    size: int
    frames: Sequence[Frame]

    def offsets(self) -> list[int]:
        found, place = [], FIRST
        for frame in self.frames:
            found.append(place)
            place += frame.stored
        return found


class PackBuilder:
    """Frames as they come, end to end in memory that is lent, or as they are."""

    def __init__(self, sealer: Sealer, room: memoryview | None = None) -> None:
        self._sealer = sealer
        self._room = memoryview(b"") if room is None else room
        self._filled = 0
        self._parts: list[Bytes] = []
        self._frames: list[Frame] = []
        self.size = 0
        self._keep(BEGIN)

    def __len__(self) -> int:
        return len(self._frames)

    def add(self, frame: Frame, payload: Bytes) -> int:
        """`payload` is sealed already; without memory that is lent it must not change any more. Returns where it
        lies."""
        place = self.size
        self._keep(payload)
        self._frames.append(frame)
        return place

    def finish(self, avoid: Collection[str] = ()) -> tuple[PackTable, list[Bytes]]:
        """Under a name that is none of those to `avoid`: a doomed pack must not be needed again."""
        table = self._sealer.seal(rows(self._frames), "table")
        if hashing.digest(table).hex() in avoid:
            nobodys = os.urandom(NOBODYS)
            payload = self._sealer.seal(nobodys, "frame")
            self.add(Frame(self._sealer.id_of(nobodys), len(payload), NOBODYS, codec.RAW), payload)
            return self.finish(avoid)
        parts = [self._room[: self._filled], *self._parts, table, FOOT.pack(len(table), END)]
        size = self.size + len(table) + FOOT.size
        return PackTable(hashing.digest(table).hex(), size, self._frames), parts

    def _keep(self, data: Bytes) -> None:
        self.size += len(data)
        end = self._filled + len(data)
        if self._parts or end > len(self._room):
            self._parts.append(bytes(data) if len(self._room) else data)
            return
        self._room[self._filled : end] = data
        self._filled = end


def rows(frames: Sequence[Frame]) -> bytes:
    return b"".join([ROW.pack(*frame) for frame in frames])


def frames_of(data: Bytes) -> list[Frame]:
    """Raises `Damaged` for what no writer writes."""
    if len(data) % ROW.size:
        raise Damaged("A table of frames ends in the middle of a row.")
    frames = [Frame(*row) for row in ROW.iter_unpack(data)]
    if any(frame.raw > MAX_CHUNK or not frame.raw for frame in frames):
        raise Hostile("A table of frames names a chunk that is larger than chunks may be.")
    return frames


def read_table(blobs: Blobs, sealer: Sealer, found: Found) -> PackTable:
    """From the pack itself: for those that no index tells of."""
    sealed = sealed_table(found, lambda start, length: blobs.get(found.name, start, length))
    return unsealed_table(found, sealed, sealer)


def sealed_table(found: Found, read: Callable[[int, int], Bytes]) -> Bytes:
    """As the pack's name vouches for it, which takes no key; `read` is given a place and a length."""
    name = found.name.rpartition("/")[2]
    if found.size < FIRST + FOOT.size:
        raise Damaged(f"The pack {name[:12]} is too short to be one.")
    tail = memoryview(read(max(0, found.size - GUESS), min(GUESS, found.size)))
    length, end = FOOT.unpack(tail[-FOOT.size :])
    if end != END or length > found.size - FIRST - FOOT.size:
        raise Damaged(f"The pack {name[:12]} has no end.")
    begin = len(tail) - FOOT.size - length
    table = tail[begin : begin + length] if begin >= 0 else read(found.size - FOOT.size - length, length)
    if hashing.digest(table).hex() != name:
        raise Damaged(f"The table of the pack {name[:12]} is not the one that it is named by.")
    return table


def unsealed_table(found: Found, sealed: Bytes, sealer: Sealer) -> PackTable:
    name = found.name.rpartition("/")[2]
    frames = frames_of(sealer.unseal(sealed, "table"))
    if sum(frame.stored for frame in frames) + FIRST + len(sealed) + FOOT.size != found.size:
        raise Damaged(f"The pack {name[:12]} is not as long as its table says.")
    return PackTable(name, found.size, frames)


def put_pack(blobs: Blobs, table: PackTable, parts: Sequence[Bytes]) -> None:
    blobs.put(pack_object(table.name), parts)
