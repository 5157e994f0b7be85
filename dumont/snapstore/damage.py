"""Which files a lost chunk touches."""

from __future__ import annotations

from collections.abc import Collection

from dumont.snapstore.model import Manifest


def touched(manifest: Manifest, chunks: Collection[int]) -> list[bytes]:
    """Paths of the files that can't be whole without these chunks; hard links to them too."""
    wanted, found = frozenset(chunks), set()
    if not wanted:
        return []
    place = 0
    for entry, count in enumerate(manifest.pieces):
        if count and not wanted.isdisjoint(manifest.piece_chunk[place : place + count]):
            found.add(entry)
        place += count
    found |= {entry for entry, target in manifest.same.items() if target in found}
    return [manifest.paths[entry] for entry in sorted(found)]
