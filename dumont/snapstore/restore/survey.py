"""What lies at the target already: whole files are left alone, and what differs is known before it is written."""

from __future__ import annotations

import os
import stat
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import NamedTuple

from dumont.snapstore import native
from dumont.snapstore.errors import Exists
from dumont.snapstore.model import Kind, Manifest
from dumont.snapstore.native import matching
from dumont.snapstore.native.matching import State
from dumont.snapstore.native.tree import Seen
from dumont.snapstore.restore.chosen import Chosen
from dumont.snapstore.restore.ground import Ground
from dumont.snapstore.restore.options import Overwrite
from dumont.snapstore.surroundings import cores
from dumont.snapstore.witness import Untouched

_ONLY = [bytes(int(value == verdict) for value in range(256)) for verdict in range(4)]
"""Makes a mask of verdicts."""


class Old(NamedTuple):
    """A file in the place of one of ours."""

    size: int
    mtime: int
    inode: int
    links: int
    allocated: int
    ctime: int


class Stamp(NamedTuple):
    """What tells whether a file has been touched."""

    entry: int
    ctime: int
    inode: int


class First(NamedTuple):
    """The first look: each of these entries stands in the row of `seen` that `at` has for it."""

    entries: array[int]
    at: array[int]
    seen: Seen
    verdict: bytearray

    def untouched(self, but: Collection[int] = ()) -> Untouched:
        """Files that needed nothing."""
        is_it = self.verdict.translate(_ONLY[matching.WHOLE])
        for entry in but:  # few
            place = bisect_left(self.entries, entry)
            if place < len(self.entries) and self.entries[place] == entry:
                is_it[place] = 0
        rows = list(compress(self.at, is_it))
        columns = (map(column.__getitem__, rows) for column in (self.seen.ctimes, self.seen.inodes))
        return Untouched(list(compress(self.entries, is_it)), *columns)


@dataclass
class Standing:
    there: set[int] = field(default_factory=set)
    """Files that need no content: they have the right size and time."""
    worn: list[int] = field(default_factory=list)
    """Of these, the ones with another mode or owner."""
    old: dict[int, Old] = field(default_factory=dict)
    """Files that differ."""
    doubted: set[int] = field(default_factory=set)
    """Files that have the right size and time, and other content."""
    unknown: set[int] = field(default_factory=set)
    """Of the ones that are there, those whose content nobody can tell, and stay."""
    kept: set[int] = field(default_factory=set)
    """Of the ones that are there, those that are others, and stay."""
    stamps: list[Stamp] = field(default_factory=list)
    """Of the ones that are there, where they were looked at one by one."""
    present: int = 0
    """Entries of ours in whose place anything stands."""
    first: First | None = None
    """What was there before anything was done, where it was looked at in one call."""
    extras: list[bytes] = field(default_factory=list)
    """What the snapshot doesn't have."""

    def stamped(self) -> Iterator[Stamp]:
        """All that have the right size and time."""
        yield from self.stamps
        if self.first:
            yield from map(Stamp._make, zip(*self.first.untouched()))


class Survey:
    def __init__(
        self, ground: Ground, chosen: Chosen, overwrite: Overwrite, *, owners: bool, extras: bool, rescan: bool = False
    ) -> None:
        """`extras`: look for what the snapshot doesn't have, too."""
        self._ground = ground
        self._chosen = chosen
        self._manifest: Manifest = chosen.manifest
        self._overwrite = overwrite
        self._owners = owners
        self._extras = extras
        self._rescan = rescan and overwrite is Overwrite.REPLACE
        self._found = Standing()

    def look(self) -> Standing:
        if self._ground.is_bare():
            return self._found
        library = native.load()
        if library is None or not library.has_files or not self._by_columns(library):
            self._by_folders()
        return self._found

    def doubt(self, entries: Iterable[int]) -> None:
        """These look right, and are not."""
        for entry in entries:
            path = self._manifest.paths[entry]
            where, last = self._ground.place(path, make=False)
            seen = os.stat(last, dir_fd=where, follow_symlinks=False)
            self._found.doubted.add(entry)
            self._found.there.discard(entry)
            self._found.old[entry] = _old(seen)
            self._differs(entry, path)

    def _by_columns(self, library: native.Native) -> bool:
        """All of ours in one call, and where it is asked for, all that isn't ours in another; False where only a closer
        look can tell."""
        entries = array("I", compress(range(len(self._manifest)), self._chosen.wanted))
        if entries and not entries[0]:
            del entries[0]
        try:
            at, seen = self._walked(library, entries) if self._extras else self._asked(library, entries)
        except OSError:
            return False
        verdict = library.judged(_wanted(self._manifest), _standing(seen), entries, at, owners=self._owners)
        if self._rescan:
            verdict = verdict.replace(bytes((matching.WHOLE,)), bytes((matching.OTHER,)))
        self._found.there.update(compress(entries, verdict.translate(_ONLY[matching.WHOLE])))
        for place in compress(range(len(entries)), verdict.translate(_ONLY[matching.OTHER])):
            self._see_row(entries[place], seen, at[place])
        self._found.present = len(entries) - verdict.count(matching.NOTHING)
        self._found.first = First(entries, at, seen, verdict)
        return True

    def _asked(self, library: native.Native, entries: array[int]) -> tuple[array[int], Seen]:
        """What stands in the places of ours; what isn't ours is not seen."""
        paths = self._manifest.paths
        return array("i", range(len(entries))), library.look(self._ground.root, [paths[entry] for entry in entries])

    def _walked(self, library: native.Native, entries: array[int]) -> tuple[array[int], Seen]:
        """All that stands there."""
        tree = library.scan(self._ground.root, xattrs=False, threads=cores())
        if any(tree.errors):
            raise OSError(max(tree.errors), "a folder can't be looked into")
        places = library.aligned(self._manifest.paths, tree.paths)
        self._found.extras += self._others(tree.paths, places)
        columns = (tree.modes, tree.uids, tree.gids, tree.mtimes, tree.inodes)
        seen = Seen(bytearray(tree.kinds), *columns, tree.links, tree.sizes, tree.blocks, tree.ctimes)
        return array("i", map(places.__getitem__, entries)), seen

    def _others(self, there: Sequence[bytes], places: array[int]) -> list[bytes]:
        """What stands in a folder of ours and isn't ours; not what is below of that."""
        is_other = bytearray(b"\1") * len(there)
        for place in places:
            if place >= 0:
                is_other[place] = 0
        others = list(compress(there, is_other))
        if not others:
            return []
        folders = {self._manifest.paths[entry] for entry in self._chosen.folders}
        return [path for path in others if path.rpartition(b"/")[0] in folders and self._chosen.covers(path)]

    def _see_row(self, entry: int, seen: Seen, row: int) -> None:
        ours, kind = self._manifest.kind[entry], seen.kinds[row]
        if ours == Kind.FOLDER:
            if kind != Kind.FOLDER:
                self._differs(entry, self._manifest.paths[entry])
        elif ours == Kind.FILE or entry in self._chosen.content:
            size, mtime, inode, ctime = (each[row] for each in (seen.sizes, seen.mtimes, seen.inodes, seen.ctimes))
            old = Old(size, mtime, inode, seen.links[row], seen.blocks[row] * 512, ctime)
            owner = (seen.uids[row], seen.gids[row])
            self._see_file(entry, old if kind == Kind.FILE else None, seen.modes[row], owner)

    def _by_folders(self) -> None:
        index = {path: entry for entry, path in enumerate(self._manifest.paths)}
        folders = [b""]
        while folders:
            folder = folders.pop()
            for path, item in _children(self._ground, folder):
                entry = index.get(path)
                if entry is None:
                    if self._chosen.covers(path):
                        self._found.extras.append(path)
                elif self._chosen.wanted[entry]:
                    self._see(entry, path, item, folders)

    def _see(self, entry: int, path: bytes, item: os.DirEntry[str], folders: list[bytes]) -> None:
        self._found.present += 1
        kind = self._manifest.kind[entry]
        if kind == Kind.FOLDER:
            if item.is_dir(follow_symlinks=False):
                folders.append(path)
            else:
                self._differs(entry, path)
        elif kind == Kind.FILE or entry in self._chosen.content:
            seen = item.stat(follow_symlinks=False)
            old = _old(seen)
            regular, owner = stat.S_ISREG(seen.st_mode), (seen.st_uid, seen.st_gid)
            self._see_file(entry, old if regular else None, stat.S_IMODE(seen.st_mode), owner)

    def _see_file(self, entry: int, old: Old | None, mode: int, owner: tuple[int, int]) -> None:
        """`old`: what is in its place, if that is a file."""
        same = old is not None and old.size == self._chosen.size(entry)
        if old is not None and same and old.mtime == self._manifest.mtime[entry] and not self._rescan:
            self._found.there.add(entry)
            self._found.stamps.append(Stamp(entry, old.ctime, old.inode))
            if self._is_worn(entry, mode, owner):
                self._found.worn.append(entry)
            return
        if old is not None:
            self._found.old[entry] = old
        if not (same and self._rescan):
            self._differs(entry, self._manifest.paths[entry])

    def _differs(self, entry: int, path: bytes) -> None:
        if self._overwrite is Overwrite.REFUSE:
            raise Exists(
                f"{os.fsdecode(path)} is there already, and differs.",
                "Restore to an empty folder, or allow to replace.",
            )
        if self._overwrite is Overwrite.KEEP:
            self._found.there.add(entry)
            self._found.old.pop(entry, None)
            self._found.kept.add(entry)

    def _is_worn(self, entry: int, mode: int, owner: tuple[int, int]) -> bool:
        manifest = self._manifest
        return mode != manifest.mode[entry] or (self._owners and owner != (manifest.uid[entry], manifest.gid[entry]))


def _old(seen: os.stat_result) -> Old:
    return Old(seen.st_size, seen.st_mtime_ns, seen.st_ino, seen.st_nlink, seen.st_blocks * 512, seen.st_ctime_ns)


def _wanted(manifest: Manifest) -> State:
    return State(manifest.kind, manifest.size, manifest.mtime, manifest.mode, manifest.uid, manifest.gid)


def _standing(seen: Seen) -> State:
    return State(seen.kinds, seen.sizes, seen.mtimes, seen.modes, seen.uids, seen.gids)


def _children(ground: Ground, folder: bytes) -> Iterator[tuple[bytes, os.DirEntry[str]]]:
    prefix = folder + b"/" if folder else b""
    with os.scandir(ground.folder(folder, make=False)) as items:
        for item in items:
            yield prefix + os.fsencode(item.name), item
