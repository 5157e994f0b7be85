"""One chunk at a time: which codec suits it, its payload, and the way back."""

from __future__ import annotations

import zlib
from array import array
from threading import local

from dumont.snapstore import native
from dumont.snapstore.codec import planes, zstd
from dumont.snapstore.codec.kinds import DEFLATE, FILL, LONGEST, PLANES, RAW, ZSTD, Buffer
from dumont.snapstore.errors import Damaged

LEVEL = 2
"""Of zstd: takes a sixth more time than 1, stores libraries and text 6 to 10 % shorter, and reads back as quickly."""
_WORTH = 0.98
"""Saving less than the rest of it is not worth the time of every restore."""
_SAMPLE = 16_384


def encode(data: Buffer, hint: int = 0) -> tuple[int, Buffer]:
    """The codec and the payload, by what the bytes look like; `hint` is what `float_hint` said."""
    codec, payload = encode_lent(data, hint)
    return codec, payload if codec == RAW else bytes(payload)


def encode_lent(data: Buffer, hint: int = 0) -> tuple[int, Buffer]:
    """The same; but the payload is good only until this thread asks again."""
    size = memoryview(data).nbytes
    library = native.load()
    if not size:
        return RAW, data
    if library is not None:
        codec, payload = _by_library(library, data, size, hint)
        if codec != native.NO_CODEC:
            return codec, payload
    return _plainly(data)


def decode(codec: int, payload: Buffer, raw_length: int, out: memoryview | None = None) -> memoryview:
    """The chunk, in `out` or in room of its own. Raises `Damaged`, and never makes more than `raw_length`."""
    if not 0 <= raw_length <= LONGEST:
        raise Damaged("A chunk claims a length that none has.")
    room = memoryview(bytearray(raw_length)) if out is None else out[:raw_length]
    if len(room) != raw_length:
        raise ValueError("out is too short")
    if codec == ZSTD:
        zstd.decompress_into(payload, room)
    elif codec == PLANES:
        _from_planes(payload, room)
    elif codec == DEFLATE:
        _inflate(payload, room)
    elif codec == RAW and len(payload) == raw_length:
        room[:] = payload
    elif codec == FILL and len(payload) == 1:
        room[:] = bytes(payload) * raw_length
    else:
        raise Damaged("A frame is not what its table says.")
    return room


def is_fill(data: Buffer) -> bool:
    """Whether the bytes are all the same."""
    first = bytes(data[:64])
    # Looks at few before it looks at all.
    return first == first[:1] * len(first) and bytes(data) == first[:1] * len(data)


class _Room(local):
    """Kept by each thread: to make it anew costs as much as to fill it."""

    def __init__(self) -> None:
        self.bytes = bytearray()


_room = _Room()


def _by_library(library: native.Native, data: Buffer, size: int, hint: int) -> tuple[int, Buffer]:
    needed = library.room(size)
    if len(_room.bytes) < needed:
        _room.bytes = bytearray(needed + needed // 4)
    room = memoryview(_room.bytes)
    begins, sizes, places = array("Q", [0]), array("Q", [size]), array("Q", [0, needed])
    stored, codecs = library.encode_frames(data, begins, sizes, room, places, hint=hint, quality=LEVEL)
    return codecs[0], data if codecs[0] == RAW else room[: stored[0]]


def _plainly(data: Buffer) -> tuple[int, Buffer]:
    if is_fill(data):
        return FILL, bytes(data[:1])
    if zstd.can_write():
        return _shorter(ZSTD, zstd.compress(data, LEVEL), data)
    middle = max(0, (len(data) - _SAMPLE) // 2)
    if _worth(_deflate(data[middle : middle + _SAMPLE]), min(len(data), _SAMPLE)):
        return _shorter(DEFLATE, _deflate(data), data)
    return RAW, data


def _shorter(codec: int, made: bytes, data: Buffer) -> tuple[int, Buffer]:
    return (codec, made) if _worth(made, len(data)) else (RAW, data)


def _worth(made: bytes, length: int) -> bool:
    return len(made) < length * _WORTH


def _deflate(data: Buffer) -> bytes:
    writer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return writer.compress(data) + writer.flush()


def _inflate(payload: Buffer, out: memoryview) -> None:
    reader = zlib.decompressobj(-15)
    try:
        made = reader.decompress(payload, len(out) + 1)
    except zlib.error as error:
        raise Damaged(f"A compressed frame can't be read: {error}.") from None
    if len(made) != len(out) or not reader.eof or reader.unused_data:
        raise Damaged("A compressed frame holds another length than it must have.")
    out[:] = made


def _from_planes(payload: Buffer, out: memoryview) -> None:
    library = native.load()
    if library is None:
        planes.decode(payload, out)
    elif not library.planes_decode(payload, out):
        raise Damaged("Planes can't be read.")
