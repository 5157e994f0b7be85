"""Makes chunks of frames, each checked against its id before anybody gets it."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from dumont.snapstore import codec, native
from dumont.snapstore.errors import Damaged
from dumont.snapstore.index import Place
from dumont.snapstore.model import ID, Manifest
from dumont.snapstore.restore.plan import LONGEST_FRAME, Job
from dumont.snapstore.seal import Sealer


class Frames:
    """Of one snapshot."""

    def __init__(self, manifest: Manifest, sealer: Sealer) -> None:
        self._manifest = manifest
        self._sealer = sealer
        self._native = native.load()

    def unfold(
        self, job: Job, data: memoryview, chunks: Sequence[int], places: Sequence[int], out: memoryview
    ) -> set[int]:
        """Puts the chunks at their places in `out`, and returns those that are not what they must be."""
        columns, bad = self._columns(job, data, chunks, places)
        if self._native is None:
            for i, chunk in enumerate(chunks):
                if chunk not in bad and not self._by_python(columns, i, data, out):
                    bad.add(chunk)
            return bad
        return bad | self._by_library(columns, chunks, data, out)

    def from_elsewhere(self, chunk: int, place: Place, frame: memoryview, out: memoryview) -> None:
        """Of another pack than the manifest says; raises `Damaged`."""
        if place.raw != len(out) or place.stored > LONGEST_FRAME:
            raise Damaged("An index tells of a chunk otherwise than the snapshot does.")
        codec.decode(place.codec, self._sealer.unseal(frame, "frame"), place.raw, out)
        if self._sealer.id_of(out) != self._manifest.id_of(chunk):
            raise Damaged("A chunk is not what it is named by.")

    def _columns(
        self, job: Job, data: memoryview, chunks: Sequence[int], places: Sequence[int]
    ) -> tuple[native.Frames, set[int]]:
        """Sealed frames are opened where they lie; those that can't be are bad."""
        manifest, bad = self._manifest, set()
        at = array("Q", [manifest.chunk_offset[chunk] - job.start for chunk in chunks])
        stored = array("I", [manifest.chunk_stored[chunk] for chunk in chunks])
        if self._sealer.overhead:
            for i, chunk in enumerate(chunks):
                try:
                    plain = self._sealer.unseal(data[at[i] : at[i] + stored[i]], "frame")
                except Damaged:
                    bad.add(chunk)
                    continue
                stored[i] = len(plain)
                data[at[i] : at[i] + stored[i]] = plain
        return (
            native.Frames(
                at,
                stored,
                array("I", [manifest.chunk_raw[chunk] for chunk in chunks]),
                bytes([manifest.chunk_codec[chunk] for chunk in chunks]),
                array("Q", places),
                b"".join([manifest.chunk_ids[ID * chunk : ID * chunk + ID] for chunk in chunks]),
            ),
            bad,
        )

    def _by_library(self, columns: native.Frames, chunks: Sequence[int], data: memoryview, out: memoryview) -> set[int]:
        """Goes on behind each frame that is not good."""
        assert self._native is not None  # noqa: S101
        bad: set[int] = set()
        first, key = 0, self._sealer.naming_key
        while first < len(chunks):
            first, why = self._native.decode_frames(data, columns, out, key=key, first=first)
            if why == native.GOOD:
                break
            if why != native.NOT_HERE or not self._by_python(columns, first, data, out):
                bad.add(chunks[first])
            first += 1
        return bad

    def _by_python(self, columns: native.Frames, i: int, data: memoryview, out: memoryview) -> bool:
        raw, place, at = columns.raw[i], columns.places[i], columns.at[i]
        room = out[place : place + raw]
        try:
            codec.decode(columns.codecs[i], data[at : at + columns.stored[i]], raw, room)
        except Damaged:
            return False
        return self._sealer.id_of(room) == bytes((columns.names or b"")[ID * i : ID * i + ID])
