"""Pieces of snapshots read from the store, a few chunks at a time: neighbours lie in the same one."""

from __future__ import annotations

from collections import OrderedDict

from dumont.snapstore import codec
from dumont.snapstore.blobs import Bytes
from dumont.snapstore.errors import Damaged, Missing
from dumont.snapstore.model import MAX_CHUNK, Manifest, Piece, pack_object
from dumont.snapstore.repository import Repository
from dumont.snapstore.seal import Sealer

KEPT = 2
MOST = 64 << 20
"""Bytes that are fetched: whoever compares waits for them."""


def unfolded(sealer: Sealer, manifest: Manifest, chunk: int, frame: Bytes) -> Bytes:
    """A chunk of its frame, checked against its id; raises `Damaged`."""
    made = codec.decode(manifest.chunk_codec[chunk], sealer.unseal(frame, "frame"), manifest.chunk_raw[chunk])
    if sealer.id_of(made) != manifest.id_of(chunk):
        raise Damaged("A chunk is not what it is named by.")
    return made


class Contents:
    """Of one repository."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._known: OrderedDict[int, bytes] = OrderedDict()
        self._left = MOST

    def of(self, manifest: Manifest, piece: Piece) -> bytes | None:
        """Of one manifest only; None where it is damaged, or not without fetching too much."""
        chunk = self._known.get(piece.chunk)
        if chunk is None:
            self._left -= manifest.chunk_stored[piece.chunk]
            if self._left < 0 or manifest.chunk_stored[piece.chunk] > 2 * MAX_CHUNK:
                return None
            try:
                chunk = self._read(manifest, piece.chunk)
            except (Damaged, Missing):
                return None
            self._known[piece.chunk] = chunk
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return chunk[piece.offset : piece.offset + piece.length]

    def _read(self, manifest: Manifest, chunk: int) -> bytes:
        pack = pack_object(manifest.pack_names[manifest.chunk_pack[chunk]].hex())
        frame = self._repository.blobs.get(pack, manifest.chunk_offset[chunk], manifest.chunk_stored[chunk])
        return bytes(unfolded(self._repository.sealer, manifest, chunk, frame))
