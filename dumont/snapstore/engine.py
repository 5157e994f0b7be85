"""Says in a line which half of the engine works here, and why, where it is the slow one."""

from __future__ import annotations

from typing import NamedTuple

from dumont.snapstore import native

KERNELS = ("plain C", "AVX2", "AVX-512")


class Engine(NamedTuple):
    fast: bool
    words: str


def engine() -> Engine:
    library = native.load()
    if library is None:
        return Engine(False, f"plain Python, many times slower than the compiled library: {native.why_not()}")
    words = f"compiled library ({KERNELS[library.level()]})"
    if not library.has_zstd:
        return Engine(False, f"{words}, without libzstd, so that text and programs take longer: install libzstd1")
    if not library.has_files:
        return Engine(False, f"{words}; files are written one by one, as this is no Linux")
    return Engine(True, words)
