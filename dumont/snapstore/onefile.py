"""Builds `dumont-snapshots.pyz`: the engine in one file, that any Python from 3.9 on runs without any package."""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import sys
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

HERE = Path(__file__).parent
NAME = "dumont-snapshots.pyz"
LIBRARY = HERE / "native" / "dumont_native.so"
STAMP = (2026, 1, 1, 0, 0, 0)
"""So that equal sources make an equal file."""
FIRST_LINE = b"#!/usr/bin/env python3\n"
START = '''"""Starts the engine from within the single file."""

import sys

if sys.version_info < (3, 9):
    sys.exit("dumont-snapshots needs Python 3.9 or newer.")

try:
    from dumont.snapstore import unpacking

    unpacking.lend_library({library!r})

    from dumont.snapstore import surroundings
    from dumont.snapstore.plain.command import main
except KeyboardInterrupt:
    sys.exit(130)

surroundings.leave(main(program="dumont-snapshots.pyz"))
'''


def build(target: Path, library: Path | None = LIBRARY) -> Path:
    new = target.with_suffix(".new")
    new.write_bytes(content(library))
    new.chmod(0o755)
    new.replace(target)
    return target


def content(library: Path | None = LIBRARY) -> bytes:
    """With the compiled library of this platform in it, where there is one; it runs without, too."""
    return packed(sources(), START, library)


def packed(files: Iterable[tuple[Path, str]], start: str, library: Path | None = LIBRARY) -> bytes:
    """One file of all these, begun by `start`, in which `{library!r}` is where the compiled library lies."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        _add(file, "dumont/__init__.py", b'"""Only what this file is for of Dumont Cloud is in it."""\n')
        for path, name in files:
            _add(file, name, path.read_bytes())
        inside = None
        if library is not None and library.exists():
            compiled = library.read_bytes()
            # Its name says what it holds, so that a newer file never runs an older one's library.
            inside = f"native/{sys.platform}-{os.uname().machine}-{hashlib.sha256(compiled).hexdigest()}.so"
            _add(file, inside, compiled)
        _add(file, "__main__.py", start.format(library=inside).encode())
    return FIRST_LINE + made.getvalue()


def sources() -> Iterator[tuple[Path, str]]:
    """The package's modules, and the format they keep to."""
    for path in sorted([*HERE.rglob("*.py"), HERE / "FORMAT.md"]):
        yield path, "dumont/snapstore/" + path.relative_to(HERE).as_posix()


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m dumont.snapstore.onefile", description=__doc__)
    parser.add_argument("target", nargs="?", type=Path, default=Path(NAME))
    parser.add_argument("--without-library", action="store_true", help="for any platform, slower")
    said = parser.parse_args(words)
    made = build(said.target, None if said.without_library else LIBRARY)
    sys.stdout.write(f"{made}: {made.stat().st_size} bytes\n")
    return 0


def _add(file: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, STAMP)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    file.writestr(entry, content)


if __name__ == "__main__":
    sys.exit(main())
