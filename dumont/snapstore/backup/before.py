"""The snapshot before this one: files that have not changed since are taken from it without being read."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from itertools import compress
from typing import NamedTuple

from dumont.snapstore import native
from dumont.snapstore.errors import Damaged, Missing, Unreadable
from dumont.snapstore.index import Known
from dumont.snapstore.model import HOLE, Kind, Manifest
from dumont.snapstore.native.matching import Rows
from dumont.snapstore.repository import Repository
from dumont.snapstore.scan import Tree
from dumont.snapstore.witness import Witness, read_witness

NOT_THERE = -1
TAKEN = (Kind.FILE, Kind.FOLDER)


class Before(NamedTuple):
    manifest: Manifest | None = None
    witness: Witness | None = None
    """Where its files were put back since: what their inodes are now."""

    @property
    def name(self) -> str | None:
        return self.manifest.name if self.manifest else None


class Old(NamedTuple):
    """What one attempt takes from before."""

    manifest: Manifest | None
    starts: array[int]
    entry_of: array[int]
    """Entry -> the same file or folder before, unchanged; or -1."""
    where: Mapping[bytes, int] = {}
    """Path -> entry before."""

    def changed(self) -> list[int]:
        """Entries, in order; as a rule few of many."""
        return list(compress(range(len(self.entry_of)), map(NOT_THERE.__eq__, self.entry_of)))


def unchanged(before: Before, tree: Tree, known: Known) -> Old:
    """What is known may be less than the manifest names: files that need what is gone have changed."""
    old = before.manifest
    if old is None:
        return Old(None, array("Q"), array("i", [NOT_THERE]) * len(tree))
    starts, where = old.first_pieces(), dict(zip(old.paths, range(len(old.paths))))
    entries = _matched(before, old, tree, where)
    there = [old.id_of(chunk) in known for chunk in range(old.chunks())]
    if not all(there):
        for entry, was in enumerate(entries):
            if was != NOT_THERE and not all(
                chunk == HOLE or there[chunk] for chunk in old.piece_chunk[starts[was] : starts[was + 1]]
            ):
                entries[entry] = NOT_THERE
    return Old(old, starts, entries, where)


def _matched(before: Before, old: Manifest, tree: Tree, where: Mapping[bytes, int]) -> array[int]:
    """By whole columns, as there are as many rows as there are files."""
    ctimes, inodes = _inodes(before, old)
    library = native.load()
    if library is not None:
        now = Rows(tree.paths, tree.kind, tree.size, tree.mtime, tree.ctime, tree.inode)
        return library.matched(now, Rows(old.paths, old.kind, old.size, old.mtime, ctimes, inodes))
    then = list(zip(old.kind, old.size, old.mtime, ctimes, inodes))
    rows = zip(tree.kind, tree.size, tree.mtime, tree.ctime, tree.inode)
    return array(
        "i",
        [
            was if was is not None and then[was] == row and row[0] in TAKEN else NOT_THERE
            for was, row in zip(map(where.get, tree.paths), rows)
        ],
    )


def _inodes(before: Before, old: Manifest) -> tuple[array[int], array[int]]:
    """Times of change and numbers, as they were or as they have become by being put back."""
    if before.witness is None or len(before.witness.inode) != len(old):
        return old.ctime, old.inode
    return before.witness.ctime, before.witness.inode


def find_before(repository: Repository, root: str, label: str, parent: str | None, witness: str = "") -> Before:
    """The newest of the same label and root that can be read, or what was put back since; a damaged one is no
    reason to fail."""
    seen = read_witness(witness, repository.config.repository, root) if witness else None
    if parent:
        return Before(repository.load(parent), seen if seen and seen.snapshot == parent else None)
    fitting = [
        one for one in repository.listed() if one.header and (one.header.label, one.header.root) == (label, root)
    ]
    newer = [one.name for one in fitting if seen is None or (one.header and one.header.time > seen.time)]
    for before in _readable(repository, reversed(newer), None):
        return before
    if seen:
        for before in _readable(repository, [seen.snapshot], seen):
            return before
    for before in _readable(repository, (one.name for one in reversed(fitting)), None):
        return before
    return Before()


def _readable(repository: Repository, names: Iterable[str], seen: Witness | None) -> Iterator[Before]:
    for name in names:
        try:
            yield Before(repository.load(name), seen)
        except (Damaged, Missing, Unreadable):
            continue
