"""How much a repository holds, how much of it is there only once, and what each snapshot alone keeps alive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from dumont.snapstore.model import Manifest
from dumont.snapstore.repository import Repository
from dumont.snapstore.track import Track


class Stats(NamedTuple):
    snapshots: int
    tree_bytes: int
    """Of all snapshots, as if each were restored."""
    unique_raw: int
    """Of different chunks that snapshots need."""
    stored: int
    """Of these chunks, coded."""
    objects_bytes: int
    """Of everything that lies in the store."""
    dead_bytes: int
    """Of packs that no snapshot needs; pruning takes them away."""
    alone: dict[str, int]
    """By snapshot: stored bytes that nobody else needs."""

    @property
    def dedup_ratio(self) -> float:
        return self.tree_bytes / self.unique_raw if self.unique_raw else 1.0

    @property
    def compression_ratio(self) -> float:
        return self.unique_raw / self.stored if self.stored else 1.0


def stats(repository: Repository, track: Track) -> Stats:
    track.stage("snapshots")
    manifests = []
    for name in repository.names():
        track.check()
        manifests.append(repository.load(name))
    return of_manifests(repository, manifests)


def of_manifests(repository: Repository, manifests: Sequence[Manifest]) -> Stats:
    users: Counter[bytes] = Counter()
    sizes: dict[bytes, tuple[int, int]] = {}
    for manifest in manifests:
        for chunk in range(manifest.chunks()):
            name = manifest.id_of(chunk)
            users[name] += 1
            sizes[name] = (manifest.chunk_raw[chunk], manifest.chunk_stored[chunk])
    alone = {
        manifest.name: sum(
            manifest.chunk_stored[chunk] for chunk in range(manifest.chunks()) if users[manifest.id_of(chunk)] == 1
        )
        for manifest in manifests
    }
    needed = {pack.hex() for manifest in manifests for pack in manifest.pack_names}
    objects = list(repository.blobs.list(""))
    packs = [found for found in objects if found.name.startswith("packs/")]
    return Stats(
        snapshots=len(manifests),
        tree_bytes=sum(manifest.tree_bytes() for manifest in manifests),
        unique_raw=sum(raw for raw, _stored in sizes.values()),
        stored=sum(stored for _raw, stored in sizes.values()),
        objects_bytes=sum(found.size for found in objects),
        dead_bytes=sum(found.size for found in packs if found.name.rpartition("/")[2] not in needed),
        alone=alone,
    )
