"""Makes chunks of frames, each checked against its id before anybody gets it."""

from __future__ import annotations

from collections.abc import Sequence

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

    def unfold(
        self, job: Job, data: memoryview, chunks: Sequence[int], places: Sequence[int], out: memoryview
    ) -> set[int]:
        """Puts the chunks at their places in `out`, and returns those that are not what they must be."""
        manifest, bad = self._manifest, set()
        for chunk, place in zip(chunks, places):
            at = manifest.chunk_offset[chunk] - job.start
            frame = data[at : at + manifest.chunk_stored[chunk]]
            raw = manifest.chunk_raw[chunk]
            try:
                self._one(manifest.chunk_codec[chunk], frame, raw, manifest.id_of(chunk), out[place : place + raw])
            except Damaged:
                bad.add(chunk)
        return bad

    def from_elsewhere(self, chunk: int, place: Place, frame: memoryview, out: memoryview) -> None:
        """Of another pack than the manifest says; raises `Damaged`."""
        if place.raw != len(out) or place.stored > LONGEST_FRAME:
            raise Damaged("An index tells of a chunk otherwise than the snapshot does.")
        self._one(place.codec, frame, place.raw, self._manifest.id_of(chunk), out)

    def _one(self, number: int, frame: memoryview, raw: int, wanted: bytes, out: memoryview) -> None:
        codec.decode(number, self._sealer.unseal(frame, "frame"), raw, out)
        if self._sealer.id_of(out) != wanted:
            raise Damaged("A chunk is not what it is named by.")
