"""What the compiled library offers, told to ctypes."""

from __future__ import annotations

import ctypes
from pathlib import Path

VERSION = 10
FILE = "dumont_native.so"

_P, _Z, _I, _U, _Q = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_uint32, ctypes.c_uint64
_SIGNATURES: dict[str, tuple[object, list[object]]] = {
    "dumont_version": (_I, []),
    "dumont_level": (_I, [_I]),
    "dumont_blake3": (None, [_P, _Z, _P, _P]),
    "dumont_blake3_derive": (None, [_P, _Z, _P, _Z, _P]),
    "dumont_blake3_each": (None, [_P, _Z, _P, _P, _P, _P]),
    "dumont_hasher_size": (_Z, []),
    "dumont_hasher_start": (None, [_P]),
    "dumont_hasher_update": (None, [_P, _P, _Z]),
    "dumont_hasher_digest": (None, [_P, _P]),
    "dumont_cuts": (_Z, [_P, _Z, _P, _Z, _Z, _Z, _P, _Z]),
    "dumont_crc32c": (_U, [_U, _P, _Z]),
    "dumont_planes_encode": (_Z, [_P, _Z, ctypes.c_uint, _P, _Z]),
    "dumont_planes_decode": (_I, [_P, _Z, _P, _Z]),
    "dumont_probe": (None, [_P, _Z, _P]),
    "dumont_zstd": (None, [_P]),
    "dumont_room": (_Z, [_Z]),
    "dumont_sound_paths": (_I, [_P, _Z, _Z, _P, _P]),
    "dumont_sound_pieces": (_I, [_Z, _P, _P, _P, _P, _P, _P, _Z, _P]),
    "dumont_sound_chunks": (_I, [_Z, _P, _Z, _P, _P, _P, _P]),
    "dumont_match": (None, [_P, _Z, _Z, _P, _Z, _Z, _P]),
    "dumont_align": (None, [_P, _Z, _Z, _P, _Z, _Z, _P]),
    "dumont_judge": (None, [_P, _P, _Z, _P, _P, _I, _P]),
    "dumont_want": (None, [_P, _Z, *[_P] * 8]),
    "dumont_encode_frames": (None, [_P, _Z, _P, _P, ctypes.c_uint, _I, _P, _P, _P, _P]),
    "dumont_decode_frames": (_Z, [_P, _Z, _Z, _Z, _P, _P, _P, _P, _P, _Z, _P, _P, _P, _P]),
}
_OF_LINUX: dict[str, tuple[object, list[object]]] = {
    "dumont_unfold": (_Z, [_P, _P, _Z, _Q, _P, _P, _Z, _Z, _P, _Z, _P, _P, _P]),
    "dumont_spread": (None, [_P, _I, _I, _P, _Z, _P, _P, _P, _Z, _P, _P, _P, _Z]),
    "dumont_settle_folders": (_Z, [_I, _Z, _Z, _P, _Z, _P, _P, _P, _P, _I]),
    "dumont_read_files": (_Z, [_I, _Z, _P, _Z, _P, _Z, _P, _P, _P, _P]),
    "dumont_borrow_files": (_Z, [_I, _I, _Z, _P, _Z, _P, _P, _P, _P, _P, _I, _P]),
    "dumont_look": (_I, [_I, _Z, _P, _Z, _P]),
    "dumont_scan": (_P, [_I, _I, _P, _Z, _P, _P]),
    "dumont_crew": (_P, []),
    "dumont_crew_work": (None, [_P]),
    "dumont_crew_close": (None, [_P]),
    "dumont_crew_free": (None, [_P]),
    "dumont_scan_column": (_Z, [_P, _I, _P]),
    "dumont_scan_free": (None, [_P]),
}


elsewhere: list[Path | str | None] = []
"""Where the library lies instead, when we run from one file; None: it has none; words: why there shall be none."""


def open_library(path: Path) -> ctypes.CDLL | None:
    """The library, if it is there, is for this machine, and is of our version."""
    try:
        return _opened(path)
    except _Unfit:
        return None


def why_not(path: Path) -> str:
    """Why it can't be used; nothing where it can."""
    try:
        _opened(path)
    except _Unfit as unfit:
        return str(unfit)
    return ""


class _Unfit(Exception):
    pass


def _opened(path: Path) -> ctypes.CDLL:
    place = elsewhere[0] if elsewhere else path
    if place is None:
        raise _Unfit("this file carries none for this machine, or has nowhere to put it")
    if isinstance(place, str):
        raise _Unfit(place)
    if not place.exists():
        raise _Unfit("it was not built here; native/build.py does, where there is a C compiler")
    try:
        library = ctypes.CDLL(str(place))
    except OSError as error:
        raise _Unfit(f"this system can't open it ({error})") from error
    try:
        for name, (result, arguments) in _SIGNATURES.items():
            _declare(library, name, result, arguments)
        if hasattr(library, "dumont_scan"):
            for name, (result, arguments) in _OF_LINUX.items():
                _declare(library, name, result, arguments)
        version = int(library.dumont_version())
    except AttributeError:
        version = 0
    if version != VERSION:
        raise _Unfit("it is of another version than this program; native/build.py makes the one that fits")
    return library


def _declare(library: ctypes.CDLL, name: str, result: object, arguments: list[object]) -> None:
    function = getattr(library, name)
    function.restype, function.argtypes = result, arguments
