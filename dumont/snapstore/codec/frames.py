"""Decodes many frames of one buffer in one call, and holds each against its name."""

from __future__ import annotations

from dumont.snapstore import hashing, native
from dumont.snapstore.codec.kinds import Buffer
from dumont.snapstore.codec.payloads import decode
from dumont.snapstore.errors import Damaged
from dumont.snapstore.native import Frames


def decode_frames(buffer: Buffer, frames: Frames, out: memoryview, key: bytes | None = None, first: int = 0) -> int:
    """From frame `first` on, each to its place in `out`: the number of the first that is damaged, or -1.

    Names are keyed hashes where there is a key. To go on behind a damaged one, call again with `first` behind it.
    """
    library, count = native.load(), len(frames.at)
    while first < count:
        if library is not None:
            first, why = library.decode_frames(buffer, frames, out, key=key, first=first)
            if why not in {native.GOOD, native.NOT_HERE}:
                return first
        if first < count and not _decode_one(buffer, frames, out, key, first):
            return first
        first += 1
    return -1


def _decode_one(buffer: Buffer, frames: Frames, out: memoryview, key: bytes | None, number: int) -> bool:
    at, place, raw = frames.at[number], frames.places[number], frames.raw[number]
    stored = frames.stored[number]
    room = out[place : place + raw]
    payload = memoryview(buffer)[at : at + stored]
    if len(payload) != stored or len(room) != raw:
        return False
    try:
        decode(frames.codecs[number], payload, raw, room)
    except Damaged:
        return False
    if frames.names is None:
        return True
    name = hashing.digest(room) if key is None else hashing.keyed(key, room)
    return name == bytes(frames.names[32 * number : 32 * number + 32])
