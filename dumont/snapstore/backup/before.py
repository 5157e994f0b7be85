"""The snapshot before this one: files that have not changed since are taken from it without being read."""

from __future__ import annotations

from typing import NamedTuple, Optional

from dumont.snapstore.errors import Damaged, Missing, Unreadable
from dumont.snapstore.index import Known
from dumont.snapstore.model import HOLE, Kind, Manifest, Piece
from dumont.snapstore.repository import Repository
from dumont.snapstore.scan import Seen

OldPieces = list[tuple[Optional[bytes], Piece]]
"""With the id of each piece's chunk; None for holes."""


class Before(NamedTuple):
    manifest: Manifest | None = None

    @property
    def name(self) -> str | None:
        return self.manifest.name if self.manifest else None


class Unchanged:
    """Answers for one attempt: what is known may be less than the manifest names."""

    def __init__(self, before: Before, known: Known) -> None:
        self._manifest = before.manifest
        self._entries: dict[bytes, int] = {}
        self._there: list[bool] = []
        if self._manifest is None:
            return
        kinds = self._manifest.kind
        self._entries = {path: entry for entry, path in enumerate(self._manifest.paths) if kinds[entry] == Kind.FILE}
        self._starts = self._manifest.first_pieces()
        self._there = [self._manifest.id_of(chunk) in known for chunk in range(self._manifest.chunks())]

    def pieces(self, seen: Seen) -> OldPieces | None:
        """None for a file that must be read."""
        old = self._manifest
        entry = self._entries.get(seen.path)
        if old is None or entry is None or not _same(old, entry, seen):
            return None
        pieces = list(old.pieces_of(entry, self._starts))
        if not all(piece.chunk == HOLE or self._there[piece.chunk] for piece in pieces):
            return None
        return [(None if piece.chunk == HOLE else old.id_of(piece.chunk), piece) for piece in pieces]


def _same(old: Manifest, entry: int, seen: Seen) -> bool:
    return (
        old.size[entry] == seen.size
        and old.mtime[entry] == seen.mtime
        and old.ctime[entry] == seen.ctime
        and old.inode[entry] == seen.inode
    )


def find_before(repository: Repository, root: str, label: str, parent: str | None) -> Before:
    """The newest of the same label and root that can be read; a damaged one is no reason to fail."""
    if parent:
        return Before(repository.load(parent))
    fitting = [
        one.name for one in repository.listed() if one.header and (one.header.label, one.header.root) == (label, root)
    ]
    for name in reversed(fitting):
        try:
            return Before(repository.load(name))
        except (Damaged, Missing, Unreadable):
            continue
    return Before()
