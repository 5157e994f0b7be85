"""What `.dumontignore` files leave out, in restic's words: path by path, as its patterns are other ones than git's."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from dumont.snapstore.ignore import DEFAULTS, Judge, defaults, in_folder
from dumont.snapstore.track import Track

MOST = 10_000
"""restic holds each file against each of them."""
SPECIAL = re.compile(rb"[*?\[\\]")


class LeftOut(NamedTuple):
    patterns: tuple[str, ...]
    """Of restic's own, for wherever they fit."""
    lines: list[bytes]
    """Of a file of patterns: whole paths, each of which stands for itself and what is below it."""
    notes: list[str]


def left_out(root: str, track: Track, *, by_default: bool) -> LeftOut:
    """`by_default`: also what our own engine leaves out without being told to. Where no file says anything, that is
    all, and patterns say it: of what is in such folders, as restic has none for folders alone."""
    place = os.path.realpath(os.fsencode(root))
    paths, told = _looked(place, track, Judge([defaults()] if by_default else []))
    if not told:
        return LeftOut(tuple(f"{rule}*" for rule in DEFAULTS) if by_default else (), [], [])
    notes = []
    sayable = [path for path in paths if b"\n" not in path]
    if len(sayable) < len(paths):
        notes.append(f"{len(paths) - len(sayable)} names with a line's end are kept, as restic can't be told of them.")
    if len(sayable) > MOST:
        notes.append(f"Rules leave out {len(sayable)} paths. Only {MOST} are; more would slow restic down.")
    return LeftOut((), [line_of(os.path.join(place, path)) for path in sayable[:MOST]], notes)


def line_of(path: bytes) -> bytes:
    """In a file of patterns: nothing in it means anything but itself, and nothing is trimmed off."""
    line = SPECIAL.sub(rb"\\\g<0>", path).replace(b"$", b"$$")
    said = line.decode("utf-8", "surrogateescape")
    return line if said.rstrip() == said else os.fsencode(f"{said[:-1]}[{said[-1]}]")


def _looked(root: bytes, track: Track, judge: Judge) -> tuple[list[bytes], bool]:
    """What is left out, without what is below of it; and whether any folder has rules of its own."""
    found: list[bytes] = []
    told, deeper = False, [iter([(b"", True)])]
    while deeper:
        path, is_folder = next(deeper[-1], (None, False))
        if path is None:
            deeper.pop()
        elif path and judge.ignores(path, is_folder):
            found.append(path)
        elif is_folder:
            track.check()
            rules = in_folder(root, path)
            told = told or rules is not None
            judge.enter(rules)
            deeper.append(_children(root, path))
    return found, told


def _children(root: bytes, path: bytes) -> Iterator[tuple[bytes, bool]]:
    prefix = path + b"/" if path else b""
    try:
        with os.scandir(os.path.join(root, path)) as entries:
            found = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
    except OSError:  # restic says so itself
        return
    for name, is_folder in found:
        yield prefix + name, is_folder
