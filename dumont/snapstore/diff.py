"""What is different between two snapshots of a tree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dumont.snapstore.contents import Contents
from dumont.snapstore.model import HOLE, Kind, Manifest
from dumont.snapstore.repository import Repository

SMALL = 256 << 10
"""Larger files share their chunks with no other."""
ADDED, REMOVED, CHANGED, ATTRIBUTES = "added", "removed", "changed", "attributes"


class Difference(NamedTuple):
    path: bytes
    what: str
    kind: int
    before: int
    """Bytes; 0 where it was not there."""
    after: int


def diff(
    before: Manifest, after: Manifest, repositories: tuple[Repository, Repository] | None = None
) -> Iterator[Difference]:
    """In the order of paths as manifests have them. From the repositories some small files are read, of which manifests
    alone can't tell whether they are the same."""
    old = {path: entry for entry, path in enumerate(before.paths)}
    new = {path: entry for entry, path in enumerate(after.paths)}
    look = _Look(before, after, repositories)
    for path in sorted(old.keys() | new.keys(), key=lambda path: path.replace(b"/", b"\0")):
        was, now = old.get(path), new.get(path)
        if was is None:
            assert now is not None  # noqa: S101 - one of the two has it
            yield Difference(path, ADDED, after.kind[now], 0, after.size[now])
        elif now is None:
            yield Difference(path, REMOVED, before.kind[was], before.size[was], 0)
        else:
            what = look.difference(was, now)
            if what:
                yield Difference(path, what, after.kind[now], before.size[was], after.size[now])


class _Look:
    """Compares entries."""

    def __init__(self, before: Manifest, after: Manifest, repositories: tuple[Repository, Repository] | None) -> None:
        self._before, self._after = before, after
        self._starts = before.first_pieces(), after.first_pieces()
        self._contents = tuple(map(Contents, repositories)) if repositories else ()
        self._cut_alike = repositories is None or len({one.config.repository for one in repositories}) == 1

    def difference(self, was: int, now: int) -> str:
        before, after = self._before, self._after
        if before.kind[was] != after.kind[now]:
            return CHANGED
        kind = after.kind[now]
        if kind == Kind.SYMLINK:
            return "" if before.links[was] == after.links[now] else CHANGED
        if kind == Kind.FILE and not self._same_content(was, now):
            return CHANGED
        if kind == Kind.HARDLINK:
            return "" if before.paths[before.same[was]] == after.paths[after.same[now]] else CHANGED
        return "" if self._same_attributes(was, now) else ATTRIBUTES

    def _same_content(self, was: int, now: int) -> bool:
        """Made of the same pieces. Other pieces are other bytes, but for small files, which may lie in another chunk
        with other neighbours: those are the same if nobody has touched them, and else they are read. Who writes a file
        anew may set its time back, so that this says nothing."""
        before, after = self._before, self._after
        if before.size[was] != after.size[now]:
            return False
        ours, theirs = self._made_of(before, was, 0), self._made_of(after, now, 1)
        if ours == theirs or self._untouched(was, now):
            return True
        if len(ours) == len(theirs) == 1 and before.size[was] <= SMALL and self._contents:
            one, other = (
                contents.of(manifest, next(manifest.pieces_of(entry, starts)))
                for contents, manifest, entry, starts in zip(self._contents, (before, after), (was, now), self._starts)
            )
            return one is not None and one == other
        return not self._cut_alike and before.mtime[was] == after.mtime[now]

    def _untouched(self, was: int, now: int) -> bool:
        columns = ("mtime", "ctime", "inode")
        return all(getattr(self._before, column)[was] == getattr(self._after, column)[now] for column in columns)

    def _same_attributes(self, was: int, now: int) -> bool:
        before, after = self._before, self._after
        columns = ("mode", "uid", "gid")
        equal = all(getattr(before, column)[was] == getattr(after, column)[now] for column in columns)
        if after.kind[now] == Kind.FILE:  # a folder's changes with each thing in it
            equal = equal and before.mtime[was] == after.mtime[now]
        return equal and before.xattrs.get(was) == after.xattrs.get(now)

    def _made_of(self, manifest: Manifest, entry: int, side: int) -> list[tuple[bytes, int, int]]:
        return [
            (b"" if piece.chunk == HOLE else manifest.id_of(piece.chunk), piece.offset, piece.length)
            for piece in manifest.pieces_of(entry, self._starts[side])
        ]
