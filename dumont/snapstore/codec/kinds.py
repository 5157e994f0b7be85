"""The ways to store a chunk, by the numbers that packs know them by."""

from __future__ import annotations

from typing import Union

Buffer = Union[bytes, bytearray, memoryview]

RAW = 0
ZSTD = 1
DEFLATE = 2
PLANES = 3
FILL = 4
NAMES = ("raw", "zstd", "deflate", "planes", "fill")
LONGEST = 8 << 20
"""Bytes that a chunk may have."""
