"""Reads what has changed, in an order: small files, large ones, and other names of those that went away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dumont.snapstore.backup.bundles import bundles
from dumont.snapstore.backup.guess import Past
from dumont.snapstore.backup.large import large
from dumont.snapstore.backup.reading import SMALL, Course, Job
from dumont.snapstore.backup.room import Room
from dumont.snapstore.chunker import Params
from dumont.snapstore.model import Kind
from dumont.snapstore.scan import Tree
from dumont.snapstore.track import Track


class Reader:
    """One thread's: yields jobs, and notes in `read` which file is made of which."""

    def __init__(self, tree: Tree, params: Params, room: Room, track: Track, past: Past | None = None) -> None:
        self._course = Course(tree, params, room, track, past)
        self.read = self._course.read

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_error: object) -> None:
        self._course.ahead.shutdown()
        self._course.folders.close()

    def jobs(self, entries: Sequence[int]) -> Iterator[Job]:
        course, size = self._course, self._course.tree.size
        yield from bundles(course, [entry for entry in entries if size[entry] <= SMALL])
        grown, course.grown = course.grown, []
        for entry in [*grown, *(entry for entry in entries if size[entry] > SMALL)]:
            yield from large(course, entry)
        heirs = self._heirs()
        if heirs:
            yield from self.jobs(heirs)

    def _heirs(self) -> list[int]:
        """Files that are gone may have other names, which were to be links to them."""
        tree = self._course.tree
        heirs: dict[int, int] = {}
        for entry, first in list(tree.same.items()):
            if first not in self.read.gone:
                continue
            if first in heirs:
                tree.same[entry] = heirs[first]
                continue
            heirs[first] = entry
            del tree.same[entry]
            tree.kind[entry], tree.size[entry] = Kind.FILE, tree.size[first]
        return list(heirs.values())
