"""The snapshot that lies at the target: which files are still what it put there, and which pieces those have."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator

from dumont.snapstore import native
from dumont.snapstore.model import HOLE, ID, Kind, Manifest
from dumont.snapstore.restore.chosen import Chosen
from dumont.snapstore.restore.survey import Old, Stamp
from dumont.snapstore.witness import NOBODY, Witness

UNKNOWN = HOLE - 1
"""In place of a chunk's number: one that the other snapshot doesn't have."""


class Former:
    """It is believed of files that its restore left there and nobody has touched since: who sets a file's time back
    can't do so with its time of change."""

    def __init__(self, manifest: Manifest, chosen: Chosen, witness: Witness | None, *, believed: bool = False) -> None:
        """`believed`: whoever asks for the restore says that it lies there; so size and time are enough."""
        self.manifest = manifest
        self._chosen = chosen
        self._witness = witness if witness and len(witness.inode) == len(manifest) else None
        self._believed = believed
        self._starts = manifest.first_pieces()
        self._rows = _rows(chosen.manifest, manifest)

    def vouched(self, stamps: Iterable[Stamp], starts: array[int]) -> set[int]:
        """Those of our files (`starts`: where their pieces begin), all of our size and time, that are what we want."""
        found = {entry for entry, ctime, inode in stamps if self._vouches(self._rows[entry], ctime, inode)}
        return found.difference(self._others(found, starts))

    def pieces(self, entry: int, old: Old) -> dict[tuple[bytes, int, int], list[int]] | None:
        """Where the old file has which piece (chunk's id, offset, length); None if it isn't known."""
        row, manifest = self._rows[entry], self.manifest
        known = row >= 0 and manifest.kind[row] == Kind.FILE and self._vouches(row, old.ctime, old.inode)
        if not known or (manifest.size[row], manifest.mtime[row]) != (old.size, old.mtime):
            return None
        found: dict[tuple[bytes, int, int], list[int]] = {}
        at = 0
        for chunk, offset, length in manifest.pieces_of(row, self._starts):
            name = b"" if chunk == HOLE else manifest.id_of(chunk)
            found.setdefault((name, offset, length), []).append(at)
            at += length
        return found

    def _vouches(self, row: int, ctime: int, inode: int) -> bool:
        if row < 0 or self._witness is None:
            return self._believed
        row = self.manifest.same.get(row, row)
        seen = self._witness.inode[row]
        return seen == inode and seen != NOBODY and self._witness.ctime[row] == ctime

    def _others(self, entries: Iterable[int], starts: array[int]) -> Iterator[int]:
        """Those that are made of other pieces than theirs, and have the same size and time: who writes a file anew may
        set its time back."""
        if self.manifest is self._chosen.manifest:
            return
        ours, theirs, content = self._chosen.manifest, self.manifest, self._chosen.content
        chunks, offsets, moved, their_offsets = ours.piece_chunk, ours.piece_offset, self._moved(), theirs.piece_offset
        for entry in entries:
            row = self._rows[entry]
            if row < 0:
                continue
            source, row = content.get(entry, entry), theirs.same.get(row, row)
            first, then = starts[source], self._starts[row]
            if ours.pieces[source] == 1 == theirs.pieces[row]:  # nearly all
                if chunks[first] == moved[then] and offsets[first] == their_offsets[then]:
                    continue
            elif self._same(source, (first, starts[source + 1]), row, moved):
                continue
            if (ours.size[source], ours.mtime[entry]) == (theirs.size[row], theirs.mtime[row]):
                yield entry

    def _same(self, entry: int, pieces: tuple[int, int], row: int, moved: array[int]) -> bool:
        ours, theirs = self._chosen.manifest, self.manifest
        here, there = slice(*pieces), slice(self._starts[row], self._starts[row + 1])
        columns = (
            (ours.piece_chunk, moved),
            (ours.piece_offset, theirs.piece_offset),
            (ours.piece_length, theirs.piece_length),
        )
        return ours.pieces[entry] == theirs.pieces[row] and all(a[here] == b[there] for a, b in columns)

    def _moved(self) -> array[int]:
        """The chunks of their pieces, by our numbers."""
        numbers = {name: number for number, name in enumerate(_ids(self._chosen.manifest))}
        ours = [numbers.get(name, UNKNOWN) for name in _ids(self.manifest)]
        return array("I", [HOLE if chunk == HOLE else ours[chunk] for chunk in self.manifest.piece_chunk])


def _ids(manifest: Manifest) -> list[bytes]:
    ids = bytes(manifest.chunk_ids)
    return [ids[at : at + ID] for at in range(0, len(ids), ID)]


def _rows(ours: Manifest, theirs: Manifest) -> array[int]:
    """For each entry of ours the one of theirs with its path; or -1."""
    if ours is theirs:
        return array("i", range(len(ours)))
    library = native.load()
    if library is not None:
        return library.aligned(ours.paths, theirs.paths)
    places = {path: row for row, path in enumerate(theirs.paths)}
    return array("i", [places.get(path, -1) for path in ours.paths])
