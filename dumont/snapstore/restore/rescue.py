"""Second tries for chunks that were not what or where the snapshot says: the same place again, then the indexes."""

from __future__ import annotations

from collections.abc import Iterator

from dumont.snapstore import index
from dumont.snapstore.errors import Damaged, Missing
from dumont.snapstore.index import Place
from dumont.snapstore.large_pages import room
from dumont.snapstore.model import ID, Manifest, pack_object
from dumont.snapstore.pack import FIRST, PackTable
from dumont.snapstore.repository import Repository
from dumont.snapstore.restore.plan import LONGEST_FRAME
from dumont.snapstore.restore.shared import Shared


class Rescue:
    def __init__(self, repository: Repository, shared: Shared) -> None:
        self._repository = repository
        self._shared = shared
        self._manifest: Manifest = shared.manifest
        self._elsewhere: dict[bytes, list[Place]] | None = None

    def chunk(self, chunk: int) -> memoryview | None:
        """Its bytes, checked; None if they are nowhere."""
        out = room(self._manifest.chunk_raw[chunk])
        for place in self._places(chunk):
            try:
                frame = memoryview(bytearray(place.stored))
                self._repository.blobs.read_into(pack_object(place.pack), place.offset, frame)
                self._shared.fetched(place.stored)
                self._shared.frames.from_elsewhere(chunk, place, frame, out)
            except (Damaged, Missing):
                continue
            return out
        return None

    def _places(self, chunk: int) -> Iterator[Place]:
        manifest = self._manifest
        told = Place(
            manifest.pack_names[manifest.chunk_pack[chunk]].hex(),
            manifest.chunk_offset[chunk],
            manifest.chunk_stored[chunk],
            manifest.chunk_raw[chunk],
            manifest.chunk_codec[chunk],
        )
        if told.stored <= LONGEST_FRAME:
            yield told
        if self._elsewhere is None:
            self._elsewhere = self._learned()
        for place in self._elsewhere.get(manifest.id_of(chunk), ()):
            if place != told and place.stored <= LONGEST_FRAME:
                yield place

    def _learned(self) -> dict[bytes, list[Place]]:
        """Where the lost chunks lie by what all packs tell of themselves."""
        wanted = {self._manifest.id_of(chunk) for chunk in self._shared.lost}
        found: dict[bytes, list[Place]] = {}
        learned = index.learn(self._repository.blobs, self._repository.sealer)
        for pack in [*learned.known.packs.values(), *learned.lacking]:  # of one cut off, the beginning may do
            for chunk_id, place in _in_pack(pack):
                if chunk_id in wanted:
                    found.setdefault(chunk_id, []).append(place)
        return found


def _in_pack(pack: PackTable) -> Iterator[tuple[bytes, Place]]:
    at = FIRST
    for frame in pack.frames:
        yield frame.id[:ID], Place(pack.name, at, frame.stored, frame.raw, frame.codec)
        at += frame.stored
