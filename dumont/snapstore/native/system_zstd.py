"""Finds the system's libzstd, which nearly every Linux has."""

from __future__ import annotations

import ctypes

_FILES = ("libzstd.so.1", "libzstd.1.dylib", "/opt/homebrew/lib/libzstd.1.dylib")
_NEEDED = (
    "ZSTD_createCCtx",
    "ZSTD_compressCCtx",
    "ZSTD_compressBound",
    "ZSTD_createDCtx",
    "ZSTD_decompressDCtx",
    "ZSTD_isError",
    "ZSTD_freeCCtx",
    "ZSTD_freeDCtx",
)


def system_zstd() -> ctypes.CDLL | None:
    """The library, if there is one that has all that we call."""
    for name in _FILES:
        try:
            found = ctypes.CDLL(name)
        except OSError:
            continue
        if all(hasattr(found, needed) for needed in _NEEDED):
            return found
    return None
