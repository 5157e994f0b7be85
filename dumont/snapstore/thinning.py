"""Finds packs of which snapshots need little: what they need is sent again, and one day they can go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

from dumont.snapstore.repository import Repository
from dumont.snapstore.track import Track


class Limits(NamedTuple):
    """Which packs are thin, and how many at once: what is needed of them is read and sent once more."""

    share: float = 0.5
    """Of a pack's bytes are needed, at most."""
    least: int = 1 << 20
    """Bytes that nobody needs; for fewer it is not worth it."""
    most: int = 256 << 20
    """Bytes that will be sent again, for one prune."""


class Thin(NamedTuple):
    pack: str
    needed: int
    """Bytes of its frames that a snapshot names."""
    size: int


def thin_packs(repository: Repository, limits: Limits, but: Collection[str], track: Track) -> list[Thin]:
    """The thinnest first. What nobody needs at all is no business of ours, but of those who delete."""
    track.stage("thin")
    live = _needed_bytes(repository, track)
    found = []
    for pack in repository.blobs.list("packs/"):
        name = pack.name.rpartition("/")[2]
        needed = live.get(name, 0)
        if name not in but and 0 < needed <= limits.share * pack.size and pack.size - needed >= limits.least:
            found.append(Thin(name, needed, pack.size))
    found.sort(key=lambda one: one.needed / one.size)
    taken, total = [], 0
    for one in found:
        total += one.needed
        if total > limits.most:
            break
        taken.append(one)
    return taken


def _needed_bytes(repository: Repository, track: Track) -> dict[str, int]:
    """By pack; a frame that several snapshots name counts once."""
    frames: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for name in repository.names():
        track.check()
        manifest = repository.load(name)
        packs = [frames[pack.hex()] for pack in manifest.pack_names]
        for pack, offset, stored in zip(manifest.chunk_pack, manifest.chunk_offset, manifest.chunk_stored):
            packs[pack].add((offset, stored))
    return {pack: sum(stored for _offset, stored in its) for pack, its in frames.items()}
