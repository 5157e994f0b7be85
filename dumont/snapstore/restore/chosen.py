"""Which entries of a snapshot are wanted, and who places the content of hard links."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import compress

from dumont.snapstore.errors import BadRequest
from dumont.snapstore.model import Kind, Manifest


class Chosen:
    """Entries by what is to be done with them; each list in the manifest's order."""

    def __init__(self, manifest: Manifest, include: Sequence[bytes] = (), exclude: Sequence[bytes] = ()) -> None:
        self.manifest = manifest
        self._include, self._exclude = cleaned(include), cleaned(exclude)
        self.wanted = _wanted(manifest, self._include, self._exclude)
        self.folders: list[int] = []
        self.files: list[int] = []
        self.symlinks: list[int] = []
        self.links: dict[int, int] = {}
        """Hard links, and the entry that they are linked to."""
        self.content: dict[int, int] = {}
        """Where a hard link stands for a file that isn't wanted, or isn't put: the entry whose pieces it takes."""
        self._sort()

    def pieces_from(self, entry: int) -> int:
        return self.content.get(entry, entry)

    def size(self, entry: int) -> int:
        return self.manifest.size[self.content.get(entry, entry)]

    def covers(self, path: bytes) -> bool:
        """Whether the choice is about this path, be it in the snapshot or not."""
        inside = not self._include or _below(path, self._include)
        return inside and not (self._exclude and _below(path, self._exclude))

    def stay_without(self, sources: Collection[int], is_absent: Callable[[int], bool]) -> None:
        """Something else stays in their place: the first of their links that is absent takes the pieces, and the other
        absent ones are links to that."""
        stands_for: dict[int, int] = {}
        for entry, source in list(self.links.items()) if sources else ():
            if source not in sources:
                continue
            del self.links[entry]
            if not is_absent(entry):
                continue
            first = stands_for.setdefault(source, entry)
            if first == entry:
                self.content[entry] = self.pieces_from(source)
            else:
                self.links[entry] = first
        if stands_for:
            self.files = sorted([*self.files, *stands_for.values()])

    def _sort(self) -> None:
        self.folders, self.files, self.symlinks, links = map(
            self._of_kind, (Kind.FOLDER, Kind.FILE, Kind.SYMLINK, Kind.HARDLINK)
        )
        stands_for: dict[int, int] = {}
        for entry in links:
            source = self.manifest.same[entry]
            first = source if self.wanted[source] else stands_for.setdefault(source, entry)
            if first == entry:
                self.content[entry] = source
            else:
                self.links[entry] = first
        if self.content:
            self.files = sorted([*self.files, *self.content])

    def _of_kind(self, kind: Kind) -> list[int]:
        """By whole columns, as there may be a hundred thousand."""
        is_it = self.manifest.kind.translate(bytes(value == kind for value in range(256)))
        if self._include or self._exclude:
            is_it = bytearray(map(int.__and__, is_it, self.wanted))
        return list(compress(range(len(is_it)), is_it))


def cleaned(paths: Sequence[bytes]) -> list[bytes]:
    """As they stand in manifests; raises `BadRequest` for what can't stand there."""
    found = []
    for path in paths:
        parts = [part for part in path.split(b"/") if part not in (b"", b".")]
        if b".." in parts:
            raise BadRequest(f"{path!r} leads out of the tree.", "Give paths relative to the tree.")
        found.append(b"/".join(parts))
    return found


def _wanted(manifest: Manifest, include: Sequence[bytes], exclude: Sequence[bytes]) -> bytearray:
    if not include and not exclude:
        return bytearray(b"\1") * len(manifest)
    wanted = bytearray(1 if not include or _below(path, include) else 0 for path in manifest.paths)
    if not any(wanted):
        raise BadRequest("None of these paths is in the snapshot.", "Look into it with `dumont snapshots show`.")
    if exclude:
        for entry, path in enumerate(manifest.paths):
            if path and _below(path, exclude):
                wanted[entry] = 0
    _want_parents(manifest, wanted)
    return wanted


def _below(path: bytes, roots: Sequence[bytes]) -> bool:
    return any(path == root or not root or path.startswith(root + b"/") for root in roots)


def _want_parents(manifest: Manifest, wanted: bytearray) -> None:
    """Their modes and times belong to what is in them."""
    needed: set[bytes] = set()
    for entry in range(len(manifest) - 1, -1, -1):
        path = manifest.paths[entry]
        if path in needed and manifest.kind[entry] == Kind.FOLDER:
            wanted[entry] = 1
        if wanted[entry]:
            needed.add(path.rpartition(b"/")[0])
