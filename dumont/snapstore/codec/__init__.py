"""How chunks are stored: `encode` chooses among ways that are quick to read back, `decode` trusts nobody."""

from __future__ import annotations

from dumont.snapstore.codec.floats import float_hint
from dumont.snapstore.codec.frames import decode_frames
from dumont.snapstore.codec.kinds import DEFLATE, FILL, LONGEST, NAMES, PLANES, RAW, ZSTD
from dumont.snapstore.codec.payloads import decode, encode, encode_lent
from dumont.snapstore.native import Frames

__all__ = [
    "DEFLATE",
    "FILL",
    "LONGEST",
    "NAMES",
    "PLANES",
    "RAW",
    "ZSTD",
    "Frames",
    "decode",
    "decode_frames",
    "encode",
    "encode_lent",
    "float_hint",
]
