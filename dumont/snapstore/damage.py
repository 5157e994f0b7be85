"""Which files a lost chunk touches."""

from __future__ import annotations

from collections.abc import Collection

from dumont.snapstore.model import Kind, Manifest


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


def chunks_in(manifest: Manifest, packs: Collection[str]) -> list[int]:
    numbers = {number for number, name in enumerate(manifest.pack_names) if name.hex() in packs}
    return [chunk for chunk, pack in enumerate(manifest.chunk_pack) if pack in numbers]


def files_of(manifest: Manifest) -> int:
    return sum(kind == Kind.FILE for kind in manifest.kind)
