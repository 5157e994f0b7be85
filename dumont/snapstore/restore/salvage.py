"""What of a large file's new content its old one holds already: known by a snapshot of it, or seen by hashing it."""

from __future__ import annotations

from dumont.snapstore.model import HOLE
from dumont.snapstore.restore.chosen import Chosen
from dumont.snapstore.restore.former import Former
from dumont.snapstore.restore.plan import SMALL
from dumont.snapstore.restore.proof import Copy, Patch, Proof
from dumont.snapstore.restore.survey import Old, Standing


class Salvage:
    def __init__(self, chosen: Chosen, proof: Proof, former: Former | None) -> None:
        self._chosen = chosen
        self._manifest = chosen.manifest
        self._proof = proof
        self._former = former

    def patches(self, standing: Standing) -> dict[int, Patch]:
        """Of the large files that differ."""
        found: dict[int, Patch] = {}
        for entry, old in standing.old.items():
            if self._chosen.size(entry) <= SMALL or old.size == 0 or entry in standing.there:
                continue
            known = self._former.pieces(entry, old) if self._former and entry not in standing.doubted else None
            patch = self._proof.patch(entry) if known is None else self._by_former(entry, old, known)
            if patch is not None and patch.have:
                found[entry] = patch
        return found

    def _by_former(self, entry: int, old: Old, known: dict[tuple[bytes, int, int], list[int]]) -> Patch:
        patch = Patch(old.inode, in_place=old.links == 1)
        manifest, at = self._manifest, 0
        for piece in self._proof.pieces(entry):
            chunk, length = manifest.piece_chunk[piece], manifest.piece_length[piece]
            name = b"" if chunk == HOLE else manifest.id_of(chunk)
            places = known.get((name, manifest.piece_offset[piece], length), ())
            if at not in places:
                patch.in_place = patch.in_place and chunk != HOLE and not places
            if places and chunk != HOLE:
                patch.have.add(piece)
                patch.copies.append(Copy(at if at in places else places[0], at, length))
            at += length
        return patch
