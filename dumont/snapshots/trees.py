"""Manifests in memory, as far as there is room, so that looking into a snapshot asks the store once."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from dumont.basics.errors import Unavailable
from dumont.snapshots.stores import Stores, asked
from dumont.snapstore.errors import Missing
from dumont.snapstore.model import Manifest, snapshot_object
from dumont.snapstore.repository import Repository, open_repository
from dumont.snapstore.totals import totals

LOADED_AT_ONCE = 2
UNFOLDED_TIMES = 6
"""A manifest in memory against what it takes in the store, at most; an honest guess, for refusing what is too large."""
Key = tuple[UUID, str]


class TooLarge(Unavailable):
    code = "snapshot_too_large"
    hint = "Use `dumont snapshots` on a machine of yours."


@dataclass(frozen=True, slots=True)
class Tree:
    """A snapshot to look into, and the repository to read its files from."""

    repository: Repository
    manifest: Manifest
    totals: Sequence[int]
    """Bytes of each entry, a folder's with all that is below it."""
    room: int


class Trees:
    """The least recently looked at is let go. Two who want the same one wait for one reading of it."""

    def __init__(self, stores: Stores, bytes_max: int) -> None:
        self._stores = stores
        self._bytes_max = bytes_max
        self._trees: OrderedDict[Key, Tree] = OrderedDict()
        self._loading: dict[Key, asyncio.Task[Tree]] = {}
        self._turns = asyncio.Semaphore(LOADED_AT_ONCE)

    async def of(self, repository_id: UUID, manifest: str) -> Tree:
        key = (repository_id, manifest)
        if key in self._trees:
            self._trees.move_to_end(key)
            return self._trees[key]
        if key not in self._loading:
            task = self._loading[key] = asyncio.create_task(self._load(key))
            task.add_done_callback(lambda _done: self._loading.pop(key, None))
        return await asyncio.shield(self._loading[key])

    async def _load(self, key: Key) -> Tree:
        async with self._turns:
            tree = await asyncio.to_thread(asked, lambda: self._read(key))
        self._trees[key] = tree
        while sum(kept.room for kept in self._trees.values()) > self._bytes_max and len(self._trees) > 1:
            self._trees.popitem(last=False)
        return tree

    def _read(self, key: Key) -> Tree:
        repository = open_repository(self._stores.blobs(key[0]))
        found = repository.blobs.find(snapshot_object(key[1]))
        if found is None:
            raise Missing("The manifest of this snapshot is not in the store.")
        if found.size * UNFOLDED_TIMES > self._bytes_max:
            raise TooLarge("This snapshot has too many files to be looked into here.")
        manifest = repository.load(key[1])
        return Tree(repository, manifest, totals(manifest), room_of(manifest))


def room_of(manifest: Manifest) -> int:
    """Bytes of memory, about: an object for each path, and the columns."""
    entries, pieces, chunks = len(manifest), len(manifest.piece_chunk), manifest.chunks()
    return sum(map(len, manifest.paths)) + 118 * entries + 16 * pieces + 49 * chunks
