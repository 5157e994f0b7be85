"""What a restore saw of the files that it put back, so that the first snapshot behind it need not read them again."""

from __future__ import annotations

import json
import os
import sys
import zlib
from array import array
from collections.abc import Collection
from typing import NamedTuple

from dumont.snapstore.model import Kind, Manifest
from dumont.snapstore.scan import scan
from dumont.snapstore.surroundings import seconds_now, stamp
from dumont.snapstore.track import Track

BEGIN = b"DWITN1\n"
MOST = 1 << 30
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


def write_witness(path: str, repository: str, manifest: Manifest, target: str, absent: Collection[int]) -> None:
    """Whoever has changed a file since it was put back has changed its time too: that one is not told of."""
    time = stamp(seconds_now())
    tree = scan(os.fsencode(target), Track())
    where = dict(zip(tree.paths, range(len(tree))))
    ctime, inode = array("q", bytes(8 * len(manifest))), array("Q", bytes(8 * len(manifest)))
    for entry, now in enumerate(map(where.get, manifest.paths)):
        if (
            now is not None
            and manifest.kind[entry] == tree.kind[now] == Kind.FILE
            and manifest.size[entry] == tree.size[now]
            and manifest.mtime[entry] == tree.mtime[now]
            and entry not in absent
        ):
            ctime[entry], inode[entry] = tree.ctime[now], tree.inode[now]
    said = {"target": os.path.realpath(target), "repository": repository, "snapshot": manifest.name, "time": time}
    said["order"] = sys.byteorder
    half = f"{path}.{os.getpid()}"
    with open(half, "wb") as file:
        file.write(BEGIN + json.dumps(said).encode() + b"\n")
        file.write(zlib.compress(ctime.tobytes() + inode.tobytes(), 1))
    os.replace(half, path)


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
