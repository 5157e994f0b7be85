"""What a restore saw of the files that it put back, so that the first snapshot behind it need not read them again."""

from __future__ import annotations

import json
import os
import sys
import zlib
from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import compress
from typing import NamedTuple

from dumont.snapstore import native
from dumont.snapstore.model import Kind, Manifest
from dumont.snapstore.native.tree import Seen
from dumont.snapstore.scan import scan
from dumont.snapstore.surroundings import seconds_now, stamp
from dumont.snapstore.track import Track

BEGIN = b"DWITN1\n"
MOST = 1 << 30
_FILES = bytes(int(kind == Kind.FILE) for kind in range(256))
NOBODY = 0
"""In place of an inode: this entry was not put back, or is not what it was."""


class Witness(NamedTuple):
    """Columns have a row for each entry of the snapshot."""

    snapshot: str
    time: str
    ctime: array[int]
    inode: array[int]


def beside(state: str) -> str:
    """The witness of a restore that remembers its state there."""
    return state + ".seen"


class Untouched(NamedTuple):
    """Files that were there already and were left alone, and what was seen of each."""

    entries: Sequence[int] = ()
    ctimes: Iterable[int] = ()
    inodes: Iterable[int] = ()


class Put(NamedTuple):
    """What was put back, and where."""

    repository: str
    manifest: Manifest
    target: str
    absent: Collection[int]
    """Entries that are not there."""
    untouched: Untouched


def write_witness(path: str, put: Put) -> None:
    """Whoever has changed a file since it was put back has changed its time too: that one is not told of. Of a file
    that was left alone what was seen before does: if it was changed since, it has another time of change."""
    manifest, target = put.manifest, put.target
    time = stamp(seconds_now())
    ctime, inode = array("q", bytes(8 * len(manifest))), array("Q", bytes(8 * len(manifest)))
    is_file = manifest.kind.translate(_FILES)
    for entry, changed, number in zip(*put.untouched):
        is_file[entry], ctime[entry], inode[entry] = 0, changed, number
    for entry in put.absent:
        is_file[entry], ctime[entry], inode[entry] = 0, 0, NOBODY
    for entry, (changed, number) in _looked_at(manifest, target, list(compress(range(len(manifest)), is_file))):
        ctime[entry], inode[entry] = changed, number
    said = {"target": os.path.realpath(target), "repository": put.repository, "snapshot": manifest.name, "time": time}
    said["order"] = sys.byteorder
    half = f"{path}.{os.getpid()}"
    with open(half, "wb") as file:
        file.write(BEGIN + json.dumps(said).encode() + b"\n")
        file.write(zlib.compress(ctime.tobytes() + inode.tobytes(), 1))
    os.replace(half, path)


def _looked_at(manifest: Manifest, target: str, entries: Sequence[int]) -> Iterator[tuple[int, tuple[int, int]]]:
    """Files that have the size and time that they were put back with."""
    seen = _at_once(manifest, target, entries)
    if seen is not None:
        for row, entry in enumerate(entries):
            if (seen.kinds[row], seen.sizes[row], seen.mtimes[row]) == _as_put(manifest, entry):
                yield entry, (seen.ctimes[row], seen.inodes[row])
        return
    tree = scan(os.fsencode(target), Track())
    where = dict(zip(tree.paths, range(len(tree))))
    for entry in entries:
        now = where.get(manifest.paths[entry], -1)
        if now >= 0 and (tree.kind[now], tree.size[now], tree.mtime[now]) == _as_put(manifest, entry):
            yield entry, (tree.ctime[now], tree.inode[now])


def _at_once(manifest: Manifest, target: str, entries: Sequence[int]) -> Seen | None:
    """By the library; None where it can't tell."""
    library = native.load()
    if library is None or not library.has_files:
        return None
    try:
        folder = os.open(target, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            return library.look(folder, [manifest.paths[entry] for entry in entries])
        finally:
            os.close(folder)
    except OSError:
        return None


def _as_put(manifest: Manifest, entry: int) -> tuple[int, int, int]:
    return Kind.FILE, manifest.size[entry], manifest.mtime[entry]


def read_witness(path: str, repository: str, target: str) -> Witness | None:
    """None where there is none for this place, or none that can be read."""
    try:
        with open(path, "rb") as file:
            begin, line = file.readline(len(BEGIN)), file.readline(1 << 16)
            said = json.loads(line)
            columns = zlib.decompressobj().decompress(file.read(MOST), MOST)
        place = (said["target"], said["repository"], said["order"])
        if begin != BEGIN or place != (target, repository, sys.byteorder):
            return None
        half = len(columns) // 16 * 8
        return Witness(str(said["snapshot"]), str(said["time"]), array("q", columns[:half]), array("Q", columns[half:]))
    except (OSError, ValueError, KeyError, TypeError, zlib.error):
        return None
