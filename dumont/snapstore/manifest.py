"""Manifests as objects: a header that can be read alone, and columns."""

from __future__ import annotations

import json
import struct
import sys
from array import array
from typing import Any

from dumont.snapstore.blobs import Bytes
from dumont.snapstore.columns import Column, squeezed, unfolded
from dumont.snapstore.config import FORMAT, json_object, refuse_newer
from dumont.snapstore.errors import Damaged, Hostile, Unreadable
from dumont.snapstore.model import Header, Manifest
from dumont.snapstore.seal import Sealer
from dumont.snapstore.soundness import refuse_unsound

BEGIN = b"DSNAP1\r\n"
LENGTH = struct.Struct("<I")
HEADER_AT = len(BEGIN) + LENGTH.size
MOST_HEADER = 1 << 20
ROOM, ROOM_TIMES = 64 << 20, 64
"""Columns may unfold to this much, and to so many times the object: far more than honest ones do."""

NUMBERS = {
    "mode": "I",
    "uid": "I",
    "gid": "I",
    "mtime": "q",
    "ctime": "q",
    "inode": "Q",
    "size": "Q",
    "pieces": "I",
    "piece_chunk": "I",
    "piece_offset": "I",
    "piece_length": "Q",
    "chunk_pack": "I",
    "chunk_offset": "I",
    "chunk_stored": "I",
    "chunk_raw": "I",
    "pack_size": "Q",
}
FIELDS = {"pack_size": "pack_sizes"}
"""Where a column is called otherwise in memory."""


def written(manifest: Manifest, sealer: Sealer) -> list[Bytes]:
    """The object's parts."""
    columns, bodies = [], []
    told = [(name, data) for name, data in _columns(manifest) if data]
    for (name, data), (codec, body) in zip(told, squeezed([data for _name, data in told])):
        sealed = sealer.seal(body, "column")
        columns.append(Column(name, codec, len(sealed), len(data)))
        bodies.append(sealed)
    header = sealer.seal(_header(manifest.header, columns), "header")
    return [BEGIN, LENGTH.pack(len(header)), header, *bodies]


def header_length(begin: Bytes) -> int:
    """Of the first 12 bytes."""
    if bytes(begin[: len(BEGIN)]) != BEGIN or len(begin) < HEADER_AT:
        raise Damaged("A manifest does not begin as one.")
    (length,) = LENGTH.unpack_from(begin, len(BEGIN))
    if length > MOST_HEADER:
        raise Hostile("A manifest's header is longer than headers may be.")
    return int(length)


def read_header(sealed: Bytes, sealer: Sealer) -> tuple[Header, list[Column]]:
    said = json_object(bytes(sealer.unseal(sealed, "header")), "manifest's header")
    refuse_newer(said, "snapshot")
    try:
        columns = [Column(str(name), str(codec), int(stored), int(raw)) for name, codec, stored, raw in said["columns"]]
        header = Header(
            time=str(said["time"]),
            label=str(said.get("label", "")),
            host=str(said.get("host", "")),
            root=str(said.get("root", "")),
            tags=tuple(str(tag) for tag in said.get("tags", ())),
            parent=said.get("parent"),
            stats=dict(said.get("stats") or {}),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable("A manifest's header lacks what version 1 has.") from error
    if any(column.stored < 0 or column.raw < 0 for column in columns):
        raise Hostile("A manifest's column has less than no bytes.")
    return header, columns


def read(data: Bytes, sealer: Sealer) -> Manifest:
    """Refuses what an honest writer does not write, before anybody acts on it."""
    view = memoryview(data)
    end = HEADER_AT + header_length(view[:HEADER_AT])
    header, columns = read_header(view[HEADER_AT:end], sealer)
    if sum(column.raw for column in columns) > ROOM + ROOM_TIMES * len(view):
        raise Hostile("A manifest unfolds to far more than it can honestly hold.")
    bodies: list[Bytes] = []
    for column in columns:
        body = view[end : end + column.stored]
        end += column.stored
        if len(body) != column.stored:
            raise Damaged("A manifest ends before its last column.")
        bodies.append(sealer.unseal(body, "column"))
    manifest = _filled(header, dict(zip([column.name for column in columns], unfolded(columns, bodies))))
    refuse_unsound(manifest)
    return manifest


def _header(header: Header, columns: list[Column]) -> bytes:
    said = {
        "format": FORMAT,
        "needs": list(header.needs),
        "time": header.time,
        "label": header.label,
        "host": header.host,
        "root": header.root,
        "tags": list(header.tags),
        "parent": header.parent,
        "stats": header.stats,
        "columns": columns,
    }
    return json.dumps(said).encode()


def _columns(manifest: Manifest) -> list[tuple[str, bytes]]:
    attributes = [(entry, name, value) for entry in sorted(manifest.xattrs) for name, value in manifest.xattrs[entry]]
    numbers = [(name, _packed(getattr(manifest, FIELDS.get(name, name)))) for name in NUMBERS]
    return [
        ("path", _joined(manifest.paths)),
        ("kind", bytes(manifest.kind)),
        *numbers,
        ("link", _joined([manifest.links[entry] for entry in sorted(manifest.links)])),
        ("same", _packed(array("I", [manifest.same[entry] for entry in sorted(manifest.same)]))),
        ("xattr_entry", _packed(array("I", [entry for entry, _name, _value in attributes]))),
        ("xattr_name", _joined([name for _entry, name, _value in attributes])),
        ("xattr_length", _packed(array("I", [len(value) for _entry, _name, value in attributes]))),
        ("xattr_value", b"".join([value for _entry, _name, value in attributes])),
        ("chunk_id", bytes(manifest.chunk_ids)),
        ("chunk_codec", bytes(manifest.chunk_codec)),
        ("pack_name", b"".join(manifest.pack_names)),
    ]


def _filled(header: Header, found: dict[str, bytes]) -> Manifest:
    manifest = Manifest(header)
    for name, code in NUMBERS.items():
        setattr(manifest, FIELDS.get(name, name), _unpacked(code, found.get(name, b"")))
    manifest.paths = _parted(found.get("path", b""))
    manifest.kind = bytearray(found.get("kind", b""))
    manifest.chunk_ids = bytearray(found.get("chunk_id", b""))
    manifest.chunk_codec = bytearray(found.get("chunk_codec", b""))
    names = found.get("pack_name", b"")
    manifest.pack_names = [names[at : at + 32] for at in range(0, len(names), 32)]
    manifest.links = _numbered(manifest, 2, _parted(found.get("link", b"")))
    manifest.same = _numbered(manifest, 3, _unpacked("I", found.get("same", b"")))
    _fill_attributes(manifest, found)
    return manifest


def _numbered(manifest: Manifest, kind: int, values: Any) -> dict[int, Any]:
    if manifest.kind.count(kind) != len(values):
        raise Hostile("A manifest's columns of links disagree about how many there are.")
    if not values:
        return {}
    return dict(zip([entry for entry, its in enumerate(manifest.kind) if its == kind], values))


def _fill_attributes(manifest: Manifest, found: dict[str, bytes]) -> None:
    entries, lengths = (_unpacked("I", found.get(name, b"")) for name in ("xattr_entry", "xattr_length"))
    names, values = _parted(found.get("xattr_name", b"")), found.get("xattr_value", b"")
    if not len(entries) == len(lengths) == len(names) or sum(lengths) != len(values):
        raise Hostile("A manifest's columns of attributes disagree.")
    place = 0
    for entry, name, length in zip(entries, names, lengths):
        manifest.xattrs.setdefault(entry, []).append((name, values[place : place + length]))
        place += length


def _joined(words: list[bytes]) -> bytes:
    return b"\0".join([*words, b""])


def _parted(data: bytes) -> list[bytes]:
    if not data:
        return []
    if data[-1]:
        raise Hostile("A column of words does not end with the last one's end.")
    return data[:-1].split(b"\0")


def _packed(numbers: array[int]) -> bytes:
    return _turned(numbers).tobytes()


def _unpacked(code: str, data: bytes) -> array[int]:
    numbers = array(code)
    try:
        numbers.frombytes(data)
    except ValueError as error:
        raise Hostile("A column of numbers ends in the middle of one.") from error
    return _turned(numbers)


def _turned(numbers: array[int]) -> array[int]:
    """Little-endian on whatever machine."""
    if sys.byteorder == "little":
        return numbers
    turned = array(numbers.typecode, numbers)
    turned.byteswap()
    return turned
