"""Lends bytes to compiled code: of any buffer, without copying them, read-only ones too; and many paths as one text."""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Sequence
from typing import Union

Buffer = Union[bytes, bytearray, memoryview]
_WRITABLE = 1


class _View(ctypes.Structure):
    """`Py_buffer`, which is the same in every Python since 3.0."""

    _fields_ = (
        ("buf", ctypes.c_void_p),
        ("obj", ctypes.c_void_p),
        ("len", ctypes.c_ssize_t),
        ("itemsize", ctypes.c_ssize_t),
        ("readonly", ctypes.c_int),
        ("ndim", ctypes.c_int),
        ("format", ctypes.c_void_p),
        ("shape", ctypes.c_void_p),
        ("strides", ctypes.c_void_p),
        ("suboffsets", ctypes.c_void_p),
        ("internal", ctypes.c_void_p),
    )


class Lent:
    """An address and a size, good as long as this object lives."""

    __slots__ = ("_view", "address", "size")

    def __init__(self, data: object, *, writable: bool = False) -> None:
        self._view: _View | None = None
        view = _View()
        _get(data, ctypes.byref(view), _WRITABLE if writable else 0)
        self._view = view
        self.address: int = view.buf or 0
        self.size: int = view.len

    def __del__(self) -> None:
        if self._view is not None:
            _release(ctypes.byref(self._view))


def address_of(column: array[int], kind: str, count: int) -> int:
    """Good as long as the column lives and keeps its length."""
    if column.typecode != kind or len(column) != count:
        raise ValueError(f"a column of {count} {kind} was wanted, and one of {len(column)} {column.typecode} came")
    return column.buffer_info()[0]


def joined(paths: Sequence[bytes]) -> bytes:
    """Each followed by a zero byte; one that has such a byte within would become two."""
    found = b"\0".join(paths) + b"\0" if paths else b""
    if found.count(b"\0") != len(paths):
        raise ValueError("a path has a zero byte")
    return found


_get = ctypes.pythonapi.PyObject_GetBuffer
_get.argtypes = [ctypes.py_object, ctypes.c_void_p, ctypes.c_int]
_release = ctypes.pythonapi.PyBuffer_Release
_release.argtypes = [ctypes.c_void_p]
