"""Makes chunks of frames, each checked against its id before anybody gets it."""

from __future__ import annotations

from array import array

from dumont.snapstore import codec
from dumont.snapstore.errors import Damaged
from dumont.snapstore.index import Place
from dumont.snapstore.model import Manifest
from dumont.snapstore.restore.plan import LONGEST_FRAME, Job
from dumont.snapstore.seal import Sealer


class Frames:
    """Of one snapshot."""

    def __init__(self, manifest: Manifest, sealer: Sealer) -> None:
        self._manifest = manifest
        self._sealer = sealer

    @property
    def naming_key(self) -> bytes | None:
        return self._sealer.naming_key

    def opened(self, job: Job, data: memoryview) -> array[int] | None:
        """Opens sealed frames where they lie: the lengths of what was in them, 0 for those that can't be opened; None
        where nothing is sealed."""
        if not self._sealer.overhead:
            return None
        stored, offsets = self._manifest.chunk_stored, self._manifest.chunk_offset
        lengths = array("I", bytes(4 * len(job.chunks)))
        for number, chunk in enumerate(job.chunks):
            at = offsets[chunk] - job.start
            try:
                plain = self._sealer.unseal(data[at : at + stored[chunk]], "frame")
            except Damaged:
                continue
            lengths[number] = len(plain)
            data[at : at + len(plain)] = plain
        return lengths

    def unfold(self, chunk: int, payload: memoryview, room: memoryview) -> bool:
        """Fills the room with the chunk, and says whether it is what it must be."""
        try:
            codec.decode(self._manifest.chunk_codec[chunk], payload, len(room), room)
        except Damaged:
            return False
        return self._sealer.id_of(room) == self._manifest.id_of(chunk)

    def from_elsewhere(self, chunk: int, place: Place, frame: memoryview, out: memoryview) -> None:
        """Of another pack than the manifest says; raises `Damaged`."""
        if place.raw != len(out) or place.stored > LONGEST_FRAME:
            raise Damaged("An index tells of a chunk otherwise than the snapshot does.")
        codec.decode(place.codec, self._sealer.unseal(frame, "frame"), place.raw, out)
        if self._sealer.id_of(out) != self._manifest.id_of(chunk):
            raise Damaged("A chunk is not what it is named by.")
