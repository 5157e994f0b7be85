"""Indexes: which frame lies in which pack, for many packs in one object."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from dumont.snapstore import hashing
from dumont.snapstore.blobs import Blobs, Bytes, Found
from dumont.snapstore.errors import Damaged, Missing
from dumont.snapstore.model import index_object
from dumont.snapstore.pack import ROW, PackTable, frames_of, read_table, rows
from dumont.snapstore.seal import Sealer

BEGIN = b"DINDX1\r\n"
COUNT = struct.Struct("<I")
HEAD = struct.Struct("<32sQI")
NAME = re.compile(r"[0-9a-f]{64}")
AT_ONCE = 16
TIMES = 3
"""So often the list is read again where a pruner has put another index in the place of some of it."""


class Place(NamedTuple):
    """Where a chunk lies."""

    pack: str
    offset: int
    stored: int
    raw: int
    codec: int


class Known:
    """All that indexes tell, together."""

    def __init__(self, packs: Iterable[PackTable] = ()) -> None:
        self.packs: dict[str, PackTable] = {}
        self._places: dict[bytes, Place] = {}
        for pack in packs:
            self.add(pack)

    def add(self, pack: PackTable) -> None:
        if pack.name in self.packs:
            return
        self.packs[pack.name] = pack
        for frame, offset in zip(pack.frames, pack.offsets()):
            self._places.setdefault(frame.id, Place(pack.name, offset, frame.stored, frame.raw, frame.codec))

    def __contains__(self, chunk: bytes) -> bool:
        return chunk in self._places

    def __len__(self) -> int:
        return len(self._places)

    def place(self, chunk: bytes) -> Place | None:
        return self._places.get(chunk)

    def without(self, packs: Iterable[str]) -> Known:
        gone = set(packs)
        return Known(pack for pack in self.packs.values() if pack.name not in gone)


def written(packs: Sequence[PackTable], sealer: Sealer) -> tuple[str, bytes]:
    """The object's name (64 digits) and its bytes."""
    parts = [COUNT.pack(len(packs))]
    for pack in packs:
        parts += [HEAD.pack(bytes.fromhex(pack.name), pack.size, len(pack.frames)), rows(pack.frames)]
    data = BEGIN + bytes(sealer.seal(b"".join(parts), "index"))
    return hashing.digest(data).hex(), data


def read(data: Bytes, sealer: Sealer) -> list[PackTable]:
    if bytes(data[: len(BEGIN)]) != BEGIN:
        raise Damaged("An index does not begin as one.")
    body = memoryview(sealer.unseal(memoryview(data)[len(BEGIN) :], "index"))
    try:
        (count,) = COUNT.unpack_from(body)
        packs, place = [], COUNT.size
        for _ in range(count):
            name, size, frames = HEAD.unpack_from(body, place)
            place += HEAD.size
            table = body[place : place + frames * ROW.size]
            if len(table) != frames * ROW.size:
                raise Damaged("An index ends before its last pack.")
            packs.append(PackTable(name.hex(), size, frames_of(table)))
            place += len(table)
    except struct.error as error:
        raise Damaged("An index ends before its last pack.") from error
    if place != len(body):
        raise Damaged("An index goes on behind its last pack.")
    return packs


def put_index(blobs: Blobs, sealer: Sealer, packs: Sequence[PackTable]) -> str:
    name, data = written(packs, sealer)
    blobs.put(index_object(name), [data])
    return name


def load_index(blobs: Blobs, sealer: Sealer, name: str) -> list[PackTable]:
    data = blobs.get(index_object(name))
    if hashing.digest(data).hex() != name:
        raise Damaged(f"The index {name[:12]} is not what it is named by.")
    return read(data, sealer)


class Learned(NamedTuple):
    """What the indexes of a repository tell, and what is wrong with them."""

    known: Known
    """What can be counted on; where orphans were looked for, the packs are there and as long as they must be."""
    names: list[str]
    damaged: list[str]
    """Indexes that can't be read; their packs tell of themselves."""
    orphans: list[Found]
    """Packs that no index tells of: of a writer that was killed, or that is at it right now."""
    lacking: list[PackTable]
    """Packs that an index tells of, and that are gone or of another length."""


def learn(blobs: Blobs, sealer: Sealer, *, with_orphans: bool = True) -> Learned:
    """All indexes; with orphans' own tables read too, so that nothing is sent twice."""
    known, orphans, lacking = Known(), [], []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        indexes = _indexes(blobs, sealer, pool)
        for packs in indexes.values():
            for pack in packs or ():
                known.add(pack)
        if with_orphans:
            there = {found.name.rpartition("/")[2]: found for found in blobs.list("packs/")}
            orphans = [found for name, found in there.items() if name not in known.packs]
            lacking = [
                pack for pack in known.packs.values() if pack.name not in there or there[pack.name].size != pack.size
            ]
            if lacking:
                known = known.without(pack.name for pack in lacking)
            for table in pool.map(lambda found: _table_or_none(blobs, sealer, found), orphans):
                if table:
                    known.add(table)
    damaged = [name for name, packs in indexes.items() if packs is None]
    return Learned(known, list(indexes), damaged, orphans, lacking)


def _indexes(blobs: Blobs, sealer: Sealer, pool: ThreadPoolExecutor) -> dict[str, list[PackTable] | None]:
    """By name; None for those that are damaged."""
    read: dict[str, list[PackTable] | None] = {}
    for _ in range(TIMES):
        found = [name for found in blobs.list("index/") if NAME.fullmatch(name := found.name.rpartition("/")[2])]
        names = [name for name in found if name not in read]
        gone = False
        for name, packs in zip(names, pool.map(lambda name: _read_or_not(blobs, sealer, name), names)):
            if isinstance(packs, Missing):
                gone = True
            else:
                read[name] = None if isinstance(packs, Damaged) else packs
        if not gone:
            break
    return read


def _read_or_not(blobs: Blobs, sealer: Sealer, name: str) -> list[PackTable] | Missing | Damaged:
    try:
        return load_index(blobs, sealer, name)
    except (Missing, Damaged) as error:
        return error


def _table_or_none(blobs: Blobs, sealer: Sealer, found: Found) -> PackTable | None:
    try:
        return read_table(blobs, sealer, found)
    except (Damaged, Missing):
        return None
