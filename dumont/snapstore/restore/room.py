"""Whether the disk can hold what will be written, told before the first file is."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dumont.snapstore.errors import NoRoom
from dumont.snapstore.model import HOLE, Manifest
from dumont.snapstore.restore.chosen import Chosen
from dumont.snapstore.restore.survey import Standing

BLOCK = 4096
SPARE = 16 << 20
"""For folders and the file system's own books."""


class Free(NamedTuple):
    size: int
    entries: int | None
    """Files that may be made; None: as many as one likes."""


def free(handle: int) -> Free:
    """On the disk of an open folder."""
    disk = os.fstatvfs(handle)
    return Free(disk.f_bavail * disk.f_frsize, disk.f_favail if disk.f_files else None)


def check(disk: Free, chosen: Chosen, standing: Standing, starts: array[int]) -> None:
    """Raises `NoRoom` with both figures."""
    wanted = [entry for entry in chosen.files if entry not in standing.there] if standing.there else chosen.files
    needed = _allocated(chosen, starts, wanted) - sum(
        old.allocated for entry, old in standing.old.items() if old.links == 1 and entry not in standing.there
    )
    if needed > 0 and needed + SPARE > disk.size:
        raise NoRoom(
            f"The snapshot needs {_told(needed + SPARE)} more, and the disk has {_told(disk.size)} free.",
            "Make room, choose another target, or restore a part of it.",
        )
    entries = len(chosen.files) + len(chosen.folders) + len(chosen.symlinks) - standing.present
    if disk.entries is not None and entries > disk.entries:
        raise NoRoom(
            f"The snapshot needs {entries} more files, and the disk has room for {disk.entries}.",
            "Make room, choose another target, or restore a part of it.",
        )


def _told(size: int) -> str:
    return f"{size / 1e9:.2f} GB" if size >= 10**10 else f"{size / 1e6:.0f} MB"


def _allocated(chosen: Chosen, starts: array[int], entries: Sequence[int]) -> int:
    manifest, content = chosen.manifest, chosen.content
    sources = [content.get(entry, entry) for entry in entries] if content else entries
    if HOLE not in manifest.piece_chunk:
        sizes: Iterable[int] = map(manifest.size.__getitem__, sources)
    else:
        sizes = (_stored(manifest, starts, source) for source in sources)
    return sum([-(-size // BLOCK) for size in sizes]) * BLOCK


def _stored(manifest: Manifest, starts: array[int], source: int) -> int:
    """Without its holes."""
    return sum(
        manifest.piece_length[piece]
        for piece in range(starts[source], starts[source + 1])
        if manifest.piece_chunk[piece] != HOLE
    )
