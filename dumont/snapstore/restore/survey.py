"""What lies at the target already: whole files are left alone, and what differs is known before it is written."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from dumont.snapstore import native
from dumont.snapstore.errors import Exists
from dumont.snapstore.model import Kind, Manifest
from dumont.snapstore.native.tree import Seen
from dumont.snapstore.restore.chosen import Chosen
from dumont.snapstore.restore.ground import Ground
from dumont.snapstore.restore.options import Overwrite

ABSENT = 254
"""Of a path where nothing stands, as the compiled library says it."""


class Old(NamedTuple):
    """A file in the place of one of ours."""

    size: int
    mtime: int
    inode: int
    links: int
    allocated: int


class First(NamedTuple):
    """The first look; rows are of these entries."""

    entries: Sequence[int]
    seen: Seen
    there: frozenset[int]

    def untouched(self, but: Collection[int]) -> dict[int, tuple[int, int]]:
        """Time of change and inode of files that needed nothing."""
        left = self.there.difference(but)
        places = zip(self.entries, zip(self.seen.ctimes, self.seen.inodes))
        return {entry: place for entry, place in places if entry in left}


@dataclass
class Standing:
    there: set[int] = field(default_factory=set)
    """Files that need no content: they have the right size and time."""
    worn: list[int] = field(default_factory=list)
    """Of these, the ones with another mode or owner."""
    old: dict[int, Old] = field(default_factory=dict)
    """Files that differ."""
    kept: int = 0
    present: int = 0
    """Entries of ours in whose place anything stands."""
    first: First | None = None
    """What was there before anything was done, where it was looked at in one call."""
    extras: list[bytes] = field(default_factory=list)
    """What the snapshot doesn't have."""


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
        if self._extras or library is None or not library.has_files or not self._by_columns(library):
            self._by_folders()
        return self._found

    def _by_columns(self, library: native.Native) -> bool:
        """All of ours in one call; False where only a closer look can tell. What isn't ours is not seen."""
        wanted, paths = self._chosen.wanted, self._manifest.paths
        entries = [entry for entry, want in enumerate(wanted) if want and entry]
        try:
            seen = library.look(self._ground.root, [paths[entry] for entry in entries])
        except OSError:
            return False
        owners = ((seen.uids, self._manifest.uid), (seen.gids, self._manifest.gid)) if self._owners else ()
        ours = self._manifest
        now = zip(seen.kinds, seen.sizes, seen.mtimes, seen.modes, *(its for its, _ours in owners))
        wants = list(zip(ours.kind, ours.size, ours.mtime, ours.mode, *(mine for _its, mine in owners)))
        there, kinds = self._found.there, seen.kinds
        for row, (entry, its) in enumerate(zip(entries, now)):  # most are as they must be, and are judged as a whole
            if its == wants[entry] and not self._rescan and kinds[row] == Kind.FILE:
                there.add(entry)
            elif kinds[row] != ABSENT:
                self._see_row(entry, seen, row)
        self._found.present = len(entries) - kinds.count(ABSENT)
        self._found.first = First(entries, seen, frozenset(there))
        return True

    def _see_row(self, entry: int, seen: Seen, row: int) -> None:
        ours, kind = self._manifest.kind[entry], seen.kinds[row]
        if ours == Kind.FOLDER:
            if kind != Kind.FOLDER:
                self._differs(entry, self._manifest.paths[entry])
        elif ours == Kind.FILE or entry in self._chosen.content:
            old = Old(seen.sizes[row], seen.mtimes[row], seen.inodes[row], seen.links[row], seen.blocks[row] * 512)
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
            old = Old(seen.st_size, seen.st_mtime_ns, seen.st_ino, seen.st_nlink, seen.st_blocks * 512)
            regular, owner = stat.S_ISREG(seen.st_mode), (seen.st_uid, seen.st_gid)
            self._see_file(entry, old if regular else None, stat.S_IMODE(seen.st_mode), owner)

    def _see_file(self, entry: int, old: Old | None, mode: int, owner: tuple[int, int]) -> None:
        """`old`: what is in its place, if that is a file."""
        same = old is not None and old.size == self._chosen.size(entry)
        if old is not None and same and old.mtime == self._manifest.mtime[entry] and not self._rescan:
            self._found.there.add(entry)
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
            self._found.kept += 1

    def _is_worn(self, entry: int, mode: int, owner: tuple[int, int]) -> bool:
        manifest = self._manifest
        return mode != manifest.mode[entry] or (self._owners and owner != (manifest.uid[entry], manifest.gid[entry]))


def _children(ground: Ground, folder: bytes) -> Iterator[tuple[bytes, os.DirEntry[str]]]:
    prefix = folder + b"/" if folder else b""
    with os.scandir(ground.folder(folder, make=False)) as items:
        for item in items:
            yield prefix + os.fsencode(item.name), item
