"""Zstandard, by what there is: the system's libzstd, the `zstandard` package, Python 3.14's own, or plain Python."""

from __future__ import annotations

import ctypes
from threading import local
from typing import Any, Protocol, cast

from dumont.snapstore.codec.kinds import Buffer
from dumont.snapstore.errors import Damaged
from dumont.snapstore.native.memory import Lent
from dumont.snapstore.native.system_zstd import system_zstd
from dumont.snapstore.ways import Ways


class Engine(Protocol):
    """One way to read, and mostly to write, a frame of Zstandard."""

    writes: bool

    def compress(self, data: Buffer, level: int) -> bytes: ...

    def decompress_into(self, payload: Buffer, out: memoryview) -> int:
        """How many bytes it made; never more than there is room for. Any error means a damaged frame."""
        ...


def can_write() -> bool:
    return engine().writes


def compress(data: Buffer, level: int) -> bytes:
    return engine().compress(data, level)


def decompress_into(payload: Buffer, out: memoryview) -> None:
    """Fills `out` exactly, or raises `Damaged`."""
    try:
        made = engine().decompress_into(payload, out)
    except Damaged:
        raise
    except Exception as error:
        raise Damaged(f"A compressed frame can't be read: {error}") from None
    if made != len(out):
        raise Damaged(f"A compressed frame holds {made} bytes instead of {len(out)}.")


def engine() -> Engine:
    """What is used; found out once."""
    return _ways.chosen()


def use(*names: str) -> str:
    """Takes the first of these ways that works here (`system`, `package`, `python`, `pure`), and says which."""
    return _ways.use(*names)


class _Contexts(local):
    """A pair for each thread: making one costs more than a small frame does."""

    def __init__(self, lib: ctypes.CDLL) -> None:
        self.pair = _Pair(lib)


class _Pair:
    def __init__(self, lib: ctypes.CDLL) -> None:
        self.writer, self.reader = lib.ZSTD_createCCtx(), lib.ZSTD_createDCtx()
        self._free = lib.ZSTD_freeCCtx, lib.ZSTD_freeDCtx

    def __del__(self) -> None:
        self._free[0](self.writer)
        self._free[1](self.reader)


class _System:
    """libzstd.so.1, which nearly every Linux has."""

    writes = True

    def __init__(self, lib: ctypes.CDLL) -> None:
        pointer, size = ctypes.c_void_p, ctypes.c_size_t
        lib.ZSTD_createCCtx.restype = lib.ZSTD_createDCtx.restype = pointer
        lib.ZSTD_freeCCtx.argtypes = lib.ZSTD_freeDCtx.argtypes = [pointer]
        lib.ZSTD_compressBound.argtypes, lib.ZSTD_compressBound.restype = [size], size
        lib.ZSTD_compressCCtx.argtypes, lib.ZSTD_compressCCtx.restype = (
            [pointer, pointer, size, pointer, size, ctypes.c_int],
            size,
        )
        lib.ZSTD_decompressDCtx.argtypes, lib.ZSTD_decompressDCtx.restype = (
            [pointer, pointer, size, pointer, size],
            size,
        )
        lib.ZSTD_isError.argtypes, lib.ZSTD_isError.restype = [size], ctypes.c_uint
        self._lib = lib
        self._contexts = _Contexts(lib)

    def compress(self, data: Buffer, level: int) -> bytes:
        source = Lent(data)
        room = bytearray(self._lib.ZSTD_compressBound(source.size))
        target = Lent(room, writable=True)
        made = self._lib.ZSTD_compressCCtx(
            self._contexts.pair.writer, target.address, target.size, source.address, source.size, level
        )
        if self._lib.ZSTD_isError(made):
            raise MemoryError("libzstd could not compress")
        return bytes(memoryview(room)[:made])

    def decompress_into(self, payload: Buffer, out: memoryview) -> int:
        source, target = Lent(payload), Lent(out, writable=True)
        made = self._lib.ZSTD_decompressDCtx(
            self._contexts.pair.reader, target.address, target.size, source.address, source.size
        )
        if self._lib.ZSTD_isError(made):
            raise Damaged("A compressed frame can't be read.")
        return cast(int, made)


class _Package(local):
    """The `zstandard` package of PyPI."""

    writes = True

    def __init__(self, module: Any) -> None:
        self._module = module
        self._writers: dict[int, Any] = {}
        self._reader = module.ZstdDecompressor()

    def compress(self, data: Buffer, level: int) -> bytes:
        if level not in self._writers:
            self._writers[level] = self._module.ZstdCompressor(level=level)
        return cast(bytes, self._writers[level].compress(data))

    def decompress_into(self, payload: Buffer, out: memoryview) -> int:
        # It would make as much room as the frame claims to need, whatever the limit.
        if self._module.frame_content_size(payload) not in {-1, len(out)}:
            raise Damaged("A compressed frame claims another length than it must have.")
        made = self._reader.decompress(payload, max_output_size=len(out))
        out[: len(made)] = made
        return len(made)


class _Python:
    """`compression.zstd` of Python 3.14 and later."""

    writes = True

    def __init__(self, module: Any) -> None:
        self._module = module

    def compress(self, data: Buffer, level: int) -> bytes:
        return cast(bytes, self._module.compress(data, level))

    def decompress_into(self, payload: Buffer, out: memoryview) -> int:
        reader = self._module.ZstdDecompressor()
        made = reader.decompress(payload, max_length=len(out))
        out[: len(made)] = made
        return len(made)


class _Pure:
    """Plain Python: reads only."""

    writes = False

    def compress(self, data: Buffer, level: int) -> bytes:
        raise NotImplementedError("plain Python reads Zstandard and does not write it")

    def decompress_into(self, payload: Buffer, out: memoryview) -> int:
        from dumont.snapstore.codec import pure_zstd

        made = pure_zstd.decompress(payload, len(out))
        out[: len(made)] = made
        return len(made)


def _system() -> Engine | None:
    found = system_zstd()
    return None if found is None else _System(found)


def _package() -> Engine | None:
    try:
        import zstandard
    except ImportError:
        return None
    return _Package(zstandard)


def _python() -> Engine | None:
    try:
        from compression import zstd  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        return None
    return _Python(zstd)


_ways: Ways[Engine] = Ways(
    {
        "system": _system,
        "package": _package,
        "python": _python,
        "pure": _Pure,
    }
)
