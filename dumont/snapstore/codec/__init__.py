"""How chunks are stored: `encode` chooses among ways that are quick to read back, `decode` trusts nobody."""

from __future__ import annotations

import zlib

from dumont.snapstore.codec import planes, zstd
from dumont.snapstore.codec.floats import float_hint
from dumont.snapstore.codec.kinds import DEFLATE, FILL, LONGEST, NAMES, PLANES, RAW, ZSTD, Buffer
from dumont.snapstore.errors import Damaged

__all__ = ["DEFLATE", "FILL", "LONGEST", "NAMES", "PLANES", "RAW", "ZSTD", "decode", "encode", "float_hint"]

LEVEL = 1
_WORTH = 0.98
"""Saving less than the rest of it is not worth the time of every restore."""
_SAMPLE = 16_384


def encode(data: Buffer, hint: int = 0) -> tuple[int, Buffer]:  # noqa: ARG001
    """The codec and the payload, by what the bytes look like; `hint` is what `float_hint` said."""
    if not len(data):
        return RAW, data
    if is_fill(data):
        return FILL, bytes(data[:1])
    if zstd.can_write():
        return _shorter(ZSTD, zstd.compress(data, LEVEL), data)
    middle = max(0, (len(data) - _SAMPLE) // 2)
    if _worth(_deflate(data[middle : middle + _SAMPLE]), min(len(data), _SAMPLE)):
        return _shorter(DEFLATE, _deflate(data), data)
    return RAW, data


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
        planes.decode(payload, room)
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
    view = memoryview(data)
    # Looks at few before it looks at all.
    return bytes(view[:64]) == bytes(view[:1]) * min(64, len(view)) and bytes(view[1:]) == bytes(view[:-1])


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
