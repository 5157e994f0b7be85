"""Whether the disk can hold what will be written, told before the first file is."""

from __future__ import annotations

import os
from array import array

from dumont.snapstore.errors import NoRoom
from dumont.snapstore.model import HOLE
from dumont.snapstore.restore.chosen import Chosen
from dumont.snapstore.restore.survey import Standing

BLOCK = 4096
SPARE = 16 << 20
"""For folders and the file system's own books."""


def check(handle: int, chosen: Chosen, standing: Standing, starts: array[int]) -> None:
    """Raises `NoRoom` with both figures."""
    disk = os.fstatvfs(handle)
    needed = sum(_allocated(chosen, starts, entry) for entry in chosen.files if entry not in standing.there) - sum(
        old.allocated for entry, old in standing.old.items() if old.links == 1 and entry not in standing.there
    )
    free = disk.f_bavail * disk.f_frsize
    if needed > 0 and needed + SPARE > free:
        raise NoRoom(
            f"The snapshot needs {needed / 1e9:.2f} GB more, and the disk has {free / 1e9:.2f} GB free.",
            "Make room, choose another target, or restore a part of it.",
        )
    entries = len(chosen.files) + len(chosen.folders) + len(chosen.symlinks) - standing.present
    if disk.f_files and entries > disk.f_favail:
        raise NoRoom(
            f"The snapshot needs {entries} more files, and the disk has room for {disk.f_favail}.",
            "Make room, choose another target, or restore a part of it.",
        )


def _allocated(chosen: Chosen, starts: array[int], entry: int) -> int:
    manifest, source = chosen.manifest, chosen.pieces_from(entry)
    size = sum(
        manifest.piece_length[piece]
        for piece in range(starts[source], starts[source + 1])
        if manifest.piece_chunk[piece] != HOLE
    )
    return -(-size // BLOCK) * BLOCK
