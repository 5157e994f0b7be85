"""Makes the manifest of what was seen, what was read, and what was taken from the snapshot before."""

from __future__ import annotations

import os
from array import array
from collections.abc import Mapping
from itertools import compress
from typing import NamedTuple

from dumont.snapstore.backup.before import Old
from dumont.snapstore.backup.book import Book
from dumont.snapstore.backup.reading import Read
from dumont.snapstore.model import HOLE, Header, Kind, Manifest
from dumont.snapstore.scan import Tree, attributes


class Made(NamedTuple):
    """What an attempt found out about the tree."""

    tree: Tree
    read: Read
    chunk_of: Mapping[int, int]
    old: Old


def assembled(header: Header, made: Made, book: Book) -> Manifest:
    manifest = Manifest(header)
    _Pieces(manifest, made, book).fill()
    _add_entries(manifest, made)
    book.fill(manifest)
    return manifest


class _Pieces:
    """Of all files, in their order. What was taken from before comes in long runs, and is moved as such."""

    def __init__(self, manifest: Manifest, made: Made, book: Book) -> None:
        self._manifest = manifest
        self._made = made
        self._book = book
        self._numbers = {HOLE: HOLE}
        """Chunk before -> chunk now."""

    def fill(self) -> None:
        tree, gone = self._made.tree, self._made.read.gone
        self._manifest.pieces = array("I", bytes(4 * len(tree)))
        self._manifest.size = array("Q", tree.size)
        begin = 0
        for entry in self._made.old.changed():
            self._take(begin, entry)
            begin = entry + 1
            if tree.kind[entry] == Kind.FILE and entry not in gone:
                self._add_read(entry)
        self._take(begin, len(tree))

    def _take(self, begin: int, behind: int) -> None:
        """These entries are as they were. Some that stood between them may be gone."""
        was = self._made.old.entry_of[begin:behind]
        if not was:
            return
        if was[-1] - was[0] == len(was) - 1:
            ends = [len(was)]
        else:
            ends = [number for number in range(1, len(was)) if was[number] != was[number - 1] + 1] + [len(was)]
        first = 0
        for end in ends:
            self._take_run(begin + first, was[first], end - first)
            first = end

    def _take_run(self, entry: int, was: int, count: int) -> None:
        old, starts, manifest = self._made.old.manifest, self._made.old.starts, self._manifest
        assert old is not None  # noqa: S101
        begin, end = starts[was], starts[was + count]
        manifest.pieces[entry : entry + count] = old.pieces[was : was + count]
        chunks = old.piece_chunk[begin:end]
        for chunk in sorted(set(chunks).difference(self._numbers)):
            self._numbers[chunk] = self._book.claim(old.id_of(chunk))[0]
        manifest.piece_chunk.extend(array("I", map(self._numbers.__getitem__, chunks)))
        manifest.piece_offset.extend(old.piece_offset[begin:end])
        manifest.piece_length.extend(old.piece_length[begin:end])

    def _add_read(self, entry: int) -> None:
        manifest, size = self._manifest, 0
        parts = self._made.read.parts.get(entry, ())
        for job, offset, length in parts:
            manifest.piece_chunk.append(HOLE if job == HOLE else self._made.chunk_of[job])
            manifest.piece_offset.append(offset)
            manifest.piece_length.append(length)
            size += length
        manifest.pieces[entry], manifest.size[entry] = len(parts), size


def _add_entries(manifest: Manifest, made: Made) -> None:
    tree, gone = made.tree, made.read.gone
    mtime = array("q", tree.mtime)
    for entry, seen in made.read.mtimes.items():
        mtime[entry] = seen
    lost = gone | {entry for entry, first in tree.same.items() if first in gone}
    keep = bytearray(entry not in lost for entry in range(len(tree))) if lost else None
    manifest.paths = tree.paths if keep is None else list(compress(tree.paths, keep))
    manifest.kind = tree.kind if keep is None else bytearray(compress(tree.kind, keep))
    columns = {"mode": tree.mode, "uid": tree.uid, "gid": tree.gid, "mtime": mtime, "ctime": tree.ctime}
    columns.update(inode=tree.inode, size=manifest.size, pieces=manifest.pieces)
    for name, column in columns.items():
        setattr(manifest, name, column if keep is None else array(column.typecode, compress(column, keep)))
    place = _places(len(tree), keep)
    manifest.links = {place[entry]: target for entry, target in tree.links.items()}
    manifest.same = {place[entry]: place[first] for entry, first in tree.same.items() if entry not in lost}
    manifest.xattrs = {place[entry]: its for entry, its in _attributes(made).items() if entry not in lost}


def _places(count: int, keep: bytearray | None) -> range | list[int]:
    """Where each entry stands when some are left out."""
    if keep is None:
        return range(count)
    places, place = [], 0
    for kept in keep:
        places.append(place)
        place += kept
    return places


def _attributes(made: Made) -> dict[int, list[tuple[bytes, bytes]]]:
    """Of unchanged entries they are as they were: a change of them is a change of the inode."""
    tree, before = made.tree, made.old.manifest.xattrs if made.old.manifest else {}
    bare = made.read.bare
    found = {entry: before[was] for entry, was in enumerate(made.old.entry_of) if was in before} if before else {}
    for entry in made.old.changed():
        if tree.kind[entry] in (Kind.FILE, Kind.FOLDER) and entry not in bare and tree.xattrs[entry]:
            its = attributes(os.path.join(tree.root, tree.paths[entry]))
            if its:
                found[entry] = its
    return found
