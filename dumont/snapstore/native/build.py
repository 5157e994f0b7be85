"""Compiles the library with the machine's C compiler; `python -m dumont.snapstore.native.build`, or by path."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
FILE = "dumont_native.so"
_FLAGS = ["-O3", "-fPIC", "-std=gnu11", "-fvisibility=hidden", "-Wall", "-Wextra", "-Wno-psabi"]
_WIDE = {
    "_avx2": ["-mavx2", "-mbmi2"],
    "_avx512": ["-mavx512f", "-mavx512bw", "-mavx512vl", "-mavx512dq", "-mavx2", "-mbmi2", "-mprefer-vector-width=512"],
}


def build(target: Path = HERE / FILE, *flags: str) -> Path | None:
    """The library, or nothing where there is no compiler; a failing one says why."""
    compiler = next((found for found in map(shutil.which, ("cc", "gcc", "clang")) if found), None)
    if compiler is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        objects = [_compiled(compiler, source, Path(folder), flags) for source in sources()]
        made = Path(folder) / FILE
        _run(compiler, "-shared", *flags, "-o", str(made), *map(str, objects))
        # A process that has the old one open keeps it.
        shutil.copy(made, target.with_suffix(".new"))
        target.with_suffix(".new").replace(target)
    return target


def sources() -> list[Path]:
    """What this processor can use."""
    wide = platform.machine() in {"x86_64", "AMD64"}
    return [path for path in sorted(HERE.glob("*.c")) if wide or not _kind(path)]


def is_fresh(target: Path = HERE / FILE) -> bool:
    """Whether the library is newer than all it is made of."""
    made = target.stat().st_mtime if target.exists() else 0.0
    return all(path.stat().st_mtime < made for path in (*HERE.glob("*.[ch]"), Path(__file__)))


def _compiled(compiler: str, source: Path, folder: Path, flags: tuple[str, ...]) -> Path:
    made = folder / (source.stem + ".o")
    _run(compiler, *_FLAGS, *_WIDE.get(_kind(source), []), *flags, "-c", "-o", str(made), str(source))
    return made


def _kind(source: Path) -> str:
    return next((ending for ending in _WIDE if source.stem.endswith(ending)), "")


def _run(*command: str) -> None:
    subprocess.run(command, check=True)  # noqa: S603 -- our own files, by the machine's compiler


if __name__ == "__main__" and not is_fresh():
    sys.exit(0 if build() else "native: no C compiler here; everything works without the library, slower")
